-- What the history is explored by besides position, type and tags.
create index events_by_id on events (json_extract(bytes, '$.id'));
create index events_by_actor on events (json_extract(bytes, '$.actor'));
create index events_by_correlation on events (json_extract(bytes, '$.correlation'));
create index events_by_causation on events (json_extract(bytes, '$.causation'))
  where json_extract(bytes, '$.causation') is not null;
