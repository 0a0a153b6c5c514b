import type { Context, Middleware } from 'koa'
import type { State } from './context.ts'
import type { House } from './house.ts'
import { Problem } from './problems.ts'

const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.)/
const BEARER = /^Bearer (\S+)$/i

/** A proxy on this machine asks from here too, in the name of somebody who is elsewhere. */
const isFromHere = ({ req }: Context): boolean =>
  LOOPBACK.test(req.socket.remoteAddress ?? '') &&
  ['forwarded', 'x-forwarded-for', 'via', 'x-real-ip'].every((name) => req.headers[name] === undefined)

/** `/metrics` for Prometheus, while METRICS is set: by its token, or without one for programs on this machine only. */
export const metrics =
  ({ metrics: meters }: Pick<House, 'metrics'>): Middleware<State> =>
  async (ctx, next) => {
    if (meters === null || ctx.path !== '/metrics') return next()
    ctx.state.route = ctx.path
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD')
      throw new Problem('method_not_allowed', {}, { allow: 'GET, HEAD' })
    if (meters.token === null) {
      if (!isFromHere(ctx)) throw new Problem('forbidden')
    } else if (!meters.token(BEARER.exec(ctx.get('authorization'))?.[1] ?? '')) {
      throw new Problem('unauthenticated')
    }
    ctx.set('Cache-Control', 'no-store')
    ctx.body = await meters.text()
    ctx.set('Content-Type', meters.contentType)
  }
