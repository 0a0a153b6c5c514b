import cors from '@koa/cors'
import type { Middleware } from 'koa'
import type { State } from '../context.ts'

const TEN_MINUTES_S = 600

/**
 * Lets scripts of other origins call the API, if the operator names these origins: exactly, and never with cookies,
 * which the API does not take anyway. Nothing else is open to them.
 */
export const corsForApi = (origins: readonly string[]): Middleware<State> => {
  const allow = cors({
    origin: ({ headers: { origin = '' } }) => (origins.includes(origin) ? origin : ''),
    allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'X-Request-Id'],
    exposeHeaders: ['RateLimit', 'RateLimit-Policy', 'Retry-After', 'X-Request-Id'],
    maxAge: TEN_MINUTES_S,
  })
  return (ctx, next) => (ctx.path.startsWith('/api/') ? allow(ctx, next) : next())
}
