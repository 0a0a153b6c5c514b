drop table seal_keys;
drop table seals;
drop table tiles;
