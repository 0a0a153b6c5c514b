-- What outside services say of who has registered: kept from events, rebuilt from the history at any time.
create table inquiries (
  user_id text primary key,
  registered_at text not null,
  verdict text,
  enriched_at text,
  name text,
  company text,
  title text
) strict, without rowid;
create index inquiries_by_registration on inquiries (registered_at);
insert into inquiries (user_id, registered_at) select id, registered_at from users where via <> 'operator';

-- How often something was asked and when it may be asked again; not history.
create table inquiry_attempts (
  user_id text not null,
  question text not null,
  attempts integer not null,
  next_at text not null,
  leased_until text,
  primary key (user_id, question)
) strict, without rowid;
