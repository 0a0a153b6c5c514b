import { z } from 'zod'
import { accept, command, reading, refuse } from '../decision.ts'
import { ulidSchema } from '../event.ts'
import { hasExpired } from '../invites/invite.ts'
import { userTag } from '../users/events.ts'
import { contact, credential, isOneself, standing } from '../users/user.ts'
import { sessionStartSchema, signedIn } from './start.ts'

/**
 * A user signs in with a password. The slow comparison is done before; `provenCredentialId` says which credential
 * the password matched, or null. It counts only while that credential is still the user's.
 */
export const login = command({
  type: 'Login',
  schema: z.strictObject({
    userId: ulidSchema,
    provenCredentialId: z.nullable(ulidSchema),
    session: sessionStartSchema,
    isNewDevice: z.boolean(),
  }),
  reads: ({ userId }) => ({
    user: reading(userTag(userId), standing),
    credential: reading(userTag(userId), credential),
    contact: reading(userTag(userId), contact),
  }),
  decide: ({ userId, provenCredentialId, session, isNewDevice }, view, { now, actor }) => {
    if (!isOneself(actor, userId)) return refuse('not_allowed')
    const { user, credential: held } = view
    if (user.status === 'unknown' || user.status === 'erased') return refuse('credentials_wrong')
    if (held.kind === 'none' || held.credentialId !== provenCredentialId) return refuse('credentials_wrong')
    // From here on the caller has shown the right password, so the truth may be told.
    if (user.status === 'suspended') return refuse('user_suspended')
    if (held.kind === 'chosen') {
      return accept(...signedIn({ userId, session, method: 'password', isNewDevice }, view.contact))
    }
    if (held.used) return refuse('first_password_used')
    if (hasExpired(held.expiresAt, now)) return refuse('first_password_expired')
    return accept(
      { type: 'FirstPasswordUsed', data: { userId, credentialId: held.credentialId } },
      ...signedIn({ userId, session, method: 'first-password', isNewDevice }, view.contact),
    )
  },
})
