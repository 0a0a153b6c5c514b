-- The name as lists are searched by it, folded by the projection: databases fold the letters of some languages only.
alter table users add column search_text text collate "C";
update users set search_text = lower(name);
create index users_waiting on users (registered_at) where email_verified_at is null;
create index users_by_unverified_email on users (email, registered_at) where email_verified_at is null;

-- Codes and links that confirm an address; they themselves are derived, not stored.
create table verifications (
  id text collate "C" primary key,
  user_id text collate "C" not null,
  email text collate "C",
  purpose text collate "C" not null,
  code_expires_at text collate "C" not null,
  link_expires_at text collate "C" not null,
  status text collate "C" not null
);
create index verifications_by_user on verifications (user_id, id);

create table password_resets (
  id text collate "C" primary key,
  user_id text collate "C" not null,
  expires_at text collate "C" not null,
  status text collate "C" not null
);
create index password_resets_by_user on password_resets (user_id, id);
