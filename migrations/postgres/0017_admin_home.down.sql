drop index referrals_by_time;
drop index users_by_registration;
drop index mails_failed;
drop index invites_by_redemption;
drop index invites_bounced;
drop index invites_by_state;
