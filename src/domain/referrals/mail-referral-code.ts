import { z } from 'zod'
import { accept, command, reading, refuse } from '../decision.ts'
import { ulidSchema } from '../event.ts'
import { localeSchema } from '../invites/events.ts'
import { userTag } from '../users/events.ts'
import { isOneself, standing } from '../users/user.ts'
import { referralCodeTag } from './events.ts'
import { codeRefusal, referralCode } from './referral.ts'

/** A user's code is mailed to somebody, once: the same address again changes nothing, so nobody is written to twice. */
export const mailReferralCode = command({
  type: 'MailReferralCode',
  schema: z.strictObject({
    userId: ulidSchema,
    codeId: ulidSchema,
    email: z.string(),
    locale: localeSchema,
  }),
  reads: ({ userId, codeId }) => ({
    code: reading(referralCodeTag(codeId), referralCode),
    user: reading(userTag(userId), standing),
  }),
  decide: ({ userId, codeId, email, locale }, { code: found, user }, { now, actor }) => {
    if (!isOneself(actor, userId)) return refuse('not_allowed')
    if (user.status === 'suspended') return refuse('user_suspended')
    const refusal = codeRefusal(found, userId, user, now)
    if (refusal) return refusal
    if (found.status !== 'created' || found.code === null) return refuse('referral_code_unknown')
    if (found.mailedTo.includes(email)) return accept()
    const { code, expiresAt } = found
    return accept({ type: 'ReferralCodeMailed', data: { codeId, userId, email, code, locale, expiresAt } })
  },
})
