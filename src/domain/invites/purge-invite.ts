import { z } from 'zod'
import { accept, command, reading, refuse } from '../decision.ts'
import { ulidSchema } from '../event.ts'
import { adminRefusal, refuseWith, standingOf } from '../users/user.ts'
import { inviteTag } from './events.ts'
import { hasExpired, invite } from './invite.ts'

/** An ended or expired invite leaves the lists and its address is forgotten. Its user keeps the invite's id. */
export const purgeInvite = command({
  type: 'PurgeInvite',
  schema: z.strictObject({ inviteId: ulidSchema }),
  reads: ({ inviteId }, { actor }) => ({
    invite: reading(inviteTag(inviteId), invite),
    actor: standingOf(actor),
  }),
  decide: ({ inviteId }, view, { now, actor }) => {
    const forbidden = adminRefusal(actor, view.actor)
    if (forbidden) return refuseWith(forbidden)
    if (view.invite.status === 'unknown') return refuse('invite_not_found')
    if (view.invite.status === 'purged') return accept()
    if (view.invite.status === 'open' && !hasExpired(view.invite.expiresAt, now)) {
      return refuse('invite_still_open')
    }
    return accept({ type: 'InvitePurged', data: { inviteId } })
  },
})
