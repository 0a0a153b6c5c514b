-- Which version of each projection its tables were built by, and which process is building them anew, until when.
create table projection_versions (
  name text collate "C" primary key,
  fingerprint text collate "C",
  builder text collate "C",
  builder_until text collate "C"
);
