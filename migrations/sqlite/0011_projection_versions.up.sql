-- Which version of each projection its tables were built by, and which process is building them anew, until when.
create table projection_versions (
  name text primary key,
  fingerprint text,
  builder text,
  builder_until text
) strict, without rowid;
