import type Router from '@koa/router'
import { maskAddress } from '../../domain/address.ts'
import { hasExpired } from '../../domain/invites/invite.ts'
import type { RefusalCode } from '../../domain/refusals.ts'
import { startSession } from '../acts/device.ts'
import { redeemSignInToken } from '../acts/redeem.ts'
import type { State } from '../context.ts'
import { Problem, statusOf } from '../problems.ts'
import { newAttempt, readAttempt } from './attempt.ts'
import { type Ctx, deviceOf, type Kit, paramOf, seeOther, tokenPage } from './kit.ts'
import { enter } from './session.ts'
import type { TextKey } from './texts/en.ts'

const DEAD: Partial<Record<RefusalCode, string>> = {
  link_not_found: 'unknown',
  link_already_used: 'used',
  link_expired: 'expired',
}

/** One-time sign-in links: shown to the operator at the first start, or mailed. As with invites, only the button counts. */
export const signInLinkPages = (router: Router<State>, kit: Kit): void => {
  const { house, guards, render, form, t } = kit

  const dead = (ctx: Ctx, code: RefusalCode): void => {
    const kind = DEAD[code]
    if (kind === undefined) throw new Problem(code)
    render(
      ctx,
      'invite-dead',
      {
        title: t(ctx, `link.dead.${kind}.title` as TextKey),
        text: t(ctx, `link.dead.${kind}.text` as TextKey),
        canMailLink: false,
      },
      statusOf(code),
    )
  }

  router.get('/sign-in/:token', async (ctx: Ctx) => {
    tokenPage(ctx)
    const id = house.links.readSignInToken(paramOf(ctx, 'token'))
    const link = id === null ? null : await house.reads.sessions.signInLink(id)
    const user = link && (await house.reads.users.get(link.userId))
    if (!link || user?.email === undefined || user.email === null) return dead(ctx, 'link_not_found')
    if (link.usedAt !== null) return dead(ctx, 'link_already_used')
    if (hasExpired(link.expiresAt, house.now())) return dead(ctx, 'link_expired')
    render(ctx, 'sign-in-link', {
      title: t(ctx, 'link.title'),
      lead: t(ctx, 'link.lead', { address: maskAddress(user.email) }),
      attempt: newAttempt(house, guards, ctx),
    })
  })

  router.post('/sign-in/:token', async (ctx: Ctx) => {
    tokenPage(ctx)
    const fields = await form(ctx)
    const sessionId = readAttempt(house, guards, ctx, fields['attempt'])
    if (sessionId === null) throw new Problem('csrf_failed')
    const session = startSession(house, deviceOf(ctx), 'page', sessionId)
    const result = await redeemSignInToken(house, paramOf(ctx, 'token'), session, ctx.state.correlation)
    if (result.outcome === 'refused') return dead(ctx, result.refusal.code)
    await enter(house, ctx, result.sessionId)
    seeOther(ctx, '/')
  })
}
