import Router from '@koa/router'
import type { Middleware } from 'koa'
import { ulidSchema } from '../../domain/event.ts'
import { noteView } from '../acts/history.ts'
import { momentOf } from '../acts/moments.ts'
import { reachOfInvite, reachOfUser, reachOfUserHistory } from '../acts/reach.ts'
import type { State } from '../context.ts'
import type { House } from '../house.ts'
import { type ReachOf, visitPast } from '../past.ts'
import { Problem } from '../problems.ts'
import type { Moment } from '../travel-door.ts'
import { positionOf } from './admin-user-history.ts'
import { auditorOf, type Ctx, type Kit, queryOf, withQuery } from './kit.ts'
import { presentOf, stayAt } from './moment.ts'

const AGAIN_SECONDS = 2

type Family = (router: Router<State>, kit: Kit) => void

/** What of the history a page is made of: of a user or an invite, what stands about them; of a list, everything. */
const reachOf = (ctx: Ctx): ReachOf => {
  const [, , section, id, part] = ctx.path.split('/')
  const about = ulidSchema.safeParse(id).data
  if (about === undefined) return () => 'everything'
  if (section === 'invites' && part === undefined) return (known) => reachOfInvite(known, about)
  if (section !== 'users') return () => 'everything'
  return part === 'history'
    ? (known) => reachOfUserHistory(known, about, positionOf(queryOf(ctx, 'before')))
    : (known) => reachOfUser(known, about)
}

/** Which moment a page is of, and the ways from it to others. */
const viewOf = (ctx: Ctx, { position, at }: Moment, head: number) => {
  const present = presentOf(ctx)
  const query = Object.fromEntries(present.fields.map(({ name, value }) => [name, value]))
  const goTo = (to: number) => withQuery(present.path, { ...query, at: String(to) })
  return {
    ...present,
    position,
    at,
    earlierUrl: position > 0 ? goTo(position - 1) : null,
    laterUrl: position < head ? goTo(position + 1) : null,
    eventUrl: position > 0 ? `/history/${position}` : null,
    sinceUrl: withQuery('/history/compare', { from: String(position), to: String(head) }),
  }
}

/** Pages of a moment: the same families as in the present, in the house as it was. */
const routesOf = (families: readonly Family[], kit: Kit): Middleware<State> => {
  const router = new Router<State>()
  router.use((ctx, next) => {
    ctx.state.route = (ctx as unknown as { _matchedRoute?: string })._matchedRoute ?? ''
    return next()
  })
  for (const family of families) family(router, kit)
  return router.routes() as unknown as Middleware<State>
}

const kitOf = (kit: Kit, house: House, moment: Moment, typed: string, head: number): Kit => ({
  ...kit,
  house,
  render(ctx, name, view, status) {
    kit.render(ctx, name, { ...view, asOf: moment.at, past: viewOf(ctx, moment, head) }, status)
    ctx.body = stayAt(String(ctx.body), typed)
  },
})

const isPreparing = (kit: Kit, ctx: Ctx, moment: Moment, percent: number, head: number): void => {
  ctx.set('Refresh', String(AGAIN_SECONDS))
  kit.render(
    ctx,
    'past-preparing',
    {
      title: kit.t(ctx, 'moment.preparing.title'),
      past: viewOf(ctx, moment, head),
      percent,
      againUrl: `${ctx.path}${ctx.search}`,
    },
    202,
  )
}

/** `?at=` on a page for admins shows it as it was, to those who may see the history. */
export const travelPages =
  (kit: Kit, families: readonly Family[]): Middleware<State> =>
  async (context, next) => {
    const ctx = context as Ctx
    const { house } = kit
    if (!house.travel || ctx.query['at'] === undefined || !/^\/admin(?:\/|$)/.test(ctx.path)) return next()
    ctx.state.route = '/admin?at='
    if (!['GET', 'HEAD'].includes(ctx.method)) throw new Problem('read_only')
    const viewer = auditorOf(ctx)
    if (!viewer) throw new Problem('forbidden')
    const typed = queryOf(ctx, 'at') ?? ''
    await momentOf(house, typed) // before anything is noted: who mistypes has seen nothing
    await noteView(house, viewer.user.id, ctx.state.correlation)
    const head = await house.history.head()
    const visited = await visitPast(house, typed, reachOf(ctx), (past, moment) =>
      routesOf(families, kitOf(kit, past, moment, typed, head))(ctx, async () => {}),
    )
    if (visited.outcome === 'preparing') isPreparing(kit, ctx, visited.moment, visited.percent, head)
  }
