import type { Middleware } from 'koa'
import type { State } from '../context.ts'
import type { House } from '../house.ts'
import { Problem } from '../problems.ts'
import type { Turns } from '../turns.ts'

type TurnAwayHouse = Pick<House, 'tokens' | 'pageSessions'>
type Ctx = Parameters<Middleware<State>>[0]

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
  (house: TurnAwayHouse, sessionCookie: string, turns: Turns): Middleware<State> =>
  async (ctx, next) => {
    if (!turns.isFree()) {
      const who = (await isSignedIn(house, sessionCookie, ctx)) ? 'signed in' : 'new'
      if (!(await turns.wait(who))) throw new Problem('overloaded', {}, { 'retry-after': COME_AGAIN_S })
    }
    return next()
  }
