drop table mails;
drop table sign_in_links;
drop table sessions;
drop table user_roles;
drop table users;
drop table invites;
