drop table oidc_payloads;
drop table clients;
