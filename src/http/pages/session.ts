import { randomBytes } from 'node:crypto'
import type Koa from 'koa'
import type { Middleware } from 'koa'
import session from 'koa-session'
import { pageIdleMs } from '../acts/idle.ts'
import type { State } from '../context.ts'
import type { House } from '../house.ts'
import { readerOfThePast } from '../read-only.ts'
import type { Ctx } from './ctx.ts'

/** How exactly the last use of a session is known; each note of it is a write. */
const SEEN_STEP_MS = 5 * 60_000

export type SessionCookies = { readonly session: string; readonly pre: string; readonly secure: boolean }

/** `__Host-` binds a cookie to this very host and to TLS; on plain http (a developer's machine) browsers refuse it. */
export const sessionCookies = (publicUrl: string): SessionCookies =>
  publicUrl.startsWith('https:')
    ? { session: '__Host-sid', pre: '__Host-pre', secure: true }
    : { session: 'sid', pre: 'pre', secure: false }

/** Behind a TLS proxy that is not trusted for anything else, koa takes a request for plain http and would refuse to set secure cookies. */
export const secureCookies =
  (secure: boolean): Middleware<State> =>
  (ctx, next) => {
    if (secure) (ctx.cookies as unknown as { secure: boolean }).secure = true
    return next()
  }

export const pageSession = (house: House, cookies: SessionCookies, app: Koa<State>): Middleware<State> =>
  session(
    {
      key: cookies.session,
      store: {
        get: (key: string) => house.pageSessions.get(key),
        set: (key: string, data: Record<string, unknown>) =>
          house.pageSessions.set(key, data, house.settings.sessionMaxMs),
        destroy: (key: string) => house.pageSessions.destroy(key),
      },
      genid: () => randomBytes(32).toString('base64url'),
      maxAge: house.settings.sessionMaxMs,
      httpOnly: true,
      sameSite: 'lax',
      secure: cookies.secure,
      signed: false, // the cookie is 256 random bits and its digest is looked up: a signature would prove nothing more
      overwrite: true,
    },
    app as never,
  ) as unknown as Middleware<State>

const agentOf = (house: House, ctx: Ctx) => house.sign('agent', ctx.get('user-agent'))

/** Looks up who is behind the cookie: nobody, if the session has ended, idled away, or came from another browser. */
export const principal =
  (house: House): Middleware<State> =>
  async (ctx, next) => {
    const { readOnlyAsOf } = house.settings
    ctx.state.principal = readOnlyAsOf === null ? null : readerOfThePast(readOnlyAsOf)
    const held = ctx.session
    if (held?.sessionId !== undefined) {
      const now = house.now()
      const alive = await house.reads.sessions.alive(held.sessionId, now)
      const user = alive && (await house.reads.users.get(alive.userId))
      if (alive && user && user.suspendedAt === null && held.agent === agentOf(house, ctx as Ctx)) {
        const idleMs = Date.parse(now) - Date.parse(held.seenAt ?? alive.startedAt)
        if (idleMs < pageIdleMs(user.roles)) {
          ctx.state.principal = { session: alive, user }
          if (idleMs >= SEEN_STEP_MS) held.seenAt = now
        }
      }
    }
    await next()
  }

/** Puts a session into the browser under a new cookie: one known before is worth nothing from now on. */
export const enter = async (house: House, ctx: Ctx, sessionId: string): Promise<void> => {
  await ctx.session?.regenerate()
  if (!ctx.session) throw new Error('there is no session to sign in to')
  ctx.session.sessionId = sessionId
  ctx.session.agent = agentOf(house, ctx)
  ctx.session.seenAt = house.now()
}
