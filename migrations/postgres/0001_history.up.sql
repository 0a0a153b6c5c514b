-- The history: one row an event, stored bytes never change again. What else events are found by stands beside the bytes:
-- reading it out of them again for each index costs more than everything else about a commit.
create table events (
  position bigint primary key,
  type text collate "C" not null,
  bytes text collate "C" not null,
  id text collate "C" not null,
  actor text collate "C" not null,
  correlation text collate "C" not null,
  causation text collate "C"
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

-- The stored events of a boundary: `[{"tag": …, "types": […]}]`. Most tags of most commands are new, so one look for each
-- tag comes before the looks for its types. The plan must not depend on what the server believes about the tables' size.
create function boundary(wanted json) returns table (tag text, place bigint, stored text) language plpgsql stable
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_bitmapscan = off as $$
begin
  return query select t.tag, t.position, e.bytes
    from json_to_recordset(wanted) as w(tag text, types text[])
    cross join lateral (select 1 from event_tags x where x.tag = w.tag limit 1) found
    join event_tags t on t.tag = w.tag and t.type = any(w.types) join events e on e.position = t.position;
end $$;

-- Commits are made durable by whoever commits next and waits: each process has a row of its own to do so with.
create table flushes (
  process text collate "C" primary key,
  at text collate "C" not null
) with (fillfactor = 50);

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
