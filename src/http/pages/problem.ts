import type { ErrorPage } from '../middleware/errors.ts'
import { adviceOf, type Problem, wordingOf } from '../problems.ts'
import type { Ctx, Kit } from './kit.ts'
import { localeOf } from './language.ts'
import { pageOf } from './layout.ts'
import type { TextKey } from './texts/en.ts'
import { zoneOf } from './zone.ts'

/** What helps now: the same page once more, the page where it stands, or the main page. */
const wayOn = ({ code, status }: Problem): { advice: TextKey; retry: boolean } => {
  if (code === 'csrf_failed') return { advice: 'problem.advice.form', retry: true }
  if (status === 503 || status === 429) return { advice: 'problem.advice.busy', retry: true }
  if (status >= 500) return { advice: 'problem.advice.ours', retry: true }
  if (code === 'not_found') return { advice: 'problem.advice.address', retry: false }
  if (status === 409 || status === 410) return { advice: 'problem.advice.changed', retry: true }
  if (status === 413) return { advice: 'problem.advice.smaller', retry: true }
  return { advice: 'problem.advice.else', retry: false }
}

/** Whoever typed a moment is told how moments are typed. */
const isAboutMoments = ({ code }: Problem): boolean =>
  code === 'moment_malformed' || code === 'moment_in_future'

/** The page that stands where another one could not be shown: what happened, and what to do next. */
export const problemPage =
  (kit: Pick<Kit, 'render' | 't'> & Partial<Pick<Kit, 'renderBare'>>): ErrorPage =>
  (context, problem) => {
    const ctx = context as Ctx
    ctx.state.principal ??= null
    ctx.state.locale = localeOf(ctx)
    ctx.state.zone = zoneOf(ctx)
    const { advice, retry } = wayOn(problem)
    // Whoever is turned away because there is too much to do must cost next to nothing.
    const bare = problem.code === 'overloaded' ? kit.renderBare : undefined
    const render = bare ?? kit.render
    render(
      ctx,
      bare ? 'busy' : 'problem',
      {
        title: wordingOf(problem.code, ctx.state.locale),
        status: problem.status,
        advice: isAboutMoments(problem)
          ? (adviceOf(problem.code, ctx.state.locale) ?? '')
          : kit.t(ctx, advice),
        retryUrl: retry ? pageOf(ctx.path) : null,
        requestId: problem.status >= 500 ? ctx.state.requestId : null,
      },
      problem.status,
    )
  }
