-- The Merkle tree over the history, in tiles of 256 hashes; those of the right edge are still growing.
create table tiles (
  level integer not null,
  number bigint not null,
  hashes bytea not null,
  primary key (level, number)
);
create trigger full_tiles_are_never_changed before update on tiles
for each row when (octet_length(old.hashes) = 8192) execute function refuse_change('full tiles never change');
create trigger tiles_are_never_removed before delete on tiles
for each row execute function refuse_change('tiles are never removed');

-- What we have put our name to: the signed note itself.
create table seals (
  size bigint primary key,
  note text collate "C" not null,
  sealed_at text collate "C" not null
);
create trigger seals_are_never_changed before update on seals
for each row execute function refuse_change('seals never change');
create trigger seals_are_never_removed before delete on seals
for each row execute function refuse_change('seals are never removed');

-- Public halves of the keys that seal, each brought in by a note that the one before it has signed too.
create table seal_keys (
  generation integer primary key,
  key text collate "C" not null,
  note text collate "C" not null,
  since text collate "C" not null
);
create trigger seal_keys_are_never_changed before update on seal_keys
for each row execute function refuse_change('keys of seals never change');
create trigger seal_keys_are_never_removed before delete on seal_keys
for each row execute function refuse_change('keys of seals are never removed');
