drop function boundary(json);
drop table flushes;
drop table history_head;
drop table event_tags;
drop table events;
drop function refuse_change();
