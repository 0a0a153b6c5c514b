/** Every reason a command can be refused for. Clients key on these names: they are never changed, only added to. */
export const refusalCodes = [
  'not_allowed',
  'invite_not_found',
  'invite_already_redeemed',
  'invite_revoked',
  'invite_expired',
  'invite_replaced',
  'invite_still_open',
  'invite_expiry_out_of_range',
  'email_already_registered',
  'user_not_found',
  'user_suspended',
  'last_admin',
  'credentials_wrong',
  'first_password_used',
  'first_password_expired',
  'password_change_required',
  'link_not_found',
  'link_already_used',
  'link_expired',
] as const

export type RefusalCode = (typeof refusalCodes)[number]
