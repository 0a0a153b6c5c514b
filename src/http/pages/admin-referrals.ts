import type Router from '@koa/router'
import { ulidSchema } from '../../domain/event.ts'
import type { State } from '../context.ts'
import { auditorOf, type Ctx, type Kit, queryOf, seeOther, withQuery } from './kit.ts'
import { rootsOf, skipOf, treeOf } from './referral-tree.ts'
import { chartDays, signUpChart } from './sign-up-chart.ts'

const PATH = '/admin/referrals'
const SHOWN = { top: 10, batches: 10, found: 10, above: 5 }

/** Who brought whom, who brought most, and how people come; for admins and auditors. */
export const adminReferralPages = (router: Router<State>, kit: Kit): void => {
  const { house, render, t } = kit

  const pathTo = (rootId: string, skip?: string): string => withQuery(PATH, { root: rootId, skip })

  const namesOf = async (ctx: Ctx, ids: readonly string[]) => {
    const people = await house.reads.referralTree.people(ids)
    return (id: string) => {
      const person = people.get(id)
      return person?.name ?? person?.email ?? t(ctx, 'referrals.forgotten')
    }
  }

  /** Whom the tree begins with: somebody who was chosen or is the only one found, or everybody. */
  const rootOf = async (ctx: Ctx) => {
    const root = ulidSchema.safeParse(queryOf(ctx, 'root')).data
    const search = queryOf(ctx, 'search')
    if (root !== undefined || search === undefined) return { root: root ?? null, search: '', found: [] }
    const found = await house.reads.users.list({ search }, { limit: SHOWN.found })
    const [only] = found
    return only && found.length === 1 ? { root: only.id, search, found: [] } : { root: null, search, found }
  }

  /** The chain from the first down to a user, and the user: the way to where one looks. */
  const trailTo = async (ctx: Ctx, root: string) => {
    const above = (await house.reads.referrals.above(root)).slice(0, SHOWN.above).toReversed()
    const nameOf = await namesOf(ctx, [...above, root])
    return { above: above.map((id) => ({ name: nameOf(id), url: pathTo(id) })), name: nameOf(root) }
  }

  const batchesOf = async (ctx: Ctx) => {
    const batches = await house.reads.referrals.batches(SHOWN.batches)
    const nameOf = await namesOf(
      ctx,
      batches.map(({ rootId }) => rootId),
    )
    return batches.map((batch) => ({ ...batch, name: nameOf(batch.rootId) }))
  }

  const numbersOf = async (ctx: Ctx) => {
    const top = await house.reads.referrals.top(SHOWN.top)
    return {
      top: top.map((one) => ({
        ...one,
        who: one.name ?? one.email ?? t(ctx, 'referrals.forgotten'),
        url: pathTo(one.userId),
      })),
      chart: signUpChart(await house.reads.referrals.signUpsOn(chartDays(house.now()))),
      batches: await batchesOf(ctx),
    }
  }

  router.get(PATH, async (ctx: Ctx) => {
    if (!auditorOf(ctx)) return seeOther(ctx, '/')
    const { root, search, found } = await rootOf(ctx)
    const isStart = root === null && search === ''
    const skip = skipOf(ctx)
    const rootIds = root !== null ? [root] : isStart ? await rootsOf(kit) : []
    render(ctx, 'admin-referrals', {
      title: t(ctx, 'referrals.title'),
      section: 'referrals',
      root,
      search,
      isLost: search !== '' && root === null && found.length === 0,
      found: found.map(({ id, name, email }) => ({ name, email, url: pathTo(id) })),
      trail: root === null ? null : await trailTo(ctx, root),
      tree: rootIds.length > 0 ? await treeOf(kit, ctx, rootIds, { path: pathTo, skip }) : null,
      startUrl: skip > 0 && root !== null ? pathTo(root) : null,
      isStart,
      ...(isStart ? await numbersOf(ctx) : {}),
    })
  })
}
