-- The history: one row an event, stored bytes never change again.
create table events (
  position bigint primary key,
  type text collate "C" not null,
  bytes text collate "C" not null
);
create index events_by_type on events (type, position);

-- What an event is about. Address tags are keyed digests, removed when their person is forgotten.
create table event_tags (
  tag text collate "C" not null,
  type text collate "C" not null,
  position bigint not null,
  primary key (tag, type, position)
);

-- Where the history ends. Whoever appends holds this row until the commit: so positions have no gap, moments never go
-- back, and events become visible in their order.
create table history_head (
  one boolean primary key default true check (one),
  position bigint not null,
  at text collate "C" not null
) with (fillfactor = 50);
insert into history_head (position, at) values (0, '');

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '%', tg_argv[0];
end $$;

create trigger events_are_never_changed before update on events
for each row execute function refuse_change('the history is append-only');
create trigger events_are_never_removed before delete on events
for each row execute function refuse_change('the history is append-only');
create trigger events_are_never_emptied before truncate on events
for each statement execute function refuse_change('the history is append-only');
create trigger event_tags_are_never_changed before update on event_tags
for each row execute function refuse_change('the history is append-only');
create trigger event_tags_are_only_forgotten before delete on event_tags
for each row when (old.tag not like 'email:%') execute function refuse_change('only address tags can be removed');
create trigger event_tags_are_never_emptied before truncate on event_tags
for each statement execute function refuse_change('only address tags can be removed');
create trigger history_head_is_never_removed before delete or truncate on history_head
for each statement execute function refuse_change('the history is append-only');
