import { z } from 'zod'
import type { NewEvent } from '../catalogue.ts'
import { accept, command, reading, refuse } from '../decision.ts'
import { ulidSchema } from '../event.ts'
import { nameSchema } from './change-profile.ts'
import { userTag } from './events.ts'
import { contact, credential, profile, standing } from './user.ts'

/** A temporary user who has confirmed the address chooses a password, and is a member. */
export const completeRegistration = command({
  type: 'CompleteRegistration',
  schema: z.strictObject({ userId: ulidSchema, credentialId: ulidSchema, name: z.nullable(nameSchema) }),
  reads: ({ userId }) => ({
    user: reading(userTag(userId), standing),
    contact: reading(userTag(userId), contact),
    profile: reading(userTag(userId), profile),
    credential: reading(userTag(userId), credential),
  }),
  decide: ({ userId, credentialId, name }, view, { actor }) => {
    if (actor !== userTag(userId)) return refuse('not_allowed')
    const { user, credential: held } = view
    if (user.status === 'suspended') return refuse('user_suspended')
    if (user.status !== 'active') return refuse('user_not_found')
    if (!user.isVerified) return refuse('email_not_verified')
    if (held.kind === 'chosen' && held.credentialId === credentialId) return accept()
    if (held.kind !== 'none') return refuse('registration_already_complete')
    const naming: NewEvent[] =
      name === null || name === view.profile.name
        ? []
        : [{ type: 'ProfileChanged', data: { userId, name, locale: null } }]
    return accept(
      { type: 'PasswordChanged', data: { userId, ...view.contact, credentialId, by: 'registration' } },
      ...naming,
    )
  },
})
