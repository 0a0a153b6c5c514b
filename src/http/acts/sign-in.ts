import { canonicalAddress } from '../../domain/address.ts'
import type { Refusal } from '../../domain/decision.ts'
import { login } from '../../domain/sessions/login.ts'
import { recordLoginFailure } from '../../domain/sessions/record-login-failure.ts'
import type { SessionStart } from '../../domain/sessions/start.ts'
import type { Change } from '../../projections/projection.ts'
import type { House } from '../house.ts'
import { clientOf, mustHaveRoom } from '../throttle.ts'
import { isNewDevice } from './device.ts'

export type SignedIn =
  | { readonly outcome: 'accepted'; readonly userId: string; readonly sessionId: string }
  | { readonly outcome: 'refused'; readonly refusal: Refusal }

export type Credentials = {
  readonly email: string
  readonly password: string
  /** Names a device on which this address has signed in before: strangers' wrong tries don't count against it. */
  readonly knownDevice?: string | null
}

/** What is counted of a try: by the address or, on a device that is known, by that device; and by the client. */
const countersOf = (house: House, { email, knownDevice }: Credentials, ip: string | null) => {
  const whose = canonicalAddress(email) ?? email.trim().toLowerCase()
  const policy = knownDevice ? 'sign-in-device' : 'sign-in-address'
  const subject = knownDevice ? `${whose} ${knownDevice}` : whose
  const client = clientOf(ip)
  return {
    async take() {
      await mustHaveRoom(house, 'sign-in-client', client)
      await mustHaveRoom(house, policy, subject)
    },
    async settle() {
      if (!house.settings.throttled) return
      await house.throttles.giveBack('sign-in-client', client)
      await house.throttles.clear(policy, subject)
    },
  }
}

/**
 * Signs in with address and password. Whether the address is known shows neither in the answer nor in its time. Tries
 * are counted before the password is looked at; throws `too_many_requests` without having looked.
 */
export const signIn = async (
  house: House,
  credentials: Credentials,
  session: SessionStart,
  correlation: string,
  alongside: readonly Change[] = [],
): Promise<SignedIn> => {
  const counters = countersOf(house, credentials, session.ip)
  await counters.take()
  const address = canonicalAddress(credentials.email)
  const { userId, credentialId } = await house.passwords.proveByAddress(address, credentials.password)
  if (userId !== null && credentialId === null) {
    const { carrier, userAgent, ip } = session
    house.afterwards('noting a failed sign-in', async () => {
      const by = { actor: 'system', correlation } as const
      await house.execute(recordLoginFailure, { userId, carrier, userAgent, ip }, by)
    })
  }
  if (userId === null || credentialId === null) {
    return { outcome: 'refused', refusal: { code: 'credentials_wrong' } }
  }
  const outcome = await house.execute(
    login,
    {
      userId,
      provenCredentialId: credentialId,
      session,
      isNewDevice: await isNewDevice(house, userId, session, Boolean(credentials.knownDevice)),
    },
    { actor: `user:${userId}`, correlation },
    alongside,
  )
  await counters.settle()
  return outcome.outcome === 'refused'
    ? { outcome: 'refused', refusal: outcome.refusal }
    : { outcome: 'accepted', userId, sessionId: session.sessionId }
}
