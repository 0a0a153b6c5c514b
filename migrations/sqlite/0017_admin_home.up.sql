-- What the admin home counts, so that it takes no longer the more there is.
create index invites_by_state on invites (status, expires_at);
create index invites_bounced on invites (id) where delivery = 'failed';
create index invites_by_redemption on invites (redeemed_at, issued_at) where redeemed_at is not null;
create index mails_failed on mails (id) where status = 'failed';
create index users_by_registration on users (registered_at, via);
create index referrals_by_time on referrals (way, at, gone_at);
