import { z } from 'zod'
import type { NewEvent } from '../catalogue.ts'
import { accept, command, reading, refuse } from '../decision.ts'
import { ulidSchema } from '../event.ts'
import { emailTag, localeSchema } from '../invites/events.ts'
import { address } from '../invites/invite.ts'
import { roleSchema, userTag } from './events.ts'
import { adminRefusal, contact, credential, isTrusted, refuseWith, standing, standingOf } from './user.ts'
import { superseded } from './verification.ts'

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
    credential: reading(userTag(userId), credential),
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
    // Whoever proves the address first takes such a user over: a role would be theirs.
    if (status === 'active' && !view.user.isVerified) return refuse('email_not_verified')
    // The suspension named the roles held then: who counts the holders of a new one would not see it.
    if (status === 'suspended') return refuse('user_suspended')
    // Between the caller's look and this decision the address found or lost its owner: the caller looks again.
    if (enrol && view.address.ownerId !== (status === 'unknown' ? null : userId)) {
      return refuse('email_already_registered')
    }
    const events: NewEvent[] = []
    if (status === 'unknown' && enrol) {
      const { email, locale } = enrol
      events.push(
        { type: 'UserRegistered', data: { userId, email, name: null, locale, via: { kind: 'operator' } } },
        { type: 'EmailVerified', data: { userId, email, by: 'operator' } },
        ...superseded(view.address.waiting, userId),
      )
    }
    if (!roles.includes(role)) events.push({ type: 'RoleGranted', data: { userId, role } })
    const held = view.credential
    if (newCredentialId && !(held.kind === 'chosen' && held.credentialId === newCredentialId)) {
      const person = status === 'unknown' && enrol ? enrol : view.contact
      events.push(
        {
          type: 'PasswordChanged',
          data: { userId, ...person, credentialId: newCredentialId, by: 'operator' },
        },
        { type: 'SessionsEnded', data: { userId, except: null, reason: 'password-changed' } },
      )
    }
    return accept(...events)
  },
})
