import type { Middleware } from 'koa'
import type { State } from '../context.ts'
import type { House } from '../house.ts'

const SANE_REQUEST_ID = /^[A-Za-z0-9._:-]{1,100}$/

/** Gives every request an id (the caller's, if it is sane) and writes one line about it: no path, no query, no person. */
export const request =
  (house: Pick<House, 'newId' | 'log'>): Middleware<State> =>
  async (ctx, next) => {
    const began = performance.now()
    const correlation = house.newId()
    const given = ctx.get('x-request-id')
    ctx.state.correlation = correlation
    ctx.state.requestId = SANE_REQUEST_ID.test(given) ? given : correlation
    ctx.set('X-Request-Id', ctx.state.requestId)
    await next()
    house.log.debug(
      {
        method: ctx.method,
        route: ctx.state.route ?? 'none',
        status: ctx.status,
        ms: Math.round(performance.now() - began),
        requestId: ctx.state.requestId,
      },
      'request',
    )
  }
