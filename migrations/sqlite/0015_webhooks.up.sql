-- Programs of others that are told of what happens; kept from events. Their secrets are derived, not stored.
create table webhooks (
  id text primary key,
  url text not null,
  description text,
  types text not null,
  state text not null,
  secret_id text not null,
  previous_secret_id text,
  previous_until text,
  -- Told of what stands behind this position, as the event at from_event said.
  from_position integer not null,
  from_event integer not null,
  registered_at text not null,
  registered_by text not null,
  disabled_at text,
  disabled_reason text
);

-- The runner's notes: how far it has come, and who is at it. Not history.
create table webhook_cursors (
  webhook_id text primary key,
  from_event integer not null,
  position integer not null,
  leased_by text,
  leased_until text,
  last_success_at text
);

-- One message to one webhook; position is null for one that was sent to try it out.
create table webhook_deliveries (
  id text primary key,
  webhook_id text not null,
  message_id text not null,
  position integer,
  type text not null,
  status text not null,
  attempts integer not null,
  failures integer not null,
  queued_at text not null,
  next_at text not null,
  finished_at text,
  unique (webhook_id, message_id)
);
create index webhook_deliveries_due on webhook_deliveries (webhook_id, next_at) where status = 'pending';
create index webhook_deliveries_by_webhook on webhook_deliveries (webhook_id, id);
create index webhook_deliveries_finished on webhook_deliveries (finished_at) where finished_at is not null;

-- What came of each attempt; nothing of what was sent or answered.
create table webhook_attempts (
  delivery_id text not null,
  number integer not null,
  webhook_id text not null,
  at text not null,
  status integer,
  reason text,
  latency_ms integer not null,
  primary key (delivery_id, number)
);
create index webhook_attempts_by_webhook on webhook_attempts (webhook_id);
