-- The Merkle tree over the history, in tiles of 256 hashes; those of the right edge are still growing.
create table tiles (
  level integer not null,
  number integer not null,
  hashes blob not null,
  primary key (level, number)
) strict;
create trigger full_tiles_are_never_changed before update on tiles when length(old.hashes) = 8192
begin select raise(abort, 'full tiles never change'); end;
create trigger tiles_are_never_removed before delete on tiles
begin select raise(abort, 'tiles are never removed'); end;

-- What we have put our name to: the signed note itself.
create table seals (
  size integer primary key,
  note text not null,
  sealed_at text not null
) strict;
create trigger seals_are_never_changed before update on seals
begin select raise(abort, 'seals never change'); end;
create trigger seals_are_never_removed before delete on seals
begin select raise(abort, 'seals are never removed'); end;

-- Public halves of the keys that seal, each brought in by a note that the one before it has signed too.
create table seal_keys (
  generation integer primary key,
  key text not null,
  note text not null,
  since text not null
) strict;
create trigger seal_keys_are_never_changed before update on seal_keys
begin select raise(abort, 'keys of seals never change'); end;
create trigger seal_keys_are_never_removed before delete on seal_keys
begin select raise(abort, 'keys of seals are never removed'); end;
