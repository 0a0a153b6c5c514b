-- Imports of invites: not history. Their lines hold addresses, so they are sealed under a key that goes with the import.
create table imports (
  id text collate "C" primary key,
  state text collate "C" not null,
  actor text collate "C" not null,
  wrapped_key text collate "C" not null,
  digest text collate "C",
  created_at text collate "C" not null,
  changed_at text collate "C" not null,
  expires_at text collate "C" not null,
  leased_by text collate "C",
  leased_until text collate "C"
);
create index imports_by_state on imports (state, id);
create index imports_by_end on imports (expires_at);

create table import_chunks (
  import_id text collate "C" not null,
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
  box text collate "C" not null,
  primary key (import_id, number)
);
