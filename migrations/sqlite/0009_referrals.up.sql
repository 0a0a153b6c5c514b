-- Codes by which users bring others, and who brought whom: kept from events, rebuilt from the history at any time.
create table referral_codes (
  id text primary key,
  user_id text not null,
  code text,
  description text,
  created_at text not null,
  expires_at text not null,
  mailed_at text,
  deleted_at text
) strict, without rowid;
create unique index referral_codes_by_code on referral_codes (code);
create index referral_codes_by_user on referral_codes (user_id, id);

create table referrals (
  user_id text primary key,
  referrer_id text not null,
  code_id text not null,
  way text not null,
  at text not null,
  gone_at text
) strict, without rowid;
create index referrals_by_referrer on referrals (referrer_id, user_id);

-- Users suspended in one decision, and who of them still is by it.
create table suspension_batches (
  id text primary key,
  root_id text not null,
  suspended_at text not null,
  suspended_by text not null,
  count integer not null,
  reinstated_at text
) strict, without rowid;
create index suspension_batches_by_age on suspension_batches (suspended_at);

create table batch_suspensions (
  batch_id text not null,
  user_id text not null,
  primary key (batch_id, user_id)
) strict, without rowid;
create index batch_suspensions_by_user on batch_suspensions (user_id);
