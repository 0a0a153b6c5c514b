import type { Middleware } from 'koa'
import type { State } from '../context.ts'
import type { House } from '../house.ts'
import { Problem } from '../problems.ts'

/** Who has waited so long behind others is asked to come again: at once, and before it costs anything. */
const PATIENCE_MS = { new: 50, 'signed in': 250 } as const
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

type Ctx = Parameters<Middleware<State>>[0]
type TurnAwayHouse = Pick<House, 'behind' | 'tokens' | 'pageSessions'>

/**
 * When more come than can be served, those who come new are turned away first, so that whoever is signed in goes on; and
 * nobody waits for long only to hear no.
 */
export const turnAway =
  (house: TurnAwayHouse, sessionCookie: string): Middleware<State> =>
  async (ctx, next) => {
    const behind = house.behind()
    if (
      behind > PATIENCE_MS.new &&
      (behind > PATIENCE_MS['signed in'] || !(await isSignedIn(house, sessionCookie, ctx)))
    ) {
      throw new Problem('overloaded', {}, { 'retry-after': COME_AGAIN_S })
    }
    return next()
  }
