import { z } from 'zod'
import { accept, command, reading, refuse } from '../decision.ts'
import { ulidSchema } from '../event.ts'
import { userTag } from './events.ts'
import { adminRefusal, adminsReading, isLastAdmin, refuseWith, standing, standingOf } from './user.ts'

/** A user may not sign in for now, and all their sessions end. */
export const suspendUser = command({
  type: 'SuspendUser',
  schema: z.strictObject({ userId: ulidSchema, reason: z.nullable(z.string().trim().min(1).max(200)) }),
  reads: ({ userId }, { actor }) => ({
    user: reading(userTag(userId), standing),
    actor: standingOf(actor),
    admins: adminsReading,
  }),
  decide: ({ userId, reason }, view, { actor }) => {
    const forbidden = adminRefusal(actor, view.actor)
    if (forbidden) return refuseWith(forbidden)
    const { status, roles } = view.user
    if (status === 'unknown' || status === 'erased') return refuse('user_not_found')
    if (status === 'suspended') return accept()
    if (isLastAdmin(view.admins, userId)) return refuse('last_admin')
    return accept(
      { type: 'UserSuspended', data: { userId, roles: [...roles], reason, batchId: null } },
      { type: 'SessionsEnded', data: { userId, except: null, reason: 'suspended' } },
    )
  },
})
