import type { Refusal } from '../../domain/decision.ts'
import type { Actor } from '../../domain/event.ts'
import type { SessionStart } from '../../domain/sessions/start.ts'
import { sendVerification } from '../../domain/users/send-verification.ts'
import type { NewVerification } from '../../domain/users/verification.ts'
import { verifyEmail } from '../../domain/users/verify-email.ts'
import { insert, remove } from '../../projections/projection.ts'
import type { House } from '../house.ts'
import { clientOf, hasRoom, mustHaveRoom } from '../throttle.ts'

const later = (house: House, ms: number) => new Date(Date.parse(house.now()) + ms).toISOString()

/** A code and a link, not sent yet, with the lifetimes that the house has set. */
export const newVerification = (house: House, verificationId = house.newId()): NewVerification => ({
  verificationId,
  codeExpiresAt: later(house, house.settings.codeTtlMs),
  linkExpiresAt: later(house, house.settings.linkTtlMs),
})

/** The address that a user has still to confirm, or null. */
const addressToConfirm = async (house: House, userId: string): Promise<string | null> => {
  const user = await house.reads.users.get(userId)
  if (!user) return null
  const open = await house.reads.verifications.openOf(userId)
  return (user.emailVerifiedAt === null ? user.email : open?.email) ?? user.email
}

/** Counts a mail that a user asks for, by its address and by who asks; throws `too_many_requests`. */
export const mustHaveRoomForMail = async (house: House, userId: string, ip: string | null): Promise<void> => {
  await mustHaveRoom(house, 'mail-client', clientOf(ip))
  const email = await addressToConfirm(house, userId)
  if (email !== null) await mustHaveRoom(house, 'mail-address', email)
}

/** Mails a new code and link to the address that a user has still to confirm. Null when done, else the refusal. */
export const resendVerification = async (
  house: House,
  userId: string,
  actor: Actor,
  correlation: string,
): Promise<Refusal | null> => {
  const email = await addressToConfirm(house, userId)
  if (email === null) return { code: 'user_not_found' }
  const outcome = await house.execute(
    sendVerification,
    { userId, email, verification: newVerification(house) },
    { actor, correlation },
  )
  return outcome.outcome === 'refused' ? outcome.refusal : null
}

/**
 * Somebody anonymous wants the mail again. Whoever registered last with the address gets a new one; for an address
 * that nobody waits for nothing happens, and that must not show.
 */
export const resendTo = async (house: House, email: string, correlation: string): Promise<void> => {
  // Counted for every address alike: a counter that only some have would tell of them.
  if (!(await hasRoom(house, 'mail-address', email))) return
  const [newest] = await house.reads.users.waitingFor(email)
  if (newest) await resendVerification(house, newest.id, `user:${newest.id}`, correlation)
}

/** Confirms an address with the code from the mail. Null when done, else the refusal; a wrong code is counted. */
export const verifyByCode = async (
  house: House,
  { userId, keepSessionId }: { readonly userId: string; readonly keepSessionId: string | null },
  code: string,
  correlation: string,
): Promise<Refusal | null> => {
  const user = await house.reads.users.get(userId)
  const open = user && (await house.reads.verifications.openOf(userId))
  if (!user) return { code: 'user_not_found' }
  if (!open || open.email === null) return { code: 'email_already_verified' }
  const outcome = await house.execute(
    verifyEmail,
    {
      userId,
      verificationId: open.id,
      email: open.email,
      formerEmail: user.emailVerifiedAt === null ? null : user.email,
      proof: { kind: house.isVerificationCode(open.id, code) ? 'code' : 'wrong-code' },
      keepSessionId,
    },
    { actor: `user:${userId}`, correlation },
  )
  return outcome.outcome === 'refused' ? outcome.refusal : null
}

/** Where the link was opened: in a session of the very user, or anywhere else; there a new password is chosen. */
export type Opened =
  | { readonly where: 'own-session'; readonly sessionId: string }
  | { readonly where: 'elsewhere'; readonly password: string; readonly session: SessionStart }

/** Confirms an address with the link from the mail. */
export const verifyByLink = async (
  house: House,
  verificationId: string,
  opened: Opened,
  correlation: string,
): Promise<Refusal | null> => {
  const found = await house.reads.verifications.get(verificationId)
  const user = found && (await house.reads.users.get(found.userId))
  if (!found || !user || found.email === null) return { code: 'link_not_found' }
  const { userId } = found
  const isElsewhere = opened.where === 'elsewhere'
  const credentialId = house.newId()
  const outcome = await house.execute(
    verifyEmail,
    {
      userId,
      verificationId,
      email: found.email,
      formerEmail: user.emailVerifiedAt === null ? null : user.email,
      proof: isElsewhere
        ? { kind: 'link-elsewhere', newCredentialId: credentialId, session: opened.session }
        : { kind: 'link' },
      keepSessionId: isElsewhere ? null : opened.sessionId,
    },
    { actor: `user:${userId}`, correlation },
    isElsewhere
      ? [
          remove('password_hashes', { user_id: userId }),
          insert('password_hashes', {
            credential_id: credentialId,
            user_id: userId,
            hash: await house.passwords.hash(opened.password),
          }),
        ]
      : [],
  )
  return outcome.outcome === 'refused' ? outcome.refusal : null
}
