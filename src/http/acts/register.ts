import type { Refusal } from '../../domain/decision.ts'
import type { Locale } from '../../domain/invites/events.ts'
import type { SessionStart } from '../../domain/sessions/start.ts'
import { completeRegistration } from '../../domain/users/complete-registration.ts'
import type { Verdict } from '../../domain/users/events.ts'
import { judgeEmail } from '../../domain/users/judge-email.ts'
import { registerUser } from '../../domain/users/register-user.ts'
import { type Change, insert } from '../../projections/projection.ts'
import type { House } from '../house.ts'
import { Problem, type Refused } from '../problems.ts'
import { inNeutralTime } from './neutral-time.ts'
import { referralFor } from './referrals.ts'
import { newVerification } from './verification.ts'

export type Registration = {
  readonly userId: string
  /** In canonical form. */
  readonly email: string
  /** Null: a temporary user, who chooses one after confirming the address. */
  readonly password: string | null
  readonly name: string | null
  readonly locale: Locale
  /** As `readCode` has it; null for who comes by no code. */
  readonly referralCode?: string | null
}

const noteVerdict = async (house: House, userId: string, verdict: Verdict, correlation: string) => {
  await house.execute(judgeEmail, { userId, verdict }, { actor: 'system', correlation })
}

/** Registers somebody and signs them in, to confirm the address. Null when done, else the refusal. */
export const register = (
  house: House,
  wish: Registration,
  session: SessionStart,
  correlation: string,
  alongside: readonly Change[] = [],
): Promise<Refused | null> =>
  inNeutralTime(house, () => registerNow(house, wish, session, correlation, alongside))

const registerNow = async (
  house: House,
  { userId, email, password, name, locale, referralCode = null }: Registration,
  session: SessionStart,
  correlation: string,
  alongside: readonly Change[],
): Promise<Refused | null> => {
  if ((await house.inForce.fresh()).registration === 'invite') throw new Problem('registration_closed')
  const referral = await referralFor(house, referralCode)
  if (referral && 'code' in referral) return referral
  // Before anything is looked up or written: the answer is the same whether the address is known or not.
  const verdict = await house.judgeAddress(email)
  if (verdict === 'undeliverable') return { code: 'email_undeliverable' }
  const credentialId = password === null ? null : house.newId()
  const rows =
    credentialId === null || password === null
      ? []
      : [
          insert('password_hashes', {
            credential_id: credentialId,
            user_id: userId,
            hash: await house.passwords.hashFor(email, password),
          }),
        ]
  const outcome = await house.execute(
    registerUser,
    {
      userId,
      email,
      name,
      locale,
      credentialId,
      verification: newVerification(house),
      session,
      isTakenTold: house.settings.emailLookup,
      referral,
    },
    { actor: 'anonymous', correlation },
    [...alongside, ...rows],
  )
  if (outcome.outcome === 'refused') return outcome.refusal
  if (verdict !== null) {
    house.afterwards('noting a verdict', () => noteVerdict(house, userId, verdict, correlation))
  }
  return null
}

/** A temporary user who has confirmed the address chooses a password. Null when done, else the refusal. */
export const complete = async (
  house: House,
  { userId, password, name }: { userId: string; password: string; name: string | null },
  correlation: string,
): Promise<Refusal | null> => {
  const user = await house.reads.users.get(userId)
  if (!user) return { code: 'user_not_found' }
  // Before anything slow is done: the answer would be no whatever the password is.
  if (user.emailVerifiedAt === null) return { code: 'email_not_verified' }
  if (user.credentialKind !== 'none') return { code: 'registration_already_complete' }
  const credentialId = house.newId()
  const hash = await house.passwords.hash(password)
  const outcome = await house.execute(
    completeRegistration,
    { userId, credentialId, name },
    { actor: `user:${userId}`, correlation },
    [insert('password_hashes', { credential_id: credentialId, user_id: userId, hash })],
  )
  return outcome.outcome === 'refused' ? outcome.refusal : null
}
