drop table batch_suspensions;
drop table suspension_batches;
drop table referrals;
drop table referral_codes;
