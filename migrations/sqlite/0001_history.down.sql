drop table event_tags;
drop table events;
