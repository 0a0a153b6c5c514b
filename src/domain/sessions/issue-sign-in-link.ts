import { z } from 'zod'
import { accept, command, reading, refuse } from '../decision.ts'
import { instantSchema, ulidSchema } from '../event.ts'
import { localeSchema } from '../invites/events.ts'
import { userTag } from '../users/events.ts'
import { contact, standing } from '../users/user.ts'
import { linkTag } from './events.ts'
import { signInLink } from './session.ts'

/** A one-time link that signs its user in: mailed to their own address and no other, or shown once to the operator. */
export const issueSignInLink = command({
  type: 'IssueSignInLink',
  schema: z.strictObject({
    linkId: ulidSchema,
    userId: ulidSchema,
    email: z.string(),
    locale: localeSchema,
    delivery: z.enum(['mail', 'shown']),
    expiresAt: instantSchema,
  }),
  reads: ({ userId, linkId }) => ({
    user: reading(userTag(userId), standing),
    contact: reading(userTag(userId), contact),
    link: reading(linkTag(linkId), signInLink),
  }),
  decide: (wish, view) => {
    if (view.user.status === 'unknown' || view.user.status === 'erased') return refuse('user_not_found')
    if (view.user.status === 'suspended') return refuse('user_suspended')
    if (view.link.status !== 'unknown') return accept()
    if (!view.user.isVerified) return refuse('email_not_verified')
    if (view.contact.email !== wish.email) return refuse('user_not_found')
    return accept({ type: 'SignInLinkIssued', data: wish })
  },
})
