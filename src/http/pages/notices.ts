import type { Ctx } from './ctx.ts'

const NOTICES = [
  'signedOut',
  'passwordChanged',
  'inviteSent',
  'inviteResent',
  'inviteRevoked',
  'userChanged',
  'userSuspended',
  'userReinstated',
  'userErased',
  'roleGranted',
  'clientChanged',
  'clientRemoved',
  'webhookChanged',
  'webhookPaused',
  'webhookResumed',
  'webhookTested',
  'webhookTestFailed',
  'webhookRewound',
  'webhookRemoved',
  'deliveryReplayed',
  'mailRetried',
  'roleRevoked',
  'sessionEnded',
  'sessionsEnded',
  'addressConfirmed',
  'verificationSent',
  'profileChanged',
  'passwordReset',
  'forgotten',
  'referralCodeCreated',
  'referralCodeDeleted',
  'referralCodeMailed',
  'referrerSet',
  'subtreeSuspended',
  'subtreeReinstated',
  'settingsChanged',
  'settingUndone',
] as const
export type Notice = (typeof NOTICES)[number]

const COOKIE = 'notice'
const COOKIE_MS = 60_000

/** Says something on the next page, after a redirect. Who has no session (any more) carries its code in a cookie. */
export const leaveNotice = (ctx: Ctx, notice: Notice, undo?: string): void => {
  if (ctx.state.principal && ctx.session) {
    ctx.session.notice = notice
    // One that was never shown must not lend its button to the next.
    delete ctx.session.undo
    if (undo !== undefined) ctx.session.undo = undo
  } else ctx.cookies.set(COOKIE, notice, { maxAge: COOKIE_MS, httpOnly: true, sameSite: 'lax' })
}

const NOTHING = { notice: null, undo: null }

/** What the page before wanted to be said, once. A page that asks for itself in the background leaves it for the reader's next one. */
export const takeNotice = (ctx: Ctx): { readonly notice: Notice | null; readonly undo: string | null } => {
  if (ctx.method === 'HEAD' || ctx.get('x-requested-with') !== '') return NOTHING
  const carried = ctx.cookies.get(COOKIE)
  if (carried !== undefined) ctx.cookies.set(COOKIE)
  const { notice: left, undo } = (ctx.state.principal && ctx.session) || {}
  if (left !== undefined) delete ctx.session?.notice
  if (undo !== undefined) delete ctx.session?.undo
  const notice = NOTICES.find((known) => known === (left ?? carried)) ?? null
  return { notice, undo: notice === null ? null : (undo ?? null) }
}
