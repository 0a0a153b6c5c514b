drop table password_resets;
drop table verifications;
drop index users_by_unverified_email;
drop index users_waiting;
alter table users drop column search_text;
