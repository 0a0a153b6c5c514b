-- Applications that may ask our users to sign in; kept from events. Their secrets are derived, not stored.
create table clients (
  id text primary key,
  name text not null,
  kind text not null,
  redirect_uris text not null,
  registered_at text not null,
  registered_by text not null
);

-- What OpenID Connect keeps between requests: sign-ins under way, consents, codes and tokens. Each is found by the
-- digest of what its holder shows; the payload holds ids only. `session_id` is the session of ours that it ends with.
create table oidc_payloads (
  model text not null,
  id_digest text not null,
  payload text not null,
  grant_digest text,
  uid_digest text,
  session_id text,
  client_id text,
  consumed_at text,
  expires_at text not null,
  primary key (model, id_digest)
);
create index oidc_payloads_by_grant on oidc_payloads (grant_digest);
create index oidc_payloads_by_uid on oidc_payloads (uid_digest);
create index oidc_payloads_by_expiry on oidc_payloads (expires_at);
