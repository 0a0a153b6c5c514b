import { z } from 'zod'
import { accept, command, reading, refuse } from '../decision.ts'
import { instantSchema, ulidSchema } from '../event.ts'
import { adminRefusal, refuseWith, standingOf } from '../users/user.ts'
import { endedInviteRefusal } from './ended.ts'
import { inviteTag } from './events.ts'
import { invite } from './invite.ts'
import { isInviteExpiryInRange, MAX_INVITE_DAYS } from './issue-invite.ts'

/** The same link goes out again with a new deadline. An expired invite comes back to life this way; an ended one never. */
export const resendInvite = command({
  type: 'ResendInvite',
  schema: z.strictObject({ inviteId: ulidSchema, expiresAt: instantSchema }),
  reads: ({ inviteId }, { actor }) => ({
    invite: reading(inviteTag(inviteId), invite),
    actor: standingOf(actor),
  }),
  decide: ({ inviteId, expiresAt }, view, { now, actor }) => {
    const forbidden = adminRefusal(actor, view.actor)
    if (forbidden) return refuseWith(forbidden)
    if (view.invite.status !== 'open') return endedInviteRefusal(view.invite)
    if (!isInviteExpiryInRange(expiresAt, now)) {
      return refuse('invite_expiry_out_of_range', { maxDays: MAX_INVITE_DAYS })
    }
    const { email, locale, issuedEventId } = view.invite
    if (email === null) return refuse('invite_not_found') // its person was forgotten: there is nobody to write to
    return accept({
      type: 'InviteResent',
      data: { inviteId, email, locale, expiresAt },
      causation: issuedEventId,
    })
  },
})
