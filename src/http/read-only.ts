import type { Middleware } from 'koa'
import type { Instant } from '../domain/event.ts'
import { recordHistoryView } from '../domain/history/record-history-view.ts'
import type { ApiPrincipal } from '../projections/principal.ts'
import type { Principal, State } from './context.ts'
import type { Execute, House } from './house.ts'
import { Problem } from './problems.ts'

const NOBODY = '0'.repeat(26)
const NEVER = '9999-12-31T23:59:59.999Z'

/** Whoever looks at the past sees it as an auditor: there is nobody to sign in as. */
export const readerOfThePast = (asOf: Instant): Principal => ({
  session: {
    id: NOBODY,
    userId: NOBODY,
    method: 'password',
    carrier: 'page',
    restricted: false,
    startedAt: asOf,
    expiresAt: NEVER,
    endedAt: null,
    userAgent: null,
    ip: null,
  },
  user: {
    id: NOBODY,
    email: null,
    name: null,
    locale: 'en',
    roles: ['auditor'],
    via: 'operator',
    inviteId: null,
    registeredAt: asOf,
    emailVerifiedAt: asOf,
    credentialKind: 'none',
    suspendedAt: null,
    lastLoginAt: null,
  },
})

export const callerFromThePast = (asOf: Instant): ApiPrincipal => {
  const { session, user } = readerOfThePast(asOf)
  const { id, suspendedAt: _, ...known } = user
  return { ...known, userId: id, sessionId: session.id, expiresAt: session.expiresAt, restricted: false }
}

const ROOM = { allowed: true, limit: 1, remaining: 1, windowSeconds: 1, resetSeconds: 1 } as const

/** Doors through which nothing is changed. */
export const readOnlyHouse = (house: House, asOf: Instant): House => {
  const execute: Execute = async (command) => {
    // Looking at the past is not noted in it.
    if ((command as unknown) === recordHistoryView) return { outcome: 'accepted', events: [] }
    throw new Problem('read_only')
  }
  const nothing = async () => {}
  return {
    ...house,
    settings: { ...house.settings, readOnlyAsOf: asOf, devMailbox: false },
    execute,
    imports: { ...house.imports, get: async () => null, latest: async () => [] },
    pageSessions: { get: async () => null, set: nothing, destroy: nothing },
    throttles: { take: async () => ROOM, giveBack: nothing, clear: nothing },
  }
}

/** Whatever would change something is refused before it is looked at. */
export const refuseChanges: Middleware<State> = (ctx, next) => {
  if (!['GET', 'HEAD', 'OPTIONS'].includes(ctx.method)) throw new Problem('read_only')
  return next()
}
