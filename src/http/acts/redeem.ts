import { redeemInvite } from '../../domain/invites/redeem-invite.ts'
import { redeemSignInLink } from '../../domain/sessions/redeem-sign-in-link.ts'
import type { SessionStart } from '../../domain/sessions/start.ts'
import type { Change } from '../../projections/projection.ts'
import type { House } from '../house.ts'
import { isNewDevice } from './device.ts'
import type { SignedIn } from './sign-in.ts'

const FIRST_PASSWORD_MS = 24 * 3_600_000 // OWASP ASVS 6.4.1: a mailed password is short-lived
const ATTEMPTS = 3 // the address may find its owner between look and decision; once is already rare

const NOT_FOUND: SignedIn = { outcome: 'refused', refusal: { code: 'invite_not_found' } }

/** Redeems the invite of a token. The same session id again is the same click again, and gets the same answer. */
export const redeemInviteToken = async (
  house: House,
  token: string,
  session: SessionStart,
  correlation: string,
  alongside: readonly Change[] = [],
): Promise<SignedIn> => {
  const inviteId = house.links.readInviteToken(token)
  if (inviteId === null) return NOT_FOUND
  for (let attempt = 1; ; attempt++) {
    const invite = await house.reads.invites.get(inviteId, house.now())
    if (!invite || invite.email === null) return NOT_FOUND
    const owner = await house.reads.users.byEmail(invite.email)
    const userId = owner?.id ?? house.newId()
    const firstPassword =
      house.settings.inviteCredentials === 'mail'
        ? {
            credentialId: house.newId(),
            expiresAt: new Date(Date.parse(house.now()) + FIRST_PASSWORD_MS).toISOString(),
          }
        : null
    const outcome = await house.execute(
      redeemInvite,
      { inviteId, email: invite.email, userId, session, firstPassword },
      { actor: 'anonymous', correlation },
      alongside,
    )
    if (outcome.outcome === 'refused') {
      if (outcome.refusal.code === 'email_already_registered' && attempt < ATTEMPTS) continue
      return { outcome: 'refused', refusal: outcome.refusal }
    }
    const redeemed = await house.reads.invites.get(inviteId, house.now())
    return {
      outcome: 'accepted',
      userId: redeemed?.redeemedUserId ?? userId,
      sessionId: session.sessionId,
    }
  }
}

/** Signs in by a mailed or printed link; ends the user's earlier sessions. */
export const redeemSignInToken = async (
  house: House,
  token: string,
  session: SessionStart,
  correlation: string,
  isKnownDevice: boolean,
): Promise<SignedIn> => {
  const linkId = house.links.readSignInToken(token)
  const link = linkId === null ? null : await house.reads.sessions.signInLink(linkId)
  if (!link) return { outcome: 'refused', refusal: { code: 'link_not_found' } }
  const outcome = await house.execute(
    redeemSignInLink,
    {
      linkId: link.id,
      userId: link.userId,
      session,
      isNewDevice: await isNewDevice(house, link.userId, session, isKnownDevice),
    },
    { actor: `user:${link.userId}`, correlation },
  )
  return outcome.outcome === 'refused'
    ? { outcome: 'refused', refusal: outcome.refusal }
    : { outcome: 'accepted', userId: link.userId, sessionId: session.sessionId }
}
