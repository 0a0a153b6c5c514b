drop table setting_changes;
