-- How often something was tried lately; keys are keyed digests of addresses and clients, by policy.
create table throttles (
  key text collate "C" primary key,
  points integer not null,
  expires_at bigint not null
);
create index throttles_by_expiry on throttles (expires_at);
