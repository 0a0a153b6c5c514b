import { z } from 'zod'
import { accept, command, reading, refuse } from '../decision.ts'
import { ulidSchema } from '../event.ts'
import { userTag } from './events.ts'
import { isTrusted, registration, standing } from './user.ts'

/**
 * Whoever has not confirmed an address in time is forgotten. Decided at the moment of doing it, whatever the list said
 * from which the user was taken: somebody who has confirmed meanwhile stays.
 */
export const removeUnverifiedUser = command({
  type: 'RemoveUnverifiedUser',
  schema: z.strictObject({ userId: ulidSchema, afterMs: z.int().positive() }),
  reads: ({ userId }) => ({
    user: reading(userTag(userId), standing),
    registration: reading(userTag(userId), registration),
  }),
  decide: ({ userId, afterMs }, { user, registration: begun }, { now, actor }) => {
    if (!isTrusted(actor)) return refuse('not_allowed')
    if (user.status === 'unknown' || begun.at === null) return refuse('user_not_found')
    if (user.status === 'erased') return accept()
    if (user.isVerified || begun.via !== 'self') return refuse('email_already_verified')
    if (Date.parse(begun.at) + afterMs > Date.parse(now)) return refuse('registration_not_due')
    const roles = [...user.roles]
    return accept({ type: 'UserErased', data: { userId, roles, inviteIds: [], reason: 'unverified' } })
  },
})
