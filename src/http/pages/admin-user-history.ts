import type Router from '@koa/router'
import type { DomainEvent } from '../../domain/catalogue.ts'
import { ulidSchema } from '../../domain/event.ts'
import { userTag } from '../../domain/users/events.ts'
import type { State } from '../context.ts'
import { Problem } from '../problems.ts'
import { eventWords } from './event-words.ts'
import { auditorOf, type Ctx, type Kit, paramOf, queryOf, seeOther, withQuery } from './kit.ts'
import { peopleOf } from './people.ts'

const PAGE = 50

/** Events as people read them: when, what, and who did it. */
export const historyLines = async (kit: Kit, ctx: Ctx, events: readonly DomainEvent[]) => {
  const people = await peopleOf(
    kit,
    ctx,
    events.map(({ actor }) => actor),
  )
  return events.map((event) => ({
    position: event.position,
    type: event.type,
    at: event.at,
    words: eventWords(ctx.state.locale, event),
    actor: people.get(event.actor),
  }))
}

/** The event that made something what it is, as a line beside it. */
export const whyLine = async (kit: Kit, ctx: Ctx, cause: DomainEvent | null) =>
  cause && ((await historyLines(kit, ctx, [cause]))[0] ?? null)

export const positionOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined

/** Everything that ever happened to a user, the newest first. It outlives the user: then nobody is in it any more. */
export const adminUserHistory = (router: Router<State>, kit: Kit): void => {
  const { house, render, t } = kit

  router.get('/admin/users/:id/history', async (ctx: Ctx) => {
    if (!auditorOf(ctx)) return seeOther(ctx, '/')
    const id = ulidSchema.safeParse(paramOf(ctx, 'id'))
    if (!id.success) throw new Problem('user_not_found')
    const before = positionOf(queryOf(ctx, 'before'))
    const found = await house.history.newestAbout(userTag(id.data), { limit: PAGE + 1, before })
    if (found.length === 0 && before === undefined) throw new Problem('user_not_found')
    const user = await house.reads.users.get(id.data)
    const path = `/admin/users/${id.data}/history`
    const events = found.slice(0, PAGE)
    render(ctx, 'admin-user-history', {
      title: t(ctx, 'users.historyOf', {
        who: user ? (user.name ?? user.email ?? user.id) : t(ctx, 'users.historyOfErased'),
      }),
      section: 'users',
      userUrl: user && `/admin/users/${user.id}`,
      userId: id.data,
      history: await historyLines(kit, ctx, events),
      olderUrl: found.length > PAGE ? withQuery(path, { before: String(events.at(-1)?.position) }) : null,
      newestUrl: before === undefined ? null : path,
    })
  })
}
