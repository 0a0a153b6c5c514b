import { z } from 'zod'
import { logout } from '../../domain/sessions/logout.ts'
import { startSession } from '../acts/device.ts'
import { signIn } from '../acts/sign-in.ts'
import type { House } from '../house.ts'
import { Problem, problemOf } from '../problems.ts'
import { clientOf, mustHaveRoom } from '../throttle.ts'
import { type Answer, operation } from './operation.ts'
import { emailSchema, presentUser, rolesOf, tokensSchema } from './schemas.ts'

/** A session's tokens and its user; null if the session does not live. */
export const tokensFor = async (
  house: House,
  sessionId: string,
  refreshToken: string,
  status: number,
): Promise<Answer | null> => {
  const principal = await house.reads.principals.bySession(sessionId, house.now())
  if (!principal) return null
  const access = await house.tokens.issueAccess({
    userId: principal.userId,
    sessionId,
    roles: rolesOf(principal),
  })
  const { token: accessToken, expiresIn } = access
  return { status, body: { accessToken, refreshToken, expiresIn, user: presentUser(principal) } }
}

/** The session may have been ended in the instant since it was looked at. */
const living = (answer: Answer | null): Answer => {
  if (!answer) throw new Problem('token_invalid')
  return answer
}

const password = z
  .string()
  .min(1)
  .max(1000)
  .meta({ examples: ['correct-horse-battery'] })

export const sessionOperations = [
  operation({
    operationId: 'login',
    method: 'post',
    path: '/sessions',
    tag: 'sessions',
    summary: 'Sign in with address and password',
    description:
      'Begins a session and answers its tokens. An unknown address and a wrong password get the same answer in the same time.',
    who: 'anonymous',
    body: z.strictObject({ email: emailSchema, password }),
    answers: { 201: { description: 'signed in', schema: tokensSchema } },
    refusals: [
      'too_many_requests',
      'token_invalid',
      'credentials_wrong',
      'user_suspended',
      'first_password_used',
      'first_password_expired',
    ],
    async handle({ house, body, device, correlation }) {
      const session = startSession(house, device(), 'api')
      const refresh = house.tokens.firstRefresh(session.sessionId)
      const result = await signIn(house, body, session, correlation, [refresh.alongside])
      if (result.outcome === 'refused') throw problemOf(result.refusal)
      return living(await tokensFor(house, result.sessionId, refresh.token, 201))
    },
  }),

  operation({
    operationId: 'refreshSession',
    method: 'post',
    path: '/sessions/refresh',
    tag: 'sessions',
    summary: 'Get new tokens for a session',
    description:
      'The refresh token is used up and its successor answered. For ten seconds the same token gets the same successor (a lost answer); used later it ends the session.',
    who: 'anonymous',
    body: z.strictObject({ refreshToken: z.string().max(200) }),
    answers: { 200: { description: 'new tokens', schema: tokensSchema } },
    refusals: ['token_invalid', 'too_many_requests'],
    async handle({ house, body, correlation, device }) {
      await mustHaveRoom(house, 'token-client', clientOf(device().ip))
      const rotated = await house.tokens.rotateRefresh(body.refreshToken)
      if (rotated.outcome === 'invalid') throw new Problem('token_invalid')
      const principal = await house.reads.principals.bySession(rotated.sessionId, house.now())
      if (!principal) throw new Problem('token_invalid')
      if (rotated.outcome === 'reused') {
        // One of two holders of the token is a thief, and nobody can tell which: the session ends for both (RFC 9700, 4.14).
        await house.execute(logout, { sessionId: rotated.sessionId }, { actor: 'system', correlation })
        throw new Problem('token_invalid')
      }
      return living(await tokensFor(house, rotated.sessionId, rotated.token, 200))
    },
  }),

  operation({
    operationId: 'logout',
    method: 'delete',
    path: '/sessions/current',
    tag: 'sessions',
    summary: 'Sign out',
    description: 'Ends the session; its tokens stop working at once.',
    who: 'user',
    answers: { 204: { description: 'signed out' } },
    refusals: [],
    evenRestricted: true,
    evenTemporary: true,
    async handle({ house, principal, correlation }) {
      await house.execute(
        logout,
        { sessionId: principal.sessionId },
        { actor: `user:${principal.userId}`, correlation },
      )
      return { status: 204 }
    },
  }),
]
