-- Programs of others that are told of what happens; kept from events. Their secrets are derived, not stored.
create table webhooks (
  id text collate "C" primary key,
  url text collate "C" not null,
  description text collate "C",
  types text collate "C" not null,
  state text collate "C" not null,
  secret_id text collate "C" not null,
  previous_secret_id text collate "C",
  previous_until text collate "C",
  -- Told of what stands behind this position, as the event at from_event said.
  from_position bigint not null,
  from_event integer not null,
  registered_at text collate "C" not null,
  registered_by text collate "C" not null,
  disabled_at text collate "C",
  disabled_reason text collate "C"
);

-- The runner's notes: how far it has come, and who is at it. Not history.
create table webhook_cursors (
  webhook_id text collate "C" primary key,
  from_event integer not null,
  position bigint not null,
  leased_by text collate "C",
  leased_until text collate "C",
  last_success_at text collate "C"
);

-- One message to one webhook; position is null for one that was sent to try it out.
create table webhook_deliveries (
  id text collate "C" primary key,
  webhook_id text collate "C" not null,
  message_id text collate "C" not null,
  position bigint,
  type text collate "C" not null,
  status text collate "C" not null,
  attempts integer not null,
  failures integer not null,
  queued_at text collate "C" not null,
  next_at text collate "C" not null,
  finished_at text collate "C",
  unique (webhook_id, message_id)
);
create index webhook_deliveries_due on webhook_deliveries (webhook_id, next_at) where status = 'pending';
create index webhook_deliveries_by_webhook on webhook_deliveries (webhook_id, id);
create index webhook_deliveries_finished on webhook_deliveries (finished_at) where finished_at is not null;

-- What came of each attempt; nothing of what was sent or answered.
create table webhook_attempts (
  delivery_id text collate "C" not null,
  number integer not null,
  webhook_id text collate "C" not null,
  at text collate "C" not null,
  status integer,
  reason text collate "C",
  latency_ms integer not null,
  primary key (delivery_id, number)
);
create index webhook_attempts_by_webhook on webhook_attempts (webhook_id);
