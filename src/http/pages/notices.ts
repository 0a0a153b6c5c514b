import type { Ctx } from './kit.ts'

export const NOTICES = [
  'passwordChanged',
  'inviteSent',
  'inviteResent',
  'inviteRevoked',
  'userChanged',
  'userSuspended',
  'userReinstated',
  'userErased',
  'roleGranted',
] as const
export type Notice = (typeof NOTICES)[number]

/** Says something on the next page: after a redirect. */
export const leaveNotice = (ctx: Ctx, notice: Notice): void => {
  if (ctx.session) ctx.session.notice = notice
}

/** What the page before wanted to be said, once. */
export const takeNotice = (ctx: Ctx): Notice | null => {
  const left = ctx.session?.notice
  if (left === undefined || !ctx.session || ctx.method === 'HEAD') return null
  delete ctx.session.notice
  return NOTICES.find((known) => known === left) ?? null
}
