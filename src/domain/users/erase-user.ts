import { z } from 'zod'
import { accept, command, reading, refuse } from '../decision.ts'
import { ulidSchema } from '../event.ts'
import { emailTag } from '../invites/events.ts'
import { address } from '../invites/invite.ts'
import { userTag } from './events.ts'
import { adminRefusal, adminsReading, isLastAdmin, refuseWith, standing, standingOf } from './user.ts'

/**
 * The person is forgotten: their keys, and those of the invites to their address, are destroyed with this event.
 * `email` is the user's verified address; it names the boundary in which the invites to it are found.
 */
export const eraseUser = command({
  type: 'EraseUser',
  schema: z.strictObject({ userId: ulidSchema, email: z.string() }),
  reads: ({ userId, email }, { actor }) => ({
    user: reading(userTag(userId), standing),
    address: reading(emailTag(email), address),
    actor: standingOf(actor),
    admins: adminsReading,
  }),
  decide: ({ userId }, view, { actor }) => {
    const forbidden = adminRefusal(actor, view.actor)
    if (forbidden) return refuseWith(forbidden)
    const { status, roles } = view.user
    if (status === 'unknown') return refuse('user_not_found')
    if (status === 'erased') return accept()
    if (isLastAdmin(view.admins, userId)) return refuse('last_admin')
    const inviteIds = view.address.ownerId === userId ? [...view.address.inviteIds] : []
    return accept({ type: 'UserErased', data: { userId, roles: [...roles], inviteIds } })
  },
})
