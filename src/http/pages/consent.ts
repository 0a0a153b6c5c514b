import type Router from '@koa/router'
import type { Principal, State } from '../context.ts'
import { formsMayLeadTo } from '../middleware/headers.ts'
import type { Desk, UnderWay } from '../oidc/desk.ts'
import { Problem } from '../problems.ts'
import { type Ctx, type Kit, seeOther, withQuery } from './kit.ts'

const WAY = '/interaction/:uid'

/** Signing in to an application of somebody else: who is it, and what may the application learn of them? */
export const consentPages = (router: Router<State>, { house, render, form, t }: Kit, desk: Desk): void => {
  const clientOf = async ({ clientId }: UnderWay) => {
    const client = await house.reads.clients.get(clientId)
    if (!client) throw new Problem('authorization_over')
    return client
  }

  /** Whoever is here now must be who signed in at the step before. */
  const sameOrOver = (who: Principal, { userId }: UnderWay): void => {
    if (userId !== null && userId !== who.user.id) throw new Problem('authorization_over')
  }

  const mustSignInAnew = ({ session }: Principal, { waitsFor, wantsAnew, since }: UnderWay): boolean =>
    waitsFor === 'login' && wantsAnew && session.id === since

  router.get(WAY, async (ctx: Ctx) => {
    const underWay = await desk.underWay(ctx)
    const client = await clientOf(underWay)
    const who = ctx.state.principal
    const here = `/interaction/${underWay.uid}`
    if (!who) return seeOther(ctx, withQuery('/', { next: here }))
    if (mustSignInAnew(who, underWay)) {
      return render(ctx, 'sign-in', {
        title: t(ctx, 'consent.anew', { name: client.name }),
        login: who.user.email ?? '',
        next: here,
        isOpen: false,
        errors: [],
        message: null,
      })
    }
    if (underWay.waitsFor === 'login') return seeOther(ctx, await desk.signedIn(ctx, who))
    sameOrOver(who, underWay)
    const { origin, host } = new URL(underWay.redirectUri)
    formsMayLeadTo(ctx, origin)
    render(ctx, 'consent', {
      title: t(ctx, 'consent.title', { name: client.name }),
      client,
      host,
      scopes: underWay.scopes,
      user: who.user,
      action: here,
    })
  })

  router.post(WAY, async (ctx: Ctx) => {
    const fields = await form(ctx)
    const underWay = await desk.underWay(ctx)
    await clientOf(underWay)
    const who = ctx.state.principal
    if (!who || underWay.waitsFor !== 'consent') return seeOther(ctx, `/interaction/${underWay.uid}`)
    sameOrOver(who, underWay)
    const isAllowed = fields['choice'] === 'allow'
    seeOther(ctx, isAllowed ? await desk.allow(ctx, who, underWay) : await desk.deny(ctx))
  })
}
