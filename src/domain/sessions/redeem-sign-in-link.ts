import { z } from 'zod'
import { accept, command, reading, refuse } from '../decision.ts'
import { ulidSchema } from '../event.ts'
import { hasExpired } from '../invites/invite.ts'
import { userTag } from '../users/events.ts'
import { contact, standing } from '../users/user.ts'
import { linkTag } from './events.ts'
import { signInLink } from './session.ts'
import { sessionStartSchema, signedIn } from './start.ts'

/**
 * A sign-in link is used, once. Its use ends the user's earlier sessions: whoever holds the mailbox is the user,
 * whoever came before (a mail scanner that pressed the invite's button, say) is not.
 */
export const redeemSignInLink = command({
  type: 'RedeemSignInLink',
  schema: z.strictObject({
    linkId: ulidSchema,
    userId: ulidSchema,
    session: sessionStartSchema,
    isNewDevice: z.boolean(),
  }),
  reads: ({ linkId, userId }) => ({
    link: reading(linkTag(linkId), signInLink),
    user: reading(userTag(userId), standing),
    contact: reading(userTag(userId), contact),
  }),
  decide: ({ linkId, userId, session, isNewDevice }, view, { now }) => {
    const { link, user } = view
    if (link.status === 'unknown' || link.userId !== userId) return refuse('link_not_found')
    if (link.status === 'used') {
      return link.sessionId === session.sessionId
        ? accept()
        : refuse('link_already_used', { usedAt: link.usedAt })
    }
    if (hasExpired(link.expiresAt, now)) return refuse('link_expired', { expiresAt: link.expiresAt })
    if (user.status === 'suspended') return refuse('user_suspended')
    // Mailed to an address that the user has given up since, it may be in other hands.
    if (user.status !== 'active' || view.contact.email !== link.email) return refuse('link_not_found')
    const causation = link.issuedEventId
    return accept(
      { type: 'SignInLinkRedeemed', data: { linkId, userId, sessionId: session.sessionId }, causation },
      { type: 'SessionsEnded', data: { userId, except: null, reason: 'signed-out-everywhere' }, causation },
      ...signedIn({ userId, session, method: 'sign-in-link', isNewDevice }, view.contact, causation),
    )
  },
})
