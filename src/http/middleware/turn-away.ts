import type { Middleware } from 'koa'
import type { State } from '../context.ts'
import type { House } from '../house.ts'
import { Problem } from '../problems.ts'

type TurnAwayHouse = Pick<House, 'pressure' | 'tokens' | 'pageSessions'>
type Ctx = Parameters<Middleware<State>>[0]

/** Who has waited so long is asked to come again: before it costs anything, and before they have waited for nothing. */
const PATIENCE_MS = { new: 30, 'signed in': 200 } as const
const COME_AGAIN_S = '2'

const BEARER = /^Bearer +(\S+)$/i
/** Carries a session on that stands in its body, which is not read for this. */
const CARRIES_ON = '/api/v1/sessions/refresh'

/** Whether a session that lives came along: not whether it may do what it asks for. */
const isSignedIn = async (house: TurnAwayHouse, cookie: string, ctx: Ctx): Promise<boolean> => {
  if (ctx.path === CARRIES_ON) return true
  const token = BEARER.exec(ctx.get('authorization'))?.[1]
  if (token !== undefined) return typeof (await house.tokens.readAccess(token)) !== 'string'
  const key = ctx.cookies.get(cookie)
  return key !== undefined && (await house.pageSessions.get(key))?.['sessionId'] !== undefined
}

/** When more come than can be served, whoever is signed in goes first, and who comes new is the first to be turned away. */
export const turnAway =
  (house: TurnAwayHouse, sessionCookie: string): Middleware<State> =>
  async (ctx, next) => {
    const behind = house.pressure.behind()
    if (behind > 0) {
      const hasRoom = (await isSignedIn(house, sessionCookie, ctx))
        ? behind <= PATIENCE_MS['signed in']
        : (await house.pressure.afterOthers()) <= PATIENCE_MS.new
      if (!hasRoom) throw new Problem('overloaded', {}, { 'retry-after': COME_AGAIN_S })
    }
    return next()
  }
