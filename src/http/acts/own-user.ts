import type { Refusal } from '../../domain/decision.ts'
import { changeEmail } from '../../domain/users/change-email.ts'
import { eraseUser } from '../../domain/users/erase-user.ts'
import type { House } from '../house.ts'
import { mustHaveRoom } from '../throttle.ts'
import { newVerification } from './verification.ts'

/** What a user has to prove before they change the address or leave: the password, if they have one. */
export const proven = async (
  house: House,
  userId: string,
  password: string | null,
): Promise<{ readonly credentialId: string | null } | null> => {
  const credential = await house.reads.users.credential(userId)
  if (!credential || credential.credentialKind === 'none') return { credentialId: null }
  await mustHaveRoom(house, 'password-user', userId)
  const credentialId = await house.passwords.prove(userId, password ?? '')
  if (credentialId !== null && house.settings.throttled) await house.throttles.clear('password-user', userId)
  return credentialId === null ? null : { credentialId }
}

/** Asks for another address: a code and a link go there, and nothing changes until it is confirmed. */
export const askForEmail = async (
  house: House,
  userId: string,
  { email, password }: { readonly email: string; readonly password: string | null },
  correlation: string,
): Promise<Refusal | null> => {
  const proof = await proven(house, userId, password)
  if (!proof) return { code: 'credentials_wrong' }
  await mustHaveRoom(house, 'mail-address', email)
  const outcome = await house.execute(
    changeEmail,
    {
      userId,
      email,
      provenCredentialId: proof.credentialId,
      verification: newVerification(house),
      isTakenTold: house.settings.emailLookup,
    },
    { actor: `user:${userId}`, correlation },
  )
  return outcome.outcome === 'refused' ? outcome.refusal : null
}

/** The user leaves, and is forgotten. */
export const eraseOwn = async (
  house: House,
  userId: string,
  password: string | null,
  correlation: string,
): Promise<Refusal | null> => {
  const user = await house.reads.users.get(userId)
  if (!user) return { code: 'user_not_found' }
  const proof = await proven(house, userId, password)
  if (!proof) return { code: 'credentials_wrong' }
  const { credentialId } = proof
  const outcome = await house.execute(
    eraseUser,
    {
      userId,
      email: user.email ?? '',
      ...(credentialId === null ? {} : { provenCredentialId: credentialId }),
    },
    { actor: `user:${userId}`, correlation },
  )
  return outcome.outcome === 'refused' ? outcome.refusal : null
}
