import { z } from 'zod'
import { accept, command, reading, refuse } from '../decision.ts'
import { ulidSchema } from '../event.ts'
import { hasExpired } from '../invites/invite.ts'
import { userTag } from '../users/events.ts'
import { credential, standing } from '../users/user.ts'
import { sessionStartSchema } from './start.ts'

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
  }),
  reads: ({ userId }) => ({
    user: reading(userTag(userId), standing),
    credential: reading(userTag(userId), credential),
  }),
  decide: ({ userId, provenCredentialId, session }, view, { now }) => {
    const { user, credential: held } = view
    if (user.status === 'unknown' || user.status === 'erased') return refuse('credentials_wrong')
    if (held.kind === 'none' || held.credentialId !== provenCredentialId) return refuse('credentials_wrong')
    // From here on the caller has shown the right password, so the truth may be told.
    if (user.status === 'suspended') return refuse('user_suspended')
    if (held.kind === 'chosen') {
      return accept({
        type: 'UserLoggedIn',
        data: { userId, method: 'password', isNewDevice: false, ...session },
      })
    }
    if (held.used) return refuse('first_password_used')
    if (hasExpired(held.expiresAt, now)) return refuse('first_password_expired')
    return accept(
      { type: 'FirstPasswordUsed', data: { userId, credentialId: held.credentialId } },
      { type: 'UserLoggedIn', data: { userId, method: 'first-password', isNewDevice: false, ...session } },
    )
  },
})
