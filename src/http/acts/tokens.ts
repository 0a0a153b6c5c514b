import { logout } from '../../domain/sessions/logout.ts'
import type { House } from '../house.ts'
import { Problem, problemOf } from '../problems.ts'
import { clientOf, mustHaveRoom } from '../throttle.ts'
import { type Device, startSession } from './device.ts'
import { type Credentials, signIn } from './sign-in.ts'

/** A session of a program, and the refresh token that carries it on. */
export type Held = { readonly sessionId: string; readonly refreshToken: string }

/** Begins a session with address and password; throws the problem where that can't be. */
export const beginSession = async (
  house: House,
  credentials: Credentials,
  device: Device,
  correlation: string,
): Promise<Held> => {
  const session = startSession(house, device, 'api')
  const refresh = house.tokens.firstRefresh(session.sessionId)
  const result = await signIn(house, credentials, session, correlation, [refresh.alongside])
  if (result.outcome === 'refused') throw problemOf(result.refusal)
  return { sessionId: result.sessionId, refreshToken: refresh.token }
}

/** Uses a refresh token up for its successor; throws `token_invalid` where there is none. */
export const refreshSession = async (
  house: House,
  refreshToken: string,
  device: Device,
  correlation: string,
): Promise<Held> => {
  await mustHaveRoom(house, 'token-client', clientOf(device.ip))
  const rotated = await house.tokens.rotateRefresh(refreshToken)
  if (rotated.outcome === 'invalid') throw new Problem('token_invalid')
  const principal = await house.reads.principals.bySession(rotated.sessionId, house.now())
  if (!principal) throw new Problem('token_invalid')
  if (rotated.outcome === 'reused') {
    // One of two holders of the token is a thief, and nobody can tell which: the session ends for both (RFC 9700, 4.14).
    await house.execute(logout, { sessionId: rotated.sessionId }, { actor: 'system', correlation })
    throw new Problem('token_invalid')
  }
  return { sessionId: rotated.sessionId, refreshToken: rotated.token }
}
