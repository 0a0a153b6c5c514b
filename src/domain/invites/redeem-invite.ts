import { z } from 'zod'
import type { NewEvent } from '../catalogue.ts'
import { accept, command, reading, refuse } from '../decision.ts'
import { instantSchema, ulidSchema } from '../event.ts'
import { sessionStartSchema } from '../sessions/start.ts'
import { userTag } from '../users/events.ts'
import { standing } from '../users/user.ts'
import { superseded } from '../users/verification.ts'
import { endedInviteRefusal } from './ended.ts'
import { emailTag, inviteTag } from './events.ts'
import { address, hasExpired, invite } from './invite.ts'

/**
 * The invited person follows the link. One decision, all or nothing: the invite is used, the user exists, the
 * address is verified, a session has begun, and every other open invite to the address is replaced.
 *
 * `email` is the invite's own (the caller reads it from the invites list); it only names the boundary. `userId` is
 * the address's owner if it has got one since, else a new id. The same `sessionId` coming again is the same click
 * coming again, and is answered as the first one was.
 */
export const redeemInvite = command({
  type: 'RedeemInvite',
  schema: z.strictObject({
    inviteId: ulidSchema,
    email: z.string(),
    userId: ulidSchema,
    session: sessionStartSchema,
    firstPassword: z.nullable(z.strictObject({ credentialId: ulidSchema, expiresAt: instantSchema })),
  }),
  reads: ({ inviteId, email, userId }) => ({
    invite: reading(inviteTag(inviteId), invite),
    address: reading(emailTag(email), address),
    user: reading(userTag(userId), standing),
  }),
  decide: ({ inviteId, email, userId, session, firstPassword }, view, { now }) => {
    const { invite: found, address: known } = view
    if (found.status === 'redeemed' && found.sessionId === session.sessionId) return accept()
    if (found.status !== 'open') return endedInviteRefusal(found)
    if (found.email !== email) return refuse('invite_not_found')
    if (hasExpired(found.expiresAt, now)) return refuse('invite_expired', { expiresAt: found.expiresAt })
    const isNew = known.ownerId === null
    // Between the caller's look and this decision the address found or lost its owner: the caller looks again.
    if (isNew ? view.user.status !== 'unknown' : known.ownerId !== userId) {
      return refuse('email_already_registered')
    }
    if (view.user.status === 'suspended') return refuse('user_suspended')

    const causation = found.issuedEventId
    const registration: NewEvent[] = [
      {
        type: 'UserRegistered',
        data: { userId, email, name: null, locale: found.locale, via: { kind: 'invite', inviteId } },
        causation,
      },
      { type: 'EmailVerified', data: { userId, email, by: 'invite' }, causation },
      // Who registered with this address and never confirmed it has lost it now.
      ...superseded(known.waiting, userId, causation),
      ...(found.role === 'auditor'
        ? [{ type: 'RoleGranted', data: { userId, role: found.role }, causation } as const]
        : []),
      ...(firstPassword
        ? [
            {
              type: 'FirstPasswordIssued',
              data: { userId, email, locale: found.locale, ...firstPassword },
              causation,
            } as const,
          ]
        : []),
    ]
    const others = Object.entries(known.openInvites).filter(
      ([id, other]) => id !== inviteId && !hasExpired(other.expiresAt, now),
    )
    return accept(
      {
        type: 'InviteRedeemed',
        data: { inviteId, email, userId, sessionId: session.sessionId },
        causation,
      },
      ...(isNew ? registration : []),
      { type: 'UserLoggedIn', data: { userId, method: 'invite', isNewDevice: false, ...session }, causation },
      ...others.map(
        ([id, other]): NewEvent => ({
          type: 'InviteReplaced',
          data: { inviteId: id, email, redeemedInviteId: inviteId },
          causation: other.issuedEventId,
        }),
      ),
    )
  },
})
