import type Router from '@koa/router'
import { ownData } from '../acts/own-data.ts'
import type { Principal, State } from '../context.ts'
import { type Ctx, type FieldError, type Kit, seeOther } from './kit.ts'
import { mustProve, proveAgain } from './step-up.ts'

const PATH = '/profile/data'

/** Where somebody takes a copy of everything that is kept about them. */
export const ownDataPages = (router: Router<State>, kit: Kit): void => {
  const { house, render, form, t } = kit

  const show = (ctx: Ctx, who: Principal, errors: readonly FieldError[] = [], status = 200) =>
    render(
      ctx,
      'profile-data',
      {
        title: t(ctx, 'ownData.title'),
        userLogin: who.user.email,
        mustProve: mustProve(house, ctx, who),
        errors,
      },
      status,
    )

  router.get(PATH, (ctx: Ctx) => {
    const who = ctx.state.principal
    if (!who) return seeOther(ctx, `/?next=${PATH}`)
    show(ctx, who)
  })

  // It answers the file itself: a redirect would need an address under which the data could be fetched again.
  router.post(PATH, async (ctx: Ctx) => {
    const fields = await form(ctx)
    const who = ctx.state.principal
    if (!who) return seeOther(ctx, `/?next=${PATH}`)
    const errors = await proveAgain(kit, ctx, who, fields)
    if (errors.length > 0) return show(ctx, who, errors, 422)
    ctx.body = `${JSON.stringify(await ownData(house, who.user), null, 2)}\n`
    ctx.type = 'application/json'
    ctx.set('Content-Disposition', 'attachment; filename="my-data.json"')
    ctx.set('Cache-Control', 'no-store')
  })
}
