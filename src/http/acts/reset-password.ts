import type { Refusal } from '../../domain/decision.ts'
import { requestPasswordReset } from '../../domain/users/request-password-reset.ts'
import { resetPassword } from '../../domain/users/reset-password.ts'
import { insert, remove } from '../../projections/projection.ts'
import type { House } from '../house.ts'
import { hasRoom } from '../throttle.ts'

/**
 * Mails a link that sets a new password to the confirmed address of a user, if there is one. Answers nothing: whether
 * the address is known must not show.
 */
export const requestReset = async (house: House, email: string, correlation: string): Promise<void> => {
  // Counted for every address alike: a counter that only known ones have would tell of them.
  if (!(await hasRoom(house, 'mail-address', email))) return
  const user = await house.reads.users.byEmail(email)
  if (!user || user.email === null || user.suspendedAt !== null) return
  await house.execute(
    requestPasswordReset,
    {
      userId: user.id,
      email: user.email,
      resetId: house.newId(),
      locale: user.locale,
      expiresAt: new Date(Date.parse(house.now()) + house.settings.linkTtlMs).toISOString(),
    },
    { actor: 'anonymous', correlation },
  )
}

/** What stands in the way of a reset link, before anybody chooses a password; null when nothing does. */
export const resetLinkRefusal = async (
  house: House,
  resetId: string | null,
): Promise<{ readonly refusal: Refusal } | { readonly userId: string; readonly expiresAt: string }> => {
  const reset = resetId === null ? null : await house.reads.verifications.passwordReset(resetId)
  const user = reset && (await house.reads.users.get(reset.userId))
  if (!reset || !user) return { refusal: { code: 'link_not_found' } }
  if (reset.status === 'used') return { refusal: { code: 'link_already_used' } }
  if (reset.status === 'replaced') return { refusal: { code: 'link_replaced' } }
  if (house.now() >= reset.expiresAt) return { refusal: { code: 'link_expired' } }
  return { userId: reset.userId, expiresAt: reset.expiresAt }
}

/** Sets a new password with the link of a reset mail. Null when done, else the refusal. */
export const resetWith = async (
  house: House,
  resetId: string,
  password: string,
  correlation: string,
): Promise<Refusal | null> => {
  const found = await resetLinkRefusal(house, resetId)
  if ('refusal' in found) return found.refusal
  const { userId } = found
  const newCredentialId = house.newId()
  const hash = await house.passwords.hash(password)
  const outcome = await house.execute(
    resetPassword,
    { userId, resetId, newCredentialId },
    { actor: `user:${userId}`, correlation },
    [
      remove('password_hashes', { user_id: userId }),
      insert('password_hashes', { credential_id: newCredentialId, user_id: userId, hash }),
    ],
  )
  return outcome.outcome === 'refused' ? outcome.refusal : null
}
