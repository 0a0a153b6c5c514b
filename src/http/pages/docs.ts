import type Router from '@koa/router'
import type { State } from '../context.ts'
import { eventChapters } from '../event-catalogue.ts'
import { adviceOf, isRefusal, type ProblemCode, problemCodes, statusOf, wordingOf } from '../problems.ts'
import type { Ctx, Kit } from './kit.ts'

const types = eventChapters.reduce((sum, { events }) => sum + events.length, 0)
const refusals = problemCodes.filter(isRefusal)
const before = problemCodes.filter((code) => !isRefusal(code))

/** What the product says about itself, read off its own code: open to everybody, as the API's description is. */
export const docPages = (router: Router<State>, { render, t }: Kit): void => {
  router.get('/docs', (ctx: Ctx) => render(ctx, 'docs', { title: t(ctx, 'docs.title') }))

  router.get('/docs/events', (ctx: Ctx) =>
    render(ctx, 'docs-events', {
      title: t(ctx, 'docs.events'),
      isWide: true,
      count: types,
      chapters: eventChapters,
    }),
  )

  router.get('/docs/refusals', (ctx: Ctx) => {
    const row = (code: ProblemCode) => ({
      code,
      status: statusOf(code),
      wording: wordingOf(code, ctx.state.locale),
      advice: adviceOf(code, ctx.state.locale) ?? null,
    })
    render(ctx, 'docs-refusals', {
      title: t(ctx, 'docs.refusals'),
      isWide: true,
      parts: [
        { name: 'decided', rows: refusals.map(row) },
        { name: 'before', rows: before.map(row) },
      ],
    })
  })
}
