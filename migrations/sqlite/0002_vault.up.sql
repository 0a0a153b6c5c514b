-- What must not be in the history. Everything wrapped here is worthless without the root secret.
create table vault_keys (
  name text not null,
  id text not null,
  wrapped text not null,
  created_at text not null,
  primary key (name, id)
) strict, without rowid;

-- One key a subject of personal data; removing the row forgets the person.
create table subject_keys (
  subject text primary key,
  wrapped text not null
) strict, without rowid;

create table password_hashes (
  credential_id text primary key,
  user_id text not null,
  hash text not null
) strict, without rowid;
create index password_hashes_by_user on password_hashes (user_id);

-- Browsers' sessions: which cookie (its digest) carries which session, and when it was last used.
create table page_sessions (
  cookie_digest text primary key,
  session_id text,
  data text not null,
  seen_at text not null,
  expires_at text not null
) strict, without rowid;
create index page_sessions_by_session on page_sessions (session_id);
create index page_sessions_by_expiry on page_sessions (expires_at);

-- Which refresh token of a session is the newest; tokens themselves are derived.
create table refresh_generations (
  session_id text primary key,
  generation integer not null,
  rotated_at text not null
) strict, without rowid;

create table idempotency_keys (
  key_digest text primary key,
  request_digest text not null,
  status integer,
  headers text,
  body text,
  expires_at text not null
) strict, without rowid;
create index idempotency_keys_by_expiry on idempotency_keys (expires_at);

-- The runner's notes on a mail that is not yet sent: whose turn it is, how often it was tried.
create table mail_attempts (
  mail_id text primary key,
  attempts integer not null,
  next_at text not null,
  leased_until text,
  last_reason text
) strict, without rowid;
