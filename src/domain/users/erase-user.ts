import { z } from 'zod'
import { accept, command, reading, refuse } from '../decision.ts'
import { ulidSchema } from '../event.ts'
import { emailTag } from '../invites/events.ts'
import { address } from '../invites/invite.ts'
import { userTag } from './events.ts'
import {
  adminRefusal,
  adminsReading,
  credential,
  formerInvites,
  isLastAdmin,
  refuseWith,
  standing,
  standingOf,
} from './user.ts'

/**
 * The person is forgotten, by an admin or by their own wish, which they prove with the password: their keys, and those of the invites to their address, are destroyed with this event.
 * `email` is the user's verified address; it names the boundary in which the invites to it are found.
 */
export const eraseUser = command({
  type: 'EraseUser',
  schema: z.strictObject({
    userId: ulidSchema,
    email: z.string(),
    /** Which credential the owner has proven; admins prove none. */
    provenCredentialId: ulidSchema.optional(),
  }),
  reads: ({ userId, email }, { actor }) => ({
    user: reading(userTag(userId), standing),
    address: reading(emailTag(email), address),
    credential: reading(userTag(userId), credential),
    formerInvites: reading(userTag(userId), formerInvites),
    actor: standingOf(actor),
    admins: adminsReading,
  }),
  decide: ({ userId, provenCredentialId }, view, { actor }) => {
    const { status, roles } = view.user
    const forbidden = adminRefusal(actor, view.actor)
    if (forbidden && actor !== userTag(userId)) return refuseWith(forbidden)
    if (status === 'unknown') return refuse('user_not_found')
    if (status === 'erased') return accept()
    const { credential: held } = view
    if (forbidden && status === 'suspended') return refuse('user_suspended')
    if (forbidden && held.kind !== 'none' && held.credentialId !== provenCredentialId) {
      return refuse('credentials_wrong')
    }
    if (isLastAdmin(view.admins, userId)) return refuse('last_admin')
    const ofAddress = view.address.ownerId === userId ? view.address.inviteIds : []
    const inviteIds = [...new Set([...view.formerInvites, ...ofAddress])]
    return accept({ type: 'UserErased', data: { userId, roles: [...roles], inviteIds, reason: 'asked' } })
  },
})
