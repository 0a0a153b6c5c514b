import type Router from '@koa/router'
import type { Difference } from '../../projections/comparing.ts'
import type { Value } from '../../projections/projection.ts'
import { compareMoments, comparisonFor } from '../acts/compare.ts'
import { noteView, shownTo } from '../acts/history.ts'
import { momentOf } from '../acts/moments.ts'
import type { State } from '../context.ts'
import { Problem, wordingOf } from '../problems.ts'
import type { Moment } from '../travel-door.ts'
import { historyLines, positionOf } from './admin-user-history.ts'
import { adminOf, auditorOf, type Ctx, type Kit, queryOf, seeOther, withQuery } from './kit.ts'
import { moment } from './words.ts'

const PATH = '/history/compare'
const EVENTS_SHOWN = 5
const INSTANT = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/

type Typed = { readonly from: string; readonly to: string }

/** Two moments compared, for auditors and admins: what came, went and changed between them, and by which events. */
export const historyComparePage = (router: Router<State>, kit: Kit): void => {
  const { house, render, t } = kit

  const shownValue = (ctx: Ctx, value: Value): string | null => {
    if (value === null) return null
    return INSTANT.test(String(value)) ? moment(ctx.state, String(value)) : String(value)
  }

  /** The page of what a difference is about, as it was when it was there. */
  const urlOf = ({ about, change, kind }: Difference, from: Moment, to: Moment): string | null => {
    const [subject = '', id = ''] = about.split(':')
    const pages: Readonly<Record<string, string>> = {
      invite: `/admin/invites/${id}`,
      user: `/admin/users/${id}`,
      client: `/admin/clients/${id}`,
      batch: `/admin/referrals/batches/${id}`,
    }
    const page = pages[subject]
    const isGone = change === 'went' && kind === subject
    return page === undefined ? null : withQuery(page, { at: String(isGone ? from.position : to.position) })
  }

  const linesOf = (ctx: Ctx, differences: readonly Difference[], from: Moment, to: Moment) =>
    Promise.all(
      differences.map(async (one) => ({
        kind: one.kind,
        id: one.id,
        about: one.about,
        change: one.change,
        url: urlOf(one, from, to),
        fields: one.fields.map((field) => ({
          name: field.name,
          from: shownValue(ctx, field.from),
          to: shownValue(ctx, field.to),
          isPersonal: field.isPersonal,
        })),
        events: await historyLines(kit, ctx, comparable(ctx, one.events.slice(-EVENTS_SHOWN))),
        allUrl: one.events.length > EVENTS_SHOWN ? withQuery('/history', { tag: one.about }) : null,
      })),
    )

  const comparable = (ctx: Ctx, events: Difference['events']) =>
    events.map((event) => shownTo(event, adminOf(ctx) !== null))

  /** The moments that were typed, the earlier first; or which of them is none. */
  const momentsOf = async (ctx: Ctx, typed: Typed) => {
    const errors: { field: 'from' | 'to'; message: string }[] = []
    const found: Moment[] = []
    for (const field of ['from', 'to'] as const) {
      try {
        found.push(await momentOf(house, typed[field]))
      } catch (error) {
        if (!(error instanceof Problem)) throw error
        errors.push({ field, message: wordingOf(error.code, ctx.state.locale) })
      }
    }
    const [from, to] = found.toSorted((a, b) => a.position - b.position)
    return { moments: from && to ? { from, to } : null, errors }
  }

  router.get(PATH, async (ctx: Ctx) => {
    const viewer = auditorOf(ctx)
    if (!viewer) return seeOther(ctx, '/')
    const typed = { from: queryOf(ctx, 'from') ?? '', to: queryOf(ctx, 'to') ?? '' }
    const isAsked = ctx.query['from'] !== undefined || ctx.query['to'] !== undefined
    const after = positionOf(queryOf(ctx, 'after'))
    const asked = isAsked ? await momentsOf(ctx, typed) : { moments: null, errors: [] }
    await noteView(house, viewer.user.id, ctx.state.correlation)
    const view = { title: t(ctx, 'compare.title'), section: 'history', typed, errors: asked.errors }
    if (!asked.moments) {
      const nothing = { result: null, newestUrl: null, olderUrl: null }
      return render(ctx, 'history-compare', { ...view, ...nothing }, asked.errors.length > 0 ? 400 : 200)
    }
    const { from, to } = asked.moments
    const range = { from: from.position, to: to.position }
    const { differences, next } = await compareMoments(
      house,
      after === undefined ? range : { ...range, after },
    )
    const shown = comparisonFor(differences, adminOf(ctx) !== null)
    render(ctx, 'history-compare', {
      ...view,
      result: { from, to, lines: await linesOf(ctx, shown, from, to), masked: adminOf(ctx) === null },
      newestUrl: after === undefined ? null : withQuery(PATH, typed),
      olderUrl: next === null ? null : withQuery(PATH, { ...typed, after: String(next) }),
    })
  })
}
