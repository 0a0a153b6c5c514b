-- How often something was tried lately; keys are keyed digests of addresses and clients, by policy.
create table throttles (
  key text primary key,
  points integer not null,
  expires_at integer not null
) strict, without rowid;
create index throttles_by_expiry on throttles (expires_at);
