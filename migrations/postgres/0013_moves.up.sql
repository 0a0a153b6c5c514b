-- A history that is carried here from another database, until it is proven to be the same: nothing is served meanwhile.
create table moves (
  id text collate "C" primary key,
  begun_at text collate "C" not null,
  root text collate "C"
);
