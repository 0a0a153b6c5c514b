-- Who tried to sign in, for that user to look through: a method, or none where the try failed. Swept after 90 days.
create table logins (
  id text collate "C" primary key,
  user_id text collate "C" not null,
  at text collate "C" not null,
  method text collate "C",
  carrier text collate "C" not null,
  is_new_device integer not null,
  user_agent text collate "C",
  ip text collate "C"
);
create index logins_by_user on logins (user_id, id);
create index logins_by_age on logins (at);

insert into logins
select e.bytes::json ->> 'id', s.user_id, s.started_at, s.method, s.carrier, 0, s.user_agent, s.ip
from events e join sessions s on s.id = e.bytes::json -> 'data' ->> 'sessionId'
where e.type = 'UserLoggedIn';
