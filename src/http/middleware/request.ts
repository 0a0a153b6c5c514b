import type { Middleware } from 'koa'
import type { State } from '../context.ts'
import type { House } from '../house.ts'

/** W3C Trace Context: `version-traceid-parentid-flags`; a trace of nothing but zeros is none. */
const TRACEPARENT = /^[\da-f]{2}-((?!0{32})[\da-f]{32})-(?!0{16})[\da-f]{16}-[\da-f]{2}/
const SANE_REQUEST_ID = /^[A-Za-z0-9._:-]{1,100}$/

/** Gives every request an id (the caller's, if it is sane) and writes one line about it: no path, no query, no person. */
export const request =
  (house: Pick<House, 'newId' | 'log' | 'watchRequest'>): Middleware<State> =>
  async (ctx, next) => {
    const began = performance.now()
    const correlation = house.newId()
    const given = ctx.get('x-request-id')
    const traceId = TRACEPARENT.exec(ctx.get('traceparent'))?.[1]
    ctx.state.correlation = correlation
    ctx.state.requestId = SANE_REQUEST_ID.test(given) ? given : correlation
    ctx.set('X-Request-Id', ctx.state.requestId)
    const { method, headers } = ctx.req
    await house.watchRequest({ method: method ?? ctx.method, headers }, async () => {
      await next()
      return { route: ctx.state.route ?? 'none', status: ctx.status }
    })
    house.log.debug(
      {
        method: ctx.method,
        route: ctx.state.route ?? 'none',
        status: ctx.status,
        ms: Math.round(performance.now() - began),
        requestId: ctx.state.requestId,
        ...(traceId ? { traceId } : {}),
      },
      'request',
    )
  }
