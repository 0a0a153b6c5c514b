import { z } from 'zod'
import { accept, command, reading, refuse } from '../decision.ts'
import { ulidSchema } from '../event.ts'
import { hasExpired } from '../invites/invite.ts'
import { userTag } from './events.ts'
import { passwordReset } from './password-reset.ts'
import { contact, standing } from './user.ts'

/** The link of a reset mail sets a new password, once. Every session ends; the person signs in with the new password. */
export const resetPassword = command({
  type: 'ResetPassword',
  schema: z.strictObject({ userId: ulidSchema, resetId: ulidSchema, newCredentialId: ulidSchema }),
  reads: ({ userId }) => ({
    user: reading(userTag(userId), standing),
    contact: reading(userTag(userId), contact),
    reset: reading(userTag(userId), passwordReset),
  }),
  decide: ({ userId, resetId, newCredentialId }, view, { now }) => {
    const { user, reset } = view
    if (user.status === 'suspended') return refuse('user_suspended')
    if (user.status !== 'active' || reset.status === 'none') return refuse('link_not_found')
    if (reset.resetId !== resetId) return refuse('link_replaced')
    if (reset.status === 'used') return refuse('link_already_used')
    if (hasExpired(reset.expiresAt, now)) return refuse('link_expired', { expiresAt: reset.expiresAt })
    const causation = reset.requestedEventId
    return accept(
      {
        type: 'PasswordChanged',
        data: { userId, ...view.contact, credentialId: newCredentialId, by: 'reset' },
        causation,
      },
      { type: 'SessionsEnded', data: { userId, except: null, reason: 'password-changed' }, causation },
    )
  },
})
