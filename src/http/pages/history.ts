import type Router from '@koa/router'
import {
  aboutFrom,
  actorFrom,
  contextNames,
  momentFrom,
  noteView,
  shownTo,
  typesNamed,
  typesOf,
} from '../acts/history.ts'
import type { State } from '../context.ts'
import { activityChart, scales } from './activity-chart.ts'
import { historyLines, positionOf } from './admin-user-history.ts'
import { historyComparePage } from './history-compare.ts'
import { historyEventPage } from './history-event.ts'
import { historyLive } from './history-live.ts'
import { historySeals } from './history-seals.ts'
import { adminOf, auditorOf, type Ctx, type Kit, queryOf, seeOther, withQuery } from './kit.ts'

const LIST = '/history'
const PAGE = 50

const FIELDS = ['type', 'tag', 'actor', 'since', 'until', 'correlation', 'causation'] as const
type Field = (typeof FIELDS)[number]

const readers: Readonly<Partial<Record<Field, (text: string) => unknown>>> = {
  type: typesNamed,
  actor: actorFrom,
  since: momentFrom,
  until: momentFrom,
}

/** What the address asks for as it was typed, what it means, and what of it means nothing. */
const questionOf = async ({ house }: Kit, ctx: Ctx) => {
  const typed = Object.fromEntries(FIELDS.map((field) => [field, queryOf(ctx, field)])) as Record<
    Field,
    string | undefined
  >
  const meant = <T>(field: Field, from: (text: string) => T | null): T | undefined => {
    const text = typed[field]
    return text === undefined ? undefined : (from(text) ?? undefined)
  }
  const tag = typed.tag === undefined ? undefined : await aboutFrom(house, typed.tag)
  const misread = FIELDS.filter((field) => {
    const text = typed[field]
    if (field === 'tag') return tag === null
    return text !== undefined && readers[field]?.(text) === null
  })
  return {
    typed,
    misread,
    question: {
      types: meant('type', typesNamed),
      tag: tag ?? undefined,
      actor: meant('actor', actorFrom),
      since: meant('since', momentFrom),
      before: meant('until', momentFrom),
      correlation: typed.correlation,
      causation: typed.causation,
    },
  }
}

/** The explorer of the history, for auditors and admins: every event, found by what it is and what it is about. */
export const historyPages = (router: Router<State>, kit: Kit): void => {
  const { house, render, t, assets } = kit

  router.get(LIST, async (ctx: Ctx) => {
    const viewer = auditorOf(ctx)
    if (!viewer) return seeOther(ctx, '/')
    await noteView(house, viewer.user.id, ctx.state.correlation)
    const { typed, misread, question } = await questionOf(kit, ctx)
    const errors = misread.map((field) => ({ field, message: t(ctx, `history.misread.${field as 'tag'}`) }))
    const before = positionOf(queryOf(ctx, 'before'))
    const isStart = before === undefined && FIELDS.every((field) => typed[field] === undefined)
    const found =
      errors.length > 0 ? [] : await house.history.page(question, { limit: PAGE + 1, beforePosition: before })
    const events = found.slice(0, PAGE)
    const shown = events.map((event) => shownTo(event, adminOf(ctx) !== null))
    const scale = scales.find((one) => one === queryOf(ctx, 'scale')) ?? 'days'
    render(
      ctx,
      'history',
      {
        title: t(ctx, 'users.history'),
        section: 'history',
        script: isStart ? assets['history.js'] : null,
        errors,
        typed: Object.fromEntries(FIELDS.map((field) => [field, typed[field] ?? ''])),
        isFiltered: FIELDS.some((field) => typed[field] !== undefined),
        groups: contextNames.map((context) => ({
          context,
          isChosen: typed.type === context,
          types: typesOf(context).map((type) => ({ type, isChosen: typed.type === type })),
        })),
        chart: isStart ? await activityChart(house, scale) : null,
        scales: scales.map((name) => ({
          name,
          url: withQuery(LIST, { scale: name === 'days' ? undefined : name }),
          isCurrent: name === scale,
        })),
        history: await historyLines(kit, ctx, shown),
        liveUrl: isStart ? withQuery(`${LIST}/live`, { after: String(events[0]?.position ?? 0) }) : null,
        allUrl: LIST,
        olderUrl:
          found.length > PAGE ? withQuery(LIST, { ...typed, before: String(events.at(-1)?.position) }) : null,
        newestUrl: before === undefined ? null : withQuery(LIST, typed),
      },
      errors.length > 0 ? 422 : 200,
    )
  })

  historyLive(router, kit)
  historyComparePage(router, kit)
  historySeals(router, kit)
  historyEventPage(router, kit)
}
