-- Every change of a setting, kept from events; the last one of a setting is in force.
create table setting_changes (
  position bigint primary key,
  event_id text collate "C" not null,
  setting text collate "C" not null,
  value text collate "C",
  undoes text collate "C",
  at text collate "C" not null,
  actor text collate "C" not null
);
create index setting_changes_by_setting on setting_changes (setting, position);
