-- Applications that may ask our users to sign in; kept from events. Their secrets are derived, not stored.
create table clients (
  id text collate "C" primary key,
  name text collate "C" not null,
  kind text collate "C" not null,
  redirect_uris text collate "C" not null,
  registered_at text collate "C" not null,
  registered_by text collate "C" not null
);

-- What OpenID Connect keeps between requests: sign-ins under way, consents, codes and tokens. Each is found by the
-- digest of what its holder shows; the payload holds ids only. `session_id` is the session of ours that it ends with.
create table oidc_payloads (
  model text collate "C" not null,
  id_digest text collate "C" not null,
  payload text collate "C" not null,
  grant_digest text collate "C",
  uid_digest text collate "C",
  session_id text collate "C",
  client_id text collate "C",
  consumed_at text collate "C",
  expires_at text collate "C" not null,
  primary key (model, id_digest)
);
create index oidc_payloads_by_grant on oidc_payloads (grant_digest);
create index oidc_payloads_by_uid on oidc_payloads (uid_digest);
create index oidc_payloads_by_expiry on oidc_payloads (expires_at);
