drop function keys_of(text[]);
drop table mail_attempts;
drop table idempotency_keys;
drop table refresh_generations;
drop table page_sessions;
drop table password_hashes;
drop table subject_keys;
drop table vault_keys;
