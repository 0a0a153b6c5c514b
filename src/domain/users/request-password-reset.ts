import { z } from 'zod'
import { accept, command, reading, refuse } from '../decision.ts'
import { instantSchema, ulidSchema } from '../event.ts'
import { localeSchema } from '../invites/events.ts'
import { userTag } from './events.ts'
import { passwordReset } from './password-reset.ts'
import { contact, standing } from './user.ts'

/** Somebody says that they forgot the password: a link goes to the user's own confirmed address and nowhere else. */
export const requestPasswordReset = command({
  type: 'RequestPasswordReset',
  schema: z.strictObject({
    userId: ulidSchema,
    email: z.string(),
    resetId: ulidSchema,
    locale: localeSchema,
    expiresAt: instantSchema,
  }),
  reads: ({ userId }) => ({
    user: reading(userTag(userId), standing),
    contact: reading(userTag(userId), contact),
    reset: reading(userTag(userId), passwordReset),
  }),
  decide: (wish, { user, contact: known, reset }) => {
    if (user.status === 'suspended') return refuse('user_suspended')
    if (user.status !== 'active') return refuse('user_not_found')
    if (!user.isVerified) return refuse('email_not_verified')
    if (known.email !== wish.email) return refuse('user_not_found')
    if (reset.status === 'open' && reset.resetId === wish.resetId) return accept()
    return accept({ type: 'PasswordResetRequested', data: wish })
  },
})
