import { z } from 'zod'
import { accept, command, reading, refuse } from '../decision.ts'
import { ulidSchema } from '../event.ts'
import { userTag } from './events.ts'
import { isTrusted, standing } from './user.ts'

/**
 * An older history has come back, in which somebody is still there who has been forgotten since: they are forgotten
 * once more, whoever they are. Even the last admin; the next start makes another.
 */
export const repeatErasure = command({
  type: 'RepeatErasure',
  schema: z.strictObject({ userId: ulidSchema, inviteIds: z.array(ulidSchema) }),
  reads: ({ userId }) => ({ user: reading(userTag(userId), standing) }),
  decide: ({ userId, inviteIds }, { user }, { actor }) => {
    if (!isTrusted(actor)) return refuse('not_allowed')
    if (user.status === 'unknown' || user.status === 'erased') return accept()
    return accept({
      type: 'UserErased',
      data: { userId, roles: [...user.roles], inviteIds: [...inviteIds], reason: 'asked' },
    })
  },
})
