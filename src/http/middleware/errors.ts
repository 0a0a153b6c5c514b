import type { Context, Middleware } from 'koa'
import type { State } from '../context.ts'
import type { House } from '../house.ts'
import { asProblem, Problem, problemDocument } from '../problems.ts'

/** As much of the house as errors need. */
type Errands = Pick<House, 'log'> &
  Partial<Pick<House, 'turnedAway'>> & { readonly settings: { readonly publicUrl: string } }

export type ErrorPage = (ctx: Context & { state: State }, problem: Problem) => void

const FOR_PROGRAMS = /^\/(?:api|livez|readyz|metrics|problems|\.well-known)(?:\/|$)/

const wantsPage = (ctx: Context): boolean =>
  !FOR_PROGRAMS.test(ctx.path) && ctx.accepts('html', 'json') === 'html'

const sendDocument = (ctx: Context & { state: State }, problem: Problem, publicUrl: string): void => {
  const locale = ctx.acceptsLanguages('en', 'ru') === 'ru' ? 'ru' : 'en'
  ctx.vary('Accept-Language')
  ctx.set('Content-Language', locale)
  // RFC 9110, 15.5.2: a 401 names the way in.
  if (problem.status === 401 && !ctx.response.get('WWW-Authenticate')) ctx.set('WWW-Authenticate', 'Bearer')
  ctx.type = 'application/problem+json'
  ctx.body = JSON.stringify(problemDocument(problem, publicUrl, ctx.state.requestId, locale))
}

const TELL_EVERY_MS = 10_000

/** When too many come, the log would be one of those who suffer: it hears of the first, and then how many there were. */
const crowdTeller = ({ log, turnedAway }: Errands) => {
  let toldAt = Number.NEGATIVE_INFINITY
  let since = 0
  return (err: unknown, requestId: string) => {
    turnedAway?.()
    since++
    if (performance.now() - toldAt < TELL_EVERY_MS) return
    log.error({ err, requestId, turnedAway: since }, 'too much to do: some are asked to come again')
    toldAt = performance.now()
    since = 0
  }
}

/** The only place that turns errors into bytes: a problem document for programs, a page for people. */
export const errors = (house: Errands, errorPage: ErrorPage): Middleware<State> => {
  const tellOfCrowd = crowdTeller(house)
  return async (ctx, next) => {
    try {
      await next()
      if (ctx.body === undefined || ctx.body === null) {
        // The router leaves these without a body, `Allow` already set.
        if (ctx.status === 404) throw new Problem('not_found')
        if (ctx.status === 405 || ctx.status === 501) throw new Problem('method_not_allowed')
      }
    } catch (error) {
      const problem = asProblem(error)
      if (problem.code === 'overloaded') tellOfCrowd(error, ctx.state.requestId)
      else if (problem.status >= 500) {
        house.log.error({ err: error, requestId: ctx.state.requestId, route: ctx.state.route }, problem.code)
      }
      ctx.status = problem.status
      ctx.set('Cache-Control', 'no-store')
      for (const [name, value] of Object.entries(problem.headers)) ctx.set(name, value)
      if (wantsPage(ctx)) return errorPage(ctx as Context & { state: State }, problem)
      sendDocument(ctx as Context & { state: State }, problem, house.settings.publicUrl)
    }
  }
}
