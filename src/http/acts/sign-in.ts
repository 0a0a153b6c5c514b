import { canonicalAddress } from '../../domain/address.ts'
import type { Refusal } from '../../domain/decision.ts'
import { login } from '../../domain/sessions/login.ts'
import type { SessionStart } from '../../domain/sessions/start.ts'
import type { Change } from '../../projections/projection.ts'
import type { House } from '../house.ts'

export type SignedIn =
  | { readonly outcome: 'accepted'; readonly userId: string; readonly sessionId: string }
  | { readonly outcome: 'refused'; readonly refusal: Refusal }

/** Signs in with address and password. Whether the address is known shows neither in the answer nor in its time. */
export const signIn = async (
  house: House,
  { email, password }: { email: string; password: string },
  session: SessionStart,
  correlation: string,
  alongside: readonly Change[] = [],
): Promise<SignedIn> => {
  const address = canonicalAddress(email)
  const { userId, credentialId } = await house.passwords.proveByAddress(address, password)
  if (userId === null) return { outcome: 'refused', refusal: { code: 'credentials_wrong' } }
  const outcome = await house.execute(
    login,
    { userId, provenCredentialId: credentialId, session },
    { actor: `user:${userId}`, correlation },
    alongside,
  )
  return outcome.outcome === 'refused'
    ? { outcome: 'refused', refusal: outcome.refusal }
    : { outcome: 'accepted', userId, sessionId: session.sessionId }
}
