import { z } from 'zod'
import type { NewEvent } from '../catalogue.ts'
import { accept, command, reading, refuse } from '../decision.ts'
import { ulidSchema } from '../event.ts'
import { emailTag, localeSchema } from '../invites/events.ts'
import { address } from '../invites/invite.ts'
import { roleSchema, userTag } from './events.ts'
import { adminRefusal, contact, isTrusted, refuseWith, standing, standingOf } from './user.ts'

/**
 * A user gets a role. The operator (never an admin in the browser) may name an address that nobody has yet: its
 * user then comes into being, verified by the operator's word, and may get a password in the same decision.
 */
export const grantRole = command({
  type: 'GrantRole',
  schema: z.strictObject({
    userId: ulidSchema,
    role: roleSchema,
    enrol: z.nullable(z.strictObject({ email: z.string(), locale: localeSchema })),
    newCredentialId: z.nullable(ulidSchema),
  }),
  reads: ({ userId, enrol }, { actor }) => ({
    user: reading(userTag(userId), standing),
    contact: reading(userTag(userId), contact),
    address: enrol
      ? reading(emailTag(enrol.email), address)
      : reading(userTag(userId), { ...address, types: [] }),
    actor: standingOf(actor),
  }),
  decide: ({ userId, role, enrol, newCredentialId }, view, { actor }) => {
    const forbidden = adminRefusal(actor, view.actor)
    if (forbidden) return refuseWith(forbidden)
    if ((enrol || newCredentialId) && !isTrusted(actor)) return refuse('not_allowed')
    const { status, roles } = view.user
    if (status === 'erased' || (status === 'unknown' && !enrol)) return refuse('user_not_found')
    if ((view.address.ownerId ?? userId) !== userId) return refuse('email_already_registered')
    const events: NewEvent[] = []
    if (status === 'unknown' && enrol) {
      const { email, locale } = enrol
      events.push(
        { type: 'UserRegistered', data: { userId, email, name: null, locale, via: { kind: 'operator' } } },
        { type: 'EmailVerified', data: { userId, email, by: 'operator' } },
      )
    }
    if (!roles.includes(role)) events.push({ type: 'RoleGranted', data: { userId, role } })
    if (newCredentialId) {
      events.push(
        {
          type: 'PasswordChanged',
          data: { userId, ...view.contact, ...enrol, credentialId: newCredentialId, by: 'operator' },
        },
        { type: 'SessionsEnded', data: { userId, except: null, reason: 'password-changed' } },
      )
    }
    return accept(...events)
  },
})
