drop table webhook_attempts;
drop table webhook_deliveries;
drop table webhook_cursors;
drop table webhooks;
