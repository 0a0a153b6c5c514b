-- Every change of a setting, kept from events; the last one of a setting is in force.
create table setting_changes (
  position integer primary key,
  event_id text not null,
  setting text not null,
  value text,
  undoes text,
  at text not null,
  actor text not null
);
create index setting_changes_by_setting on setting_changes (setting, position);
