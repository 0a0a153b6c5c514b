-- What must not be in the history. Everything wrapped here is worthless without the root secret.
create table vault_keys (
  name text collate "C" not null,
  id text collate "C" not null,
  wrapped text collate "C" not null,
  created_at text collate "C" not null,
  primary key (name, id)
);

-- One key a subject of personal data; removing the row forgets the person.
create table subject_keys (
  subject text collate "C" primary key,
  wrapped text collate "C" not null
);

create function keys_of(wanted text[]) returns table (whose text, key text) language plpgsql stable
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
  return query select k.subject, k.wrapped from unnest(wanted) as w(subject) join subject_keys k on k.subject = w.subject;
end $$;

create table password_hashes (
  credential_id text collate "C" primary key,
  user_id text collate "C" not null,
  hash text collate "C" not null
);
create index password_hashes_by_user on password_hashes (user_id);

-- Browsers' sessions: which cookie (its digest) carries which session, and when it was last used.
create table page_sessions (
  cookie_digest text collate "C" primary key,
  session_id text collate "C",
  data text collate "C" not null,
  seen_at text collate "C" not null,
  expires_at text collate "C" not null
);
create index page_sessions_by_session on page_sessions (session_id);
create index page_sessions_by_expiry on page_sessions (expires_at);

-- Which refresh token of a session is the newest; tokens themselves are derived.
create table refresh_generations (
  session_id text collate "C" primary key,
  generation integer not null,
  rotated_at text collate "C" not null
);

create table idempotency_keys (
  key_digest text collate "C" primary key,
  request_digest text collate "C" not null,
  status integer,
  headers text collate "C",
  body text collate "C",
  expires_at text collate "C" not null
);
create index idempotency_keys_by_expiry on idempotency_keys (expires_at);

-- The runner's notes on a mail that is not yet sent: whose turn it is, how often it was tried.
create table mail_attempts (
  mail_id text collate "C" primary key,
  attempts integer not null,
  next_at text collate "C" not null,
  leased_until text collate "C",
  last_reason text collate "C"
);
