-- The name as lists are searched by it, folded by the projection: databases fold the letters of some languages only.
alter table users add column search_text text;
update users set search_text = lower(name);
create index users_waiting on users (registered_at) where email_verified_at is null;
create index users_by_unverified_email on users (email, registered_at) where email_verified_at is null;

-- Codes and links that confirm an address; they themselves are derived, not stored.
create table verifications (
  id text primary key,
  user_id text not null,
  email text,
  purpose text not null,
  code_expires_at text not null,
  link_expires_at text not null,
  status text not null
) strict, without rowid;
create index verifications_by_user on verifications (user_id, id);

create table password_resets (
  id text primary key,
  user_id text not null,
  expires_at text not null,
  status text not null
) strict, without rowid;
create index password_resets_by_user on password_resets (user_id, id);
