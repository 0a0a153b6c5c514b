import { z } from 'zod'
import { accept, command, reading, refuse } from '../decision.ts'
import { ulidSchema } from '../event.ts'
import { userTag } from './events.ts'
import { contact, credential, isOneself, standing } from './user.ts'

/**
 * A user sets a new password in a session. Who has chosen one before proves it (`provenCredentialId`, compared
 * beforehand); who has none yet, or only the first one that was mailed, need not. All other sessions end.
 */
export const changePassword = command({
  type: 'ChangePassword',
  schema: z.strictObject({
    userId: ulidSchema,
    sessionId: ulidSchema,
    provenCredentialId: z.nullable(ulidSchema),
    newCredentialId: ulidSchema,
  }),
  reads: ({ userId }) => ({
    user: reading(userTag(userId), standing),
    credential: reading(userTag(userId), credential),
    contact: reading(userTag(userId), contact),
  }),
  decide: ({ userId, sessionId, provenCredentialId, newCredentialId }, view, { actor }) => {
    if (!isOneself(actor, userId)) return refuse('not_allowed')
    const { user, credential: held } = view
    if (user.status === 'suspended') return refuse('user_suspended')
    if (user.status !== 'active') return refuse('user_not_found')
    if (held.kind === 'chosen' && held.credentialId === newCredentialId) return accept()
    if (held.kind === 'chosen' && held.credentialId !== provenCredentialId) return refuse('credentials_wrong')
    return accept(
      {
        type: 'PasswordChanged',
        data: { userId, ...view.contact, credentialId: newCredentialId, by: 'owner' },
      },
      { type: 'SessionsEnded', data: { userId, except: sessionId, reason: 'password-changed' } },
    )
  },
})
