import { z } from 'zod'
import { accept, command, reading } from '../decision.ts'
import { ulidSchema } from '../event.ts'
import { adminRefusal, refuseWith, standingOf } from '../users/user.ts'
import { endedInviteRefusal } from './ended.ts'
import { inviteTag } from './events.ts'
import { invite } from './invite.ts'

/** An admin takes an invite back, expired or not. The reason is for admins and auditors, never for the invited. */
export const revokeInvite = command({
  type: 'RevokeInvite',
  schema: z.strictObject({ inviteId: ulidSchema, reason: z.nullable(z.string().trim().min(1).max(200)) }),
  reads: ({ inviteId }, { actor }) => ({
    invite: reading(inviteTag(inviteId), invite),
    actor: standingOf(actor),
  }),
  decide: ({ inviteId, reason }, view, { actor }) => {
    const forbidden = adminRefusal(actor, view.actor)
    if (forbidden) return refuseWith(forbidden)
    if (view.invite.status === 'revoked') return accept()
    if (view.invite.status !== 'open') return endedInviteRefusal(view.invite)
    const { email, issuedEventId } = view.invite
    // Its person was forgotten: the invite can still be closed, but nothing new is written about them.
    const data = { inviteId, email, reason: email === null ? null : reason }
    return accept({ type: 'InviteRevoked', data, causation: issuedEventId })
  },
})
