import { z } from 'zod'
import { accept, command, reading } from '../decision.ts'
import { ulidSchema } from '../event.ts'
import { userTag } from '../users/events.ts'
import { adminRefusal, refuseWith, standingOf } from '../users/user.ts'
import { sessionTag } from './events.ts'
import { session } from './session.ts'

/** A session is ended by its user, or by an admin. Ending what has ended, or never was, is already true. */
export const logout = command({
  type: 'Logout',
  schema: z.strictObject({ sessionId: ulidSchema }),
  reads: ({ sessionId }, { actor }) => ({
    session: reading(sessionTag(sessionId), session),
    actor: standingOf(actor),
  }),
  decide: ({ sessionId }, view, { actor }) => {
    const { session: held } = view
    if (held.status === 'unknown') return accept()
    const forbidden = actor === userTag(held.userId) ? null : adminRefusal(actor, view.actor)
    if (forbidden) return refuseWith(forbidden)
    return held.status === 'begun'
      ? accept({ type: 'UserLoggedOut', data: { userId: held.userId, sessionId } })
      : accept()
  },
})
