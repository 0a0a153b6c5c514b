import type { Context, Middleware } from 'koa'
import type { State } from '../context.ts'
import type { House } from '../house.ts'
import { asProblem, Problem, problemDocument } from '../problems.ts'

export type ErrorPage = (ctx: Context & { state: State }, problem: Problem) => void

const wantsPage = (ctx: Context): boolean =>
  !ctx.path.startsWith('/api/') && ctx.accepts('html', 'json') === 'html'

/** The only place that turns errors into bytes: a problem document for programs, a page for people. */
export const errors =
  (house: House, errorPage: ErrorPage): Middleware<State> =>
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
      ctx.type = 'application/problem+json'
      ctx.body = JSON.stringify(problemDocument(problem, house.settings.publicUrl, ctx.state.requestId))
    }
  }
