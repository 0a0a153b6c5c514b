import { z } from 'zod'
import { accept, command, reading, refuse } from '../decision.ts'
import { ulidSchema } from '../event.ts'
import { userTag } from '../users/events.ts'
import { isTrusted, standing } from '../users/user.ts'
import { sessionStartSchema } from './start.ts'

/** Somebody tried to sign in as a user, with a wrong password: a fact worth keeping, though nothing came of it. */
export const recordLoginFailure = command({
  type: 'RecordLoginFailure',
  schema: z.strictObject({
    userId: ulidSchema,
    ...sessionStartSchema.pick({ carrier: true, userAgent: true, ip: true }).shape,
  }),
  reads: ({ userId }) => ({ user: reading(userTag(userId), standing) }),
  decide: (wish, { user }, { actor }) => {
    if (!isTrusted(actor)) return refuse('not_allowed')
    if (user.status === 'unknown' || user.status === 'erased') return refuse('user_not_found')
    return accept({ type: 'LoginFailed', data: wish })
  },
})
