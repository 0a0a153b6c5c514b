-- The history: one row an event, stored bytes never change again.
create table events (
  position integer primary key,
  type text not null,
  bytes text not null
) strict;
create index events_by_type on events (type);

-- What an event is about. Address tags are keyed digests, removed when their person is forgotten.
create table event_tags (
  tag text not null,
  type text not null,
  position integer not null,
  primary key (tag, type, position)
) strict, without rowid;

create trigger events_are_never_changed before update on events
begin select raise(abort, 'the history is append-only'); end;
create trigger events_are_never_removed before delete on events
begin select raise(abort, 'the history is append-only'); end;
create trigger event_tags_are_never_changed before update on event_tags
begin select raise(abort, 'the history is append-only'); end;
create trigger event_tags_are_only_forgotten before delete on event_tags when old.tag not like 'email:%'
begin select raise(abort, 'only address tags can be removed'); end;
