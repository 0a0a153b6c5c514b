import { z } from 'zod'
import { logout } from '../../domain/sessions/logout.ts'
import { beginSession, refreshSession } from '../acts/tokens.ts'
import type { House } from '../house.ts'
import { Problem } from '../problems.ts'
import { type Answer, operation } from './operation.ts'
import { emailSchema, presentUser, rolesOf, tokensSchema } from './schemas.ts'

/** An access token for a session, and whom it stands for; null if the session does not live. */
export const accessFor = async (house: House, sessionId: string) => {
  const principal = await house.reads.principals.bySession(sessionId, house.now())
  if (!principal) return null
  const roles = rolesOf(principal)
  const { token, expiresIn } = await house.tokens.issueAccess({ userId: principal.userId, sessionId, roles })
  return { accessToken: token, expiresIn, principal }
}

/** A session's tokens and its user; null if the session does not live. */
export const tokensFor = async (
  house: House,
  sessionId: string,
  refreshToken: string,
  status: number,
): Promise<Answer | null> => {
  const access = await accessFor(house, sessionId)
  if (!access) return null
  const { accessToken, expiresIn, principal } = access
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
      const begun = await beginSession(house, body, device(), correlation)
      return living(await tokensFor(house, begun.sessionId, begun.refreshToken, 201))
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
      const session = await refreshSession(house, body.refreshToken, device(), correlation)
      return living(await tokensFor(house, session.sessionId, session.refreshToken, 200))
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
