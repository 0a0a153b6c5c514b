-- Imports of invites: not history. Their lines hold addresses, so they are sealed under a key that goes with the import.
create table imports (
  id text primary key,
  state text not null,
  actor text not null,
  wrapped_key text not null,
  digest text,
  created_at text not null,
  changed_at text not null,
  expires_at text not null,
  leased_by text,
  leased_until text
) strict, without rowid;
create index imports_by_state on imports (state, id);
create index imports_by_end on imports (expires_at);

create table import_chunks (
  import_id text not null,
  number integer not null,
  is_done integer not null,
  lines integer not null,
  issuable integer not null,
  issued integer not null,
  refused integer not null,
  already_open integer not null,
  already_registered integer not null,
  duplicate integer not null,
  invalid integer not null,
  box text not null,
  primary key (import_id, number)
) strict;
