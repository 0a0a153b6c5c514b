import { z } from 'zod'
import { accept, command, reading } from '../decision.ts'
import { ulidSchema } from '../event.ts'
import { sessionTag } from './events.ts'
import { session } from './session.ts'

/** A session is ended by its user. Ending what has ended, or never was, is already true. */
export const logout = command({
  type: 'Logout',
  schema: z.strictObject({ sessionId: ulidSchema }),
  reads: ({ sessionId }) => ({ session: reading(sessionTag(sessionId), session) }),
  decide: ({ sessionId }, view) =>
    view.session.status === 'begun'
      ? accept({ type: 'UserLoggedOut', data: { userId: view.session.userId, sessionId } })
      : accept(),
})
