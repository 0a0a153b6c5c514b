-- What the history is explored by besides position, type and tags.
create index events_by_id on events ((bytes::json ->> 'id') collate "C", position);
create index events_by_actor on events ((bytes::json ->> 'actor') collate "C", position);
create index events_by_correlation on events ((bytes::json ->> 'correlation') collate "C", position);
create index events_by_causation on events ((bytes::json ->> 'causation') collate "C", position)
  where (bytes::json ->> 'causation') is not null;
