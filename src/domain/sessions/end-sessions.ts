import { z } from 'zod'
import { accept, command, reading, refuse } from '../decision.ts'
import { ulidSchema } from '../event.ts'
import { userTag } from '../users/events.ts'
import { adminRefusal, refuseWith, standing, standingOf } from '../users/user.ts'

/** All sessions of a user but one end: signed out everywhere else, by themselves or an admin. */
export const endSessions = command({
  type: 'EndSessions',
  schema: z.strictObject({
    userId: ulidSchema,
    except: z.nullable(ulidSchema),
    reason: z.enum(['signed-out-everywhere', 'token-reused']),
  }),
  reads: ({ userId }, { actor }) => ({
    user: reading(userTag(userId), standing),
    actor: standingOf(actor),
  }),
  decide: ({ userId, except, reason }, view, { actor }) => {
    const forbidden = actor === userTag(userId) ? null : adminRefusal(actor, view.actor)
    if (forbidden) return refuseWith(forbidden)
    return view.user.status === 'unknown' || view.user.status === 'erased'
      ? refuse('user_not_found')
      : accept({ type: 'SessionsEnded', data: { userId, except, reason } })
  },
})
