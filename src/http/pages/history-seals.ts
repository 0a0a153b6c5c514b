import type Router from '@koa/router'
import { noteView } from '../acts/history.ts'
import type { State } from '../context.ts'
import { Problem } from '../problems.ts'
import { positionOf } from './admin-user-history.ts'
import { auditorOf, type Ctx, type Kit, paramOf, queryOf, seeOther, withQuery } from './kit.ts'

const LIST = '/history/seals'
const PAGE = 20

/** The seals of the history: to be read, printed, taken away, and held against it later. */
export const historySeals = (router: Router<State>, kit: Kit): void => {
  const { house, render, t } = kit

  router.get(LIST, async (ctx: Ctx) => {
    const viewer = auditorOf(ctx)
    if (!viewer) return seeOther(ctx, '/')
    await noteView(house, viewer.user.id, ctx.state.correlation)
    const before = positionOf(queryOf(ctx, 'before'))
    const found = await house.proofs.seals(PAGE + 1, before)
    const seals = found.slice(0, PAGE)
    render(ctx, 'history-seals', {
      title: t(ctx, 'seals.title'),
      section: 'history',
      seals: seals.map((seal) => ({ ...seal, url: `${LIST}/${seal.size}` })),
      olderUrl: found.length > PAGE ? withQuery(LIST, { before: String(seals.at(-1)?.size) }) : null,
      newestUrl: before === undefined ? null : LIST,
    })
  })

  router.get(`${LIST}/:size`, async (ctx: Ctx) => {
    const viewer = auditorOf(ctx)
    if (!viewer) return seeOther(ctx, '/')
    const size = positionOf(paramOf(ctx, 'size'))
    const [seal] = size === undefined ? [] : await house.proofs.seals(1, size + 1)
    if (seal?.size !== size || !seal) throw new Problem('not_found')
    await noteView(house, viewer.user.id, ctx.state.correlation)
    ctx.body = seal.note
    ctx.type = 'text/plain; charset=utf-8'
    ctx.set('Content-Disposition', `attachment; filename="seal-${seal.size}.txt"`)
    ctx.set('Cache-Control', 'no-store')
  })
}
