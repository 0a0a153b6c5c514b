-- What outside services say of who has registered: kept from events, rebuilt from the history at any time.
create table inquiries (
  user_id text collate "C" primary key,
  registered_at text collate "C" not null,
  verdict text collate "C",
  enriched_at text collate "C",
  name text collate "C",
  company text collate "C",
  title text collate "C"
);
create index inquiries_by_registration on inquiries (registered_at);
insert into inquiries (user_id, registered_at) select id, registered_at from users where via <> 'operator';

-- How often something was asked and when it may be asked again; not history.
create table inquiry_attempts (
  user_id text collate "C" not null,
  question text collate "C" not null,
  attempts integer not null,
  next_at text collate "C" not null,
  leased_until text collate "C",
  primary key (user_id, question)
);
