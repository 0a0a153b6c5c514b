import { z } from 'zod'
import { accept, command, reading, refuse } from '../decision.ts'
import { ulidSchema } from '../event.ts'
import { emailTag } from '../invites/events.ts'
import { address } from '../invites/invite.ts'
import { userTag } from './events.ts'
import { contact, credential, standing } from './user.ts'
import { newVerificationSchema, verification } from './verification.ts'

/**
 * A user wants another address. Nothing changes until they have confirmed it; until then the old one counts for
 * everything. Whoever has a password proves it again. An address that has an owner goes the same way, as with a
 * registration: the owner is told, and there is nothing to confirm.
 */
export const changeEmail = command({
  type: 'ChangeEmail',
  schema: z.strictObject({
    userId: ulidSchema,
    email: z.string(),
    provenCredentialId: z.nullable(ulidSchema),
    verification: newVerificationSchema,
    isTakenTold: z.boolean(),
  }),
  reads: ({ userId, email }) => ({
    user: reading(userTag(userId), standing),
    contact: reading(userTag(userId), contact),
    credential: reading(userTag(userId), credential),
    verification: reading(userTag(userId), verification),
    address: reading(emailTag(email), address),
  }),
  decide: ({ userId, email, provenCredentialId, verification: next, isTakenTold }, view, { actor }) => {
    if (actor !== userTag(userId)) return refuse('not_allowed')
    const { user, credential: held, verification: last } = view
    if (user.status === 'suspended') return refuse('user_suspended')
    if (user.status !== 'active') return refuse('user_not_found')
    if (!user.isVerified) return refuse('email_not_verified')
    if (held.kind !== 'none' && held.credentialId !== provenCredentialId) return refuse('credentials_wrong')
    if (view.contact.email === email) return refuse('email_already_verified')
    if (last.status === 'open' && last.verificationId === next.verificationId) return accept()
    const isTaken = view.address.ownerId !== null
    if (isTaken && isTakenTold) return refuse('email_already_registered')
    return accept({
      type: 'VerificationIssued',
      data: {
        userId,
        email,
        locale: view.contact.locale,
        purpose: isTaken ? 'taken' : 'email-change',
        ...next,
      },
    })
  },
})
