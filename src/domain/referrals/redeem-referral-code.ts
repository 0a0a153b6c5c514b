import { z } from 'zod'
import { accept, command, type Readings, reading, refuse } from '../decision.ts'
import { ulidSchema } from '../event.ts'
import { userTag } from '../users/events.ts'
import { isOneself, type Standing, standing } from '../users/user.ts'
import { referralCodeTag } from './events.ts'
import {
  codeRefusal,
  type ReferralCode,
  type Referrer,
  readingEach,
  referralCode,
  referrer,
} from './referral.ts'

/** How far up a circle is looked for. Nobody is that far below anybody but by design. */
export const MAX_CHAIN = 1000

type View = {
  readonly user: Standing
  readonly referrer: Referrer
  readonly code: ReferralCode
  readonly owner: Standing
  /** Who brought each user of the chain: whoever of them is brought by somebody meanwhile, it shows. */
  readonly [above: `above:${string}`]: Referrer
}

/**
 * Somebody who is here already says who brought them: once, never themselves, and never somebody whom they brought.
 *
 * `chain` is who brought the referrer, who brought them, and so on to the first, as the caller read it. If it is not so
 * any more, the caller reads it again and comes back; of two who name each other at once, one finds a circle then.
 */
export const redeemReferralCode = command({
  type: 'RedeemReferralCode',
  schema: z.strictObject({
    userId: ulidSchema,
    codeId: ulidSchema,
    referrerId: ulidSchema,
    chain: z.array(ulidSchema).max(MAX_CHAIN),
  }),
  reads: ({ userId, codeId, referrerId, chain }): Readings<View> => ({
    user: reading(userTag(userId), standing),
    referrer: reading(userTag(userId), referrer),
    code: reading(referralCodeTag(codeId), referralCode),
    owner: reading(userTag(referrerId), standing),
    ...readingEach('above', [referrerId, ...chain], referrer),
  }),
  decide: ({ userId, codeId, referrerId, chain }, view, { now, actor }) => {
    if (!isOneself(actor, userId)) return refuse('not_allowed')
    const { user } = view
    if (user.status === 'suspended') return refuse('user_suspended')
    if (user.status !== 'active') return refuse('user_not_found')
    if (!user.isVerified) return refuse('email_not_verified')
    if (view.referrer) {
      return view.referrer.codeId === codeId ? accept() : refuse('referrer_already_set')
    }
    const refusal = codeRefusal(view.code, referrerId, view.owner, now)
    if (refusal) return refusal
    if (referrerId === userId) return refuse('referral_to_self')
    const line = [referrerId, ...chain]
    const changed = line.some((id, n) => (view[`above:${id}`]?.referrerId ?? null) !== (line[n + 1] ?? null))
    if (chain.length === MAX_CHAIN && changed) return refuse('referral_chain_too_long')
    if (changed) return refuse('referral_chain_changed')
    if (chain.includes(userId)) return refuse('referral_circle')
    return accept({ type: 'UserReferred', data: { userId, referrerId, codeId, way: 'later' } })
  },
})
