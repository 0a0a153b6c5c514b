-- A history that is carried here from another database, until it is proven to be the same: nothing is served meanwhile.
create table moves (
  id text primary key,
  begun_at text not null,
  root text
) strict, without rowid;
