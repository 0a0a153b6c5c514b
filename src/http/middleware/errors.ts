import type { Context, Middleware } from 'koa'
import type { State } from '../context.ts'
import type { House } from '../house.ts'
import { asProblem, Problem, problemDocument } from '../problems.ts'

/** As much of the house as errors need. */
type Errands = Pick<House, 'log'> & { readonly settings: { readonly publicUrl: string } }

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

/** The only place that turns errors into bytes: a problem document for programs, a page for people. */
export const errors =
  (house: Errands, errorPage: ErrorPage): Middleware<State> =>
  async (ctx, next) => {
    try {
      await next()
      if (ctx.body === undefined || ctx.body === null) {
        // The router leaves these without a body, `Allow` already set.
        if (ctx.status === 404) throw new Problem('not_found')
        if (ctx.status === 405 || ctx.status === 501) throw new Problem('method_not_allowed')
      }
    } catch (error) {
      const problem = asProblem(error)
      if (problem.status >= 500) {
        house.log.error({ err: error, requestId: ctx.state.requestId, route: ctx.state.route }, problem.code)
      }
      ctx.status = problem.status
      ctx.set('Cache-Control', 'no-store')
      for (const [name, value] of Object.entries(problem.headers)) ctx.set(name, value)
      if (wantsPage(ctx)) return errorPage(ctx as Context & { state: State }, problem)
      sendDocument(ctx as Context & { state: State }, problem, house.settings.publicUrl)
    }
  }
