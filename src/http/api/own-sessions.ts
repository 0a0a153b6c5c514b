import { z } from 'zod'
import { readUserAgent } from '../../domain/user-agent.ts'
import type { LoginView } from '../../projections/logins.ts'
import { endOwnSession, endOwnSessions, loginsOf, sessionsOf } from '../acts/own-sessions.ts'
import type { LivingSession } from '../house.ts'
import { Problem } from '../problems.ts'
import { listOf, pageOf, pageQuery } from './lists.ts'
import { mustBe } from './on-users.ts'
import { operation } from './operation.ts'
import { id, when } from './schemas.ts'

const deviceSchema = z
  .strictObject({
    browser: z.nullable(z.string()).meta({ examples: ['Firefox'] }),
    system: z.nullable(z.string()).meta({ examples: ['Linux'] }),
    userAgent: z.nullable(z.string()),
    ip: z.nullable(z.string()).meta({ examples: ['192.0.2.1'] }),
  })
  .meta({ id: 'Device', description: 'what it said it was; null where nothing is known' })

const carrier = z.enum(['page', 'api'])

const sessionSchema = z
  .strictObject({
    id,
    current: z.boolean().meta({ description: 'whether it is the session of this very request' }),
    carrier,
    startedAt: when,
    lastUsedAt: when.meta({ description: 'to a few minutes' }),
    expiresAt: when,
    device: deviceSchema,
  })
  .meta({ id: 'Session' })

const loginSchema = z
  .strictObject({
    id,
    at: when,
    result: z.enum(['succeeded', 'failed']),
    method: z.nullable(z.string()).meta({ examples: ['password'] }),
    carrier,
    newDevice: z.boolean(),
    device: deviceSchema,
  })
  .meta({ id: 'Login' })

const deviceOf = ({ userAgent, ip }: { readonly userAgent: string | null; readonly ip: string | null }) => ({
  ...readUserAgent(userAgent),
  userAgent,
  ip,
})

const presentSession = (session: LivingSession, currentId: string): z.infer<typeof sessionSchema> => ({
  id: session.id,
  current: session.id === currentId,
  carrier: session.carrier,
  startedAt: session.startedAt,
  lastUsedAt: session.lastUsedAt,
  expiresAt: session.expiresAt,
  device: deviceOf(session),
})

const presentLogin = (login: LoginView): z.infer<typeof loginSchema> => ({
  id: login.id,
  at: login.at,
  result: login.method === null ? 'failed' : 'succeeded',
  method: login.method,
  carrier: login.carrier,
  newDevice: login.isNewDevice,
  device: deviceOf(login),
})

export const ownSessionOperations = [
  operation({
    operationId: 'listSessions',
    method: 'get',
    path: '/me/sessions',
    tag: 'sessions',
    summary: 'Where am I signed in',
    description: 'One’s own sessions that could be used now, the newest first.',
    who: 'user',
    query: z.strictObject(pageQuery),
    answers: { 200: { description: 'sessions', schema: listOf(sessionSchema) } },
    refusals: [],
    async handle({ house, query: { limit, cursor }, principal }) {
      const found = await sessionsOf(house, principal, { limit: limit + 1, before: cursor })
      const present = (session: LivingSession) => presentSession(session, principal.sessionId)
      return pageOf(found, present, { url: '/api/v1/me/sessions', filters: {}, limit })
    },
  }),

  operation({
    operationId: 'endSession',
    method: 'delete',
    path: '/me/sessions/:id',
    tag: 'sessions',
    summary: 'Sign out one session',
    description: 'Ends one of one’s own sessions; its tokens stop working at once. Ending it again is fine.',
    who: 'user',
    answers: { 204: { description: 'the session has ended' } },
    refusals: ['session_not_found'],
    async handle({ house, params, principal, correlation }) {
      const outcome = await endOwnSession(house, principal.userId, params['id'] ?? '', correlation)
      if (!outcome) throw new Problem('session_not_found')
      mustBe(outcome)
      return { status: 204 }
    },
  }),

  operation({
    operationId: 'endSessions',
    method: 'delete',
    path: '/me/sessions',
    tag: 'sessions',
    summary: 'Sign out everywhere else',
    description: 'Ends all of one’s own sessions but this one; with `current=true` this one, too.',
    who: 'user',
    query: z.strictObject({ current: z.enum(['true', 'false']).default('false') }),
    answers: { 204: { description: 'the sessions have ended' } },
    refusals: ['user_not_found'],
    async handle({ house, query, principal, correlation }) {
      const except = query.current === 'true' ? null : principal.sessionId
      mustBe(await endOwnSessions(house, principal.userId, except, correlation))
      return { status: 204 }
    },
  }),

  operation({
    operationId: 'listLogins',
    method: 'get',
    path: '/me/logins',
    tag: 'sessions',
    summary: 'Who signed in as me',
    description:
      'Sign-ins of the last ninety days and tries that failed, the newest first: when, how, on what device.',
    who: 'user',
    query: z.strictObject(pageQuery),
    answers: { 200: { description: 'sign-ins', schema: listOf(loginSchema) } },
    refusals: [],
    async handle({ house, query: { limit, cursor }, principal }) {
      const found = await loginsOf(house, principal.userId, { limit: limit + 1, before: cursor })
      return pageOf(found, presentLogin, { url: '/api/v1/me/logins', filters: {}, limit })
    },
  }),
]
