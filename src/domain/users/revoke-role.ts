import { z } from 'zod'
import { accept, command, reading, refuse } from '../decision.ts'
import { ulidSchema } from '../event.ts'
import { roleSchema, userTag } from './events.ts'
import { adminRefusal, adminsReading, isLastAdmin, refuseWith, standing, standingOf } from './user.ts'

/**
 * A user loses a role, and with it every session but the one in which it was wished: what was opened with the role
 * does not outlive it. Of a suspended user it can be taken too; they were not counted among those who can act.
 */
export const revokeRole = command({
  type: 'RevokeRole',
  schema: z.strictObject({
    userId: ulidSchema,
    role: roleSchema,
    /** The session of an admin who lays down a role of their own; it goes on. */
    keepSessionId: z.nullable(ulidSchema),
  }),
  reads: ({ userId }, { actor }) => ({
    user: reading(userTag(userId), standing),
    actor: standingOf(actor),
    admins: adminsReading,
  }),
  decide: ({ userId, role, keepSessionId }, view, { actor }) => {
    const forbidden = adminRefusal(actor, view.actor)
    if (forbidden) return refuseWith(forbidden)
    const { status, roles } = view.user
    if (status === 'unknown' || status === 'erased') return refuse('user_not_found')
    if (!roles.includes(role)) return accept()
    if (role === 'admin' && isLastAdmin(view.admins, userId)) return refuse('last_admin')
    return accept(
      { type: 'RoleRevoked', data: { userId, role } },
      {
        type: 'SessionsEnded',
        data: { userId, except: actor === userTag(userId) ? keepSessionId : null, reason: 'role-changed' },
      },
    )
  },
})
