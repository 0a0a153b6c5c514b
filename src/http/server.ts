import Koa from 'koa'
import { apiDocs } from './api/docs.ts'
import { apiRoutes } from './api/index.ts'
import { problemTypes, publicKeys } from './api/well-known.ts'
import type { State } from './context.ts'
import type { House } from './house.ts'
import { metrics } from './metrics.ts'
import { corsForApi } from './middleware/cors.ts'
import { errors } from './middleware/errors.ts'
import { knownHost, securityHeaders } from './middleware/headers.ts'
import { ownWrites } from './middleware/position.ts'
import { request } from './middleware/request.ts'
import { turnAway } from './middleware/turn-away.ts'
import { openPages } from './pages/index.ts'
import { sessionCookies } from './pages/session.ts'
import { Problem } from './problems.ts'
import { refuseChanges } from './read-only.ts'
import type { Turns } from './turns.ts'
import { unfinished } from './unfinished.ts'

/** The way of a request, from top to bottom. */
export const createServer = (house: House, turns: Turns | null = null): Koa<State> => {
  const app = new Koa<State>()
  if (house.settings.proxyHops > 0) {
    app.proxy = true
    app.maxIpsCount = house.settings.proxyHops // without it the leftmost, forgeable address would be believed
  }
  const pages = openPages(house, app)

  app.use(request(house))
  app.use(securityHeaders(house.settings.publicUrl))
  if (house.settings.corsOrigins.length > 0) app.use(corsForApi(house.settings.corsOrigins))
  app.use(errors(house, pages.errorPage))
  if (house.positions) app.use(ownWrites(house.positions, house.settings))
  app.use(health(house))
  app.use(metrics(house))
  app.use(knownHost(house.settings.publicUrl))
  if (turns) app.use(turnAway(house, sessionCookies(house.settings.publicUrl).session, turns))
  if (house.settings.readOnlyAsOf !== null) app.use(refuseChanges)
  app.use(apiRoutes(house))
  app.use(publicKeys(house))
  app.use(apiDocs())
  app.use(problemTypes())
  for (const step of pages.routes) app.use(step)
  app.on('error', unfinished(house.log))
  return app
}

/** `/livez`: the process answers. `/readyz`: it can do its work, and is not about to end. */
const health =
  (house: House): Koa.Middleware<State> =>
  async (ctx, next) => {
    if (ctx.path !== '/livez' && ctx.path !== '/readyz') return next()
    ctx.state.route = ctx.path
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD')
      throw new Problem('method_not_allowed', {}, { allow: 'GET, HEAD' })
    if (ctx.path === '/readyz') {
      if (house.draining()) throw new Problem('overloaded', {}, { 'retry-after': '5' })
      await house.checkReady().catch((error: unknown) => {
        house.log.error({ err: error }, 'not ready')
        throw new Problem('storage_unavailable', {}, { 'retry-after': '5' })
      })
    }
    ctx.body = { status: 'ok' }
  }
