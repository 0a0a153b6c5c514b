import type Router from '@koa/router'
import { type DomainEvent, definitionOf, tagsOf } from '../../domain/catalogue.ts'
import { chainOf, EFFECTS_SHOWN, noteView, shownTags, shownTo } from '../acts/history.ts'
import type { State } from '../context.ts'
import type { Kept } from '../history-door.ts'
import { Problem } from '../problems.ts'
import { historyLines, positionOf } from './admin-user-history.ts'
import { eventWords } from './event-words.ts'
import { adminOf, auditorOf, type Ctx, type Kit, paramOf, seeOther, withQuery } from './kit.ts'

const LIST = '/history'
const BESIDE_SHOWN = 20

const fieldsOf = ({ event, isForgotten }: Kept, seesPersons: boolean) => {
  const { personalFields } = definitionOf(event.type)
  const shown: Readonly<Record<string, unknown>> = shownTo(event, seesPersons).data
  return Object.keys(shown).map((name) => {
    const value = shown[name]
    const isPersonal = personalFields.includes(name)
    return {
      name,
      isPersonal,
      isForgotten: isPersonal && isForgotten,
      text:
        value === null || value === undefined
          ? null
          : typeof value === 'string'
            ? value
            : JSON.stringify(value),
    }
  })
}

/** One event with everything that is known of it, and the ways from it to others. */
export const historyEventPage = (router: Router<State>, kit: Kit): void => {
  const { house, render, t } = kit

  router.get(`${LIST}/:position`, async (ctx: Ctx, next) => {
    const position = positionOf(paramOf(ctx, 'position'))
    if (position === undefined) return next()
    const viewer = auditorOf(ctx)
    if (!viewer) return seeOther(ctx, '/')
    await noteView(house, viewer.user.id, ctx.state.correlation)
    const kept = await house.history.at(position)
    if (!kept) throw new Problem('not_found')
    const { event } = kept
    const seesPersons = adminOf(ctx) !== null
    const linesOf = (events: readonly DomainEvent[]) =>
      historyLines(
        kit,
        ctx,
        events.map((one) => shownTo(one, seesPersons)),
      )
    const { cause, effects } = await chainOf(house, event)
    const beside = await house.history.page(
      { correlation: event.correlation },
      { limit: BESIDE_SHOWN + 2, afterPosition: 0 },
    )
    const others = beside.filter((one) => one.position !== position)
    const [line] = await linesOf([event])
    const tags = shownTags(event, seesPersons)
    render(ctx, 'history-event', {
      title: t(ctx, 'history.event', { position }),
      section: 'history',
      event,
      words: eventWords(ctx.state.locale, shownTo(event, seesPersons)),
      actor: line?.actor,
      actorUrl: withQuery(LIST, { actor: event.actor }),
      typeUrl: withQuery(LIST, { type: event.type }),
      digest: kept.digest,
      fields: fieldsOf(kept, seesPersons),
      tags: tags.map((tag) => ({ tag, url: withQuery(LIST, { tag }) })),
      hidesAddresses: tags.length < new Set(tagsOf(event)).size,
      cause: cause ? await linesOf([cause]) : [],
      effects: await linesOf(effects.slice(0, EFFECTS_SHOWN)),
      effectsUrl: effects.length > EFFECTS_SHOWN ? withQuery(LIST, { causation: event.id }) : null,
      others: await linesOf(others.slice(0, BESIDE_SHOWN)),
      othersUrl: withQuery(LIST, { correlation: event.correlation }),
      asOfUrl: withQuery('/admin/users', { at: String(position) }),
      didUrl: withQuery('/history/compare', { from: String(position - 1), to: String(position) }),
      previousUrl: position > 1 ? `${LIST}/${position - 1}` : null,
      nextUrl: position < (await house.history.head()) ? `${LIST}/${position + 1}` : null,
    })
  })
}
