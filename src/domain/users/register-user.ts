import { z } from 'zod'
import type { NewEvent } from '../catalogue.ts'
import { accept, command, reading, refuse } from '../decision.ts'
import { ulidSchema } from '../event.ts'
import { emailTag, localeSchema } from '../invites/events.ts'
import { address } from '../invites/invite.ts'
import { referralCodeTag } from '../referrals/events.ts'
import { codeRefusal, referralCode } from '../referrals/referral.ts'
import { sessionStartSchema } from '../sessions/start.ts'
import { nameSchema } from './change-profile.ts'
import { userTag } from './events.ts'
import { standing } from './user.ts'
import { newVerificationSchema, superseded } from './verification.ts'

/** How many may wait for one address; the oldest makes room. Nobody needs more, and confirming has to end them all. */
export const MAX_WAITING = 10

/**
 * Somebody registers by themselves. The address belongs to nobody until it is confirmed, so several may wait with the
 * same one, and none of them is in another's way. With an address that has an owner the registration goes the very
 * same way, only that its mail goes to the owner as a reminder and there is nothing to confirm: nobody learns from it
 * that the address is known. `isTakenTold` refuses instead, where the house has decided to tell.
 */
export const registerUser = command({
  type: 'RegisterUser',
  schema: z.strictObject({
    userId: ulidSchema,
    email: z.string(),
    name: z.nullable(nameSchema),
    locale: localeSchema,
    /** The vault's row of the password they chose; null for a temporary user without one. */
    credentialId: z.nullable(ulidSchema),
    verification: newVerificationSchema,
    session: sessionStartSchema,
    isTakenTold: z.boolean(),
    /** The code that they come by, and whose it is. Nobody new can have brought anybody, so this closes no circle. */
    referral: z.strictObject({ codeId: ulidSchema, referrerId: ulidSchema }).nullable().optional(),
  }),
  reads: ({ userId, email, referral }) => ({
    user: reading(userTag(userId), standing),
    address: reading(emailTag(email), address),
    code: reading(referralCodeTag(referral?.codeId ?? 'none'), referralCode),
    referrer: reading(userTag(referral?.referrerId ?? 'nobody'), standing),
  }),
  decide: (wish, view, { now }) => {
    const { userId, email, name, locale, credentialId, session, referral } = wish
    if (view.user.status !== 'unknown') return accept()
    const refusal = referral ? codeRefusal(view.code, referral.referrerId, view.referrer, now) : null
    if (refusal) return refusal
    const isTaken = view.address.ownerId !== null
    if (isTaken && wish.isTakenTold) return refuse('email_already_registered')
    const tooMany = view.address.waiting.slice(0, view.address.waiting.length + 1 - MAX_WAITING)
    const password: NewEvent[] =
      credentialId === null
        ? []
        : [{ type: 'PasswordChanged', data: { userId, email, locale, credentialId, by: 'registration' } }]
    return accept(
      ...(view.address.waiting.length < MAX_WAITING ? [] : superseded(tooMany, null)),
      { type: 'UserRegistered', data: { userId, email, name, locale, via: { kind: 'self' } } },
      ...(referral
        ? [{ type: 'UserReferred', data: { userId, ...referral, way: 'registration' } } as const]
        : []),
      ...password,
      {
        type: 'VerificationIssued',
        data: { userId, email, locale, purpose: isTaken ? 'taken' : 'registration', ...wish.verification },
      },
      { type: 'UserLoggedIn', data: { userId, method: 'registration', isNewDevice: false, ...session } },
    )
  },
})
