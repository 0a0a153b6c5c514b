-- Codes by which users bring others, and who brought whom: kept from events, rebuilt from the history at any time.
create table referral_codes (
  id text collate "C" primary key,
  user_id text collate "C" not null,
  code text collate "C",
  description text collate "C",
  created_at text collate "C" not null,
  expires_at text collate "C" not null,
  mailed_at text collate "C",
  deleted_at text collate "C"
);
create unique index referral_codes_by_code on referral_codes (code);
create index referral_codes_by_user on referral_codes (user_id, id);

create table referrals (
  user_id text collate "C" primary key,
  referrer_id text collate "C" not null,
  code_id text collate "C" not null,
  way text collate "C" not null,
  at text collate "C" not null,
  gone_at text collate "C"
);
create index referrals_by_referrer on referrals (referrer_id, user_id);

-- Users suspended in one decision, and who of them still is by it.
create table suspension_batches (
  id text collate "C" primary key,
  root_id text collate "C" not null,
  suspended_at text collate "C" not null,
  suspended_by text collate "C" not null,
  count integer not null,
  reinstated_at text collate "C"
);
create index suspension_batches_by_age on suspension_batches (suspended_at);

create table batch_suspensions (
  batch_id text collate "C" not null,
  user_id text collate "C" not null,
  primary key (batch_id, user_id)
);
create index batch_suspensions_by_user on batch_suspensions (user_id);
