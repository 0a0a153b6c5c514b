import type { Refusal } from '../../domain/decision.ts'
import { changePassword } from '../../domain/users/change-password.ts'
import { insert, remove } from '../../projections/projection.ts'
import type { House } from '../house.ts'
import { mustHaveRoom } from '../throttle.ts'

/** Sets a new password, proving the current one where there is a chosen one. Null when done, else the refusal. */
export const setPassword = async (
  house: House,
  who: { readonly userId: string; readonly sessionId: string },
  { current, next }: { current: string | null; next: string },
  correlation: string,
): Promise<Refusal | null> => {
  const credential = await house.reads.users.credential(who.userId)
  const mustProve = credential?.credentialKind === 'chosen'
  if (mustProve) await mustHaveRoom(house, 'password-user', who.userId)
  const provenCredentialId = mustProve ? await house.passwords.prove(who.userId, current ?? '') : null
  if (mustProve && provenCredentialId === null) return { code: 'credentials_wrong' }
  if (mustProve && house.settings.throttled) await house.throttles.clear('password-user', who.userId)
  const newCredentialId = house.newId()
  const hash = await house.passwords.hash(next)
  const outcome = await house.execute(
    changePassword,
    { ...who, provenCredentialId, newCredentialId },
    { actor: `user:${who.userId}`, correlation },
    [
      remove('password_hashes', { user_id: who.userId }),
      insert('password_hashes', { credential_id: newCredentialId, user_id: who.userId, hash }),
    ],
  )
  return outcome.outcome === 'refused' ? outcome.refusal : null
}
