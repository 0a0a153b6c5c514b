-- Read tables: kept from events by src/projections, rebuilt from the history at any time.
create table invites (
  id text primary key,
  email text,
  role text not null,
  locale text not null,
  status text not null,
  issued_at text not null,
  issued_by text not null,
  expires_at text not null,
  mail_id text not null,
  delivery text not null,
  sent_at text,
  redeemed_at text,
  redeemed_user_id text,
  revoked_at text,
  revoked_by text,
  replaced_at text,
  reason text
) strict, without rowid;
create index invites_by_email on invites (email);

create table users (
  id text primary key,
  email text,
  name text,
  locale text not null,
  via text not null,
  invite_id text,
  registered_at text not null,
  email_verified_at text,
  credential_id text,
  credential_kind text not null,
  credential_expires_at text,
  credential_used integer not null,
  suspended_at text,
  last_login_at text
) strict, without rowid;
create unique index users_by_verified_email on users (email) where email_verified_at is not null;

create table user_roles (
  user_id text not null,
  role text not null,
  granted_at text not null,
  primary key (user_id, role)
) strict, without rowid;
create index user_roles_by_role on user_roles (role, user_id);

create table sessions (
  id text primary key,
  user_id text not null,
  method text not null,
  carrier text not null,
  restricted integer not null,
  started_at text not null,
  expires_at text not null,
  ended_at text,
  user_agent text,
  ip text
) strict, without rowid;
create index sessions_by_user on sessions (user_id, id);

create table sign_in_links (
  id text primary key,
  user_id text not null,
  expires_at text not null,
  used_at text
) strict, without rowid;

create table mails (
  id text primary key,
  event_position integer not null,
  template text not null,
  about text not null,
  recipient text,
  locale text not null,
  status text not null,
  queued_at text not null,
  sent_at text,
  failed_at text,
  reason text
) strict, without rowid;
create index mails_queued on mails (id) where status = 'queued';
create index mails_by_about on mails (about);
