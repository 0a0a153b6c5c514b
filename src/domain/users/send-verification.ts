import { z } from 'zod'
import { accept, command, reading, refuse } from '../decision.ts'
import { ulidSchema } from '../event.ts'
import { emailTag } from '../invites/events.ts'
import { address } from '../invites/invite.ts'
import { userTag } from './events.ts'
import { adminRefusal, contact, refuseWith, standing, standingOf } from './user.ts'
import { newVerificationSchema, verification } from './verification.ts'

/**
 * A new code and link go to the address that a user has still to confirm: the one they registered with, or the one
 * they want to change to. Earlier ones are void. `email` names the boundary; it is the one that is waiting.
 */
export const sendVerification = command({
  type: 'SendVerification',
  schema: z.strictObject({ userId: ulidSchema, email: z.string(), verification: newVerificationSchema }),
  reads: ({ userId, email }, { actor }) => ({
    user: reading(userTag(userId), standing),
    contact: reading(userTag(userId), contact),
    verification: reading(userTag(userId), verification),
    address: reading(emailTag(email), address),
    actor: standingOf(actor),
  }),
  decide: ({ userId, email, verification: next }, view, { actor }) => {
    const forbidden = actor === userTag(userId) ? null : adminRefusal(actor, view.actor)
    if (forbidden) return refuseWith(forbidden)
    const { user, verification: last } = view
    if (user.status === 'unknown' || user.status === 'erased') return refuse('user_not_found')
    if (user.status === 'suspended') return refuse('user_suspended')
    if (last.status === 'open' && last.verificationId === next.verificationId) return accept()
    const wanted = user.isVerified && last.status === 'open' ? last.email : view.contact.email
    if (user.isVerified && last.status !== 'open') return refuse('email_already_verified')
    if (wanted !== email) return refuse('user_not_found')
    const { ownerId } = view.address
    const isTaken = ownerId !== null && ownerId !== userId
    const purpose = isTaken ? 'taken' : user.isVerified ? 'email-change' : 'registration'
    return accept({
      type: 'VerificationIssued',
      data: { userId, email, locale: view.contact.locale, purpose, ...next },
    })
  },
})
