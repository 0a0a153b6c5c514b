import { z } from 'zod'
import { accept, command, reading, refuse } from '../decision.ts'
import { ulidSchema } from '../event.ts'
import { userTag } from './events.ts'
import { adminRefusal, refuseWith, standing, standingOf } from './user.ts'

/** A suspended user may sign in again. */
export const reinstateUser = command({
  type: 'ReinstateUser',
  schema: z.strictObject({ userId: ulidSchema }),
  reads: ({ userId }, { actor }) => ({ user: reading(userTag(userId), standing), actor: standingOf(actor) }),
  decide: ({ userId }, view, { actor }) => {
    const forbidden = adminRefusal(actor, view.actor)
    if (forbidden) return refuseWith(forbidden)
    const { status, roles } = view.user
    if (status === 'unknown' || status === 'erased') return refuse('user_not_found')
    if (status === 'active') return accept()
    return accept({ type: 'UserReinstated', data: { userId, roles: [...roles] } })
  },
})
