import { z } from 'zod'
import { accept, command, reading, refuse } from '../decision.ts'
import { type Instant, instantSchema, ulidSchema } from '../event.ts'
import { hasExpired } from '../invites/invite.ts'
import { userTag } from '../users/events.ts'
import { credential, isOneself, registration, standing } from '../users/user.ts'
import { codeSchema } from './code.ts'
import { referralCodeTag } from './events.ts'
import { ownCode, referralCode } from './referral.ts'

export const MAX_REFERRAL_CODE_DAYS = 365
export const MAX_DESCRIPTION = 150
const DAY_MS = 86_400_000

const isInRange = (expiresAt: Instant, now: Instant): boolean =>
  expiresAt > now && Date.parse(expiresAt) <= Date.parse(now) + MAX_REFERRAL_CODE_DAYS * DAY_MS

/** A user makes a code that brings others here. There is one at a time: two wishes at once, and one of them is refused. */
export const createReferralCode = command({
  type: 'CreateReferralCode',
  schema: z.strictObject({
    userId: ulidSchema,
    codeId: ulidSchema,
    code: codeSchema,
    description: z.nullable(z.string().trim().min(1).max(MAX_DESCRIPTION)),
    expiresAt: instantSchema,
  }),
  reads: ({ userId, codeId }) => ({
    code: reading(referralCodeTag(codeId), referralCode),
    user: reading(userTag(userId), standing),
    registration: reading(userTag(userId), registration),
    credential: reading(userTag(userId), credential),
    own: reading(userTag(userId), ownCode),
  }),
  decide: ({ userId, codeId, code, description, expiresAt }, view, { now, actor }) => {
    if (!isOneself(actor, userId)) return refuse('not_allowed')
    const { user, own } = view
    if (user.status === 'suspended') return refuse('user_suspended')
    if (user.status !== 'active') return refuse('user_not_found')
    if (view.code.status !== 'unknown') return accept()
    if (!user.isVerified) return refuse('email_not_verified')
    if (view.registration.via === 'self' && view.credential.kind === 'none') {
      return refuse('registration_incomplete')
    }
    if (!isInRange(expiresAt, now)) {
      return refuse('referral_code_expiry_out_of_range', { maxDays: MAX_REFERRAL_CODE_DAYS })
    }
    if (own.status === 'created' && !hasExpired(own.expiresAt, now)) {
      return refuse('referral_code_already_active', { expiresAt: own.expiresAt })
    }
    return accept({ type: 'ReferralCodeCreated', data: { codeId, userId, code, description, expiresAt } })
  },
})
