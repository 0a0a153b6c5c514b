-- Who tried to sign in, for that user to look through: a method, or none where the try failed. Swept after 90 days.
create table logins (
  id text primary key,
  user_id text not null,
  at text not null,
  method text,
  carrier text not null,
  is_new_device integer not null,
  user_agent text,
  ip text
) strict, without rowid;
create index logins_by_user on logins (user_id, id);
create index logins_by_age on logins (at);

insert into logins
select e.bytes ->> '$.id', s.user_id, s.started_at, s.method, s.carrier, 0, s.user_agent, s.ip
from events e join sessions s on s.id = e.bytes ->> '$.data.sessionId'
where e.type = 'UserLoggedIn';
