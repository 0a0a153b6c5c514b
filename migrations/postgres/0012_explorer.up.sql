-- What the history is explored by besides position, type and tags.
create index events_by_id on events (id);
create index events_by_actor on events (actor, position);
create index events_by_correlation on events (correlation, position);
create index events_by_causation on events (causation, position) where causation is not null;
