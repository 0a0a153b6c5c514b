import { z } from 'zod'
import { accept, command, reading, refuse } from '../decision.ts'
import { ulidSchema } from '../event.ts'
import { userTag } from '../users/events.ts'
import { standing } from '../users/user.ts'

/** All sessions of a user but one end: signed out everywhere else, or a refresh token was used twice. */
export const endSessions = command({
  type: 'EndSessions',
  schema: z.strictObject({
    userId: ulidSchema,
    except: z.nullable(ulidSchema),
    reason: z.enum(['signed-out-everywhere', 'token-reused']),
  }),
  reads: ({ userId }) => ({ user: reading(userTag(userId), standing) }),
  decide: ({ userId, except, reason }, view) =>
    view.user.status === 'unknown' || view.user.status === 'erased'
      ? refuse('user_not_found')
      : accept({ type: 'SessionsEnded', data: { userId, except, reason } }),
})
