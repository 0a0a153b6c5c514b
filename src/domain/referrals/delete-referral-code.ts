import { z } from 'zod'
import { accept, command, reading, refuse } from '../decision.ts'
import { ulidSchema } from '../event.ts'
import { userTag } from '../users/events.ts'
import { adminRefusal, standing, standingOf } from '../users/user.ts'
import { referralCodeTag } from './events.ts'
import { referralCode } from './referral.ts'

/** The owner, or an admin, takes a code back, expired or not. Who came by it stays where they are. */
export const deleteReferralCode = command({
  type: 'DeleteReferralCode',
  schema: z.strictObject({ userId: ulidSchema, codeId: ulidSchema }),
  reads: ({ userId, codeId }, { actor }) => ({
    code: reading(referralCodeTag(codeId), referralCode),
    owner: reading(userTag(userId), standing),
    actor: standingOf(actor),
  }),
  decide: ({ userId, codeId }, view, { actor }) => {
    const isOwner = actor === userTag(userId) && view.actor.status === 'active'
    if (!isOwner && adminRefusal(actor, view.actor)) return refuse('not_allowed')
    const isTheirs = view.code.status !== 'unknown' && view.code.userId === userId
    // Whoever is gone took the code along.
    if (!isTheirs || view.owner.status === 'erased') return refuse('referral_code_unknown')
    if (view.code.status === 'deleted') return accept()
    return accept({ type: 'ReferralCodeDeleted', data: { codeId, userId } })
  },
})
