-- Read tables: kept from events by src/projections, rebuilt from the history at any time.
create table invites (
  id text collate "C" primary key,
  email text collate "C",
  role text collate "C" not null,
  locale text collate "C" not null,
  status text collate "C" not null,
  issued_at text collate "C" not null,
  issued_by text collate "C" not null,
  expires_at text collate "C" not null,
  mail_id text collate "C" not null,
  delivery text collate "C" not null,
  sent_at text collate "C",
  redeemed_at text collate "C",
  redeemed_user_id text collate "C",
  revoked_at text collate "C",
  revoked_by text collate "C",
  replaced_at text collate "C",
  reason text collate "C"
);
create index invites_by_email on invites (email);

create table users (
  id text collate "C" primary key,
  email text collate "C",
  name text collate "C",
  locale text collate "C" not null,
  via text collate "C" not null,
  invite_id text collate "C",
  registered_at text collate "C" not null,
  email_verified_at text collate "C",
  credential_id text collate "C",
  credential_kind text collate "C" not null,
  credential_expires_at text collate "C",
  credential_used integer not null,
  suspended_at text collate "C",
  last_login_at text collate "C"
);
create unique index users_by_verified_email on users (email) where email_verified_at is not null;

create table user_roles (
  user_id text collate "C" not null,
  role text collate "C" not null,
  granted_at text collate "C" not null,
  primary key (user_id, role)
);
create index user_roles_by_role on user_roles (role, user_id);

create table sessions (
  id text collate "C" primary key,
  user_id text collate "C" not null,
  method text collate "C" not null,
  carrier text collate "C" not null,
  restricted integer not null,
  started_at text collate "C" not null,
  expires_at text collate "C" not null,
  ended_at text collate "C",
  user_agent text collate "C",
  ip text collate "C"
);
create index sessions_by_user on sessions (user_id, id);

create table sign_in_links (
  id text collate "C" primary key,
  user_id text collate "C" not null,
  expires_at text collate "C" not null,
  used_at text collate "C"
);

create table mails (
  id text collate "C" primary key,
  event_position bigint not null,
  template text collate "C" not null,
  about text collate "C" not null,
  recipient text collate "C",
  locale text collate "C" not null,
  status text collate "C" not null,
  queued_at text collate "C" not null,
  sent_at text collate "C",
  failed_at text collate "C",
  reason text collate "C"
);
create index mails_queued on mails (id) where status = 'queued';
create index mails_by_about on mails (about);
