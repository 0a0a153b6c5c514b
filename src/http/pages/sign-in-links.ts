import type Router from '@koa/router'
import { maskAddress } from '../../domain/address.ts'
import type { Refusal } from '../../domain/decision.ts'
import { hasExpired } from '../../domain/invites/invite.ts'
import type { RefusalCode } from '../../domain/refusals.ts'
import { startSession } from '../acts/device.ts'
import { redeemSignInToken } from '../acts/redeem.ts'
import type { State } from '../context.ts'
import { Problem, problemOf, statusOf } from '../problems.ts'
import { newAttempt, readAttempt } from './attempt.ts'
import { knownDevice, rememberDevice } from './device.ts'
import { type Ctx, deviceOf, type Kit, paramOf, seeOther, tokenPage } from './kit.ts'
import { enter } from './session.ts'

const DEAD = {
  link_not_found: 'unknown',
  link_already_used: 'used',
  link_expired: 'expired',
} as const satisfies Partial<Record<RefusalCode, string>>

const isDead = (code: RefusalCode): code is keyof typeof DEAD => Object.hasOwn(DEAD, code)

/** One-time sign-in links: shown to the operator at the first start, or mailed. As with invites, only the button counts. */
export const signInLinkPages = (router: Router<State>, kit: Kit): void => {
  const { house, guards, render, form, t } = kit

  const dead = (ctx: Ctx, refusal: Refusal): void => {
    const { code } = refusal
    if (!isDead(code)) throw problemOf(refusal)
    render(
      ctx,
      'dead-link',
      {
        title: t(ctx, `link.dead.${DEAD[code]}.title`),
        text: t(ctx, `link.dead.${DEAD[code]}.text`),
        mailLinkUrl: null,
        againUrl: null,
        againText: null,
      },
      statusOf(code),
    )
  }

  const addressOf = async (token: string): Promise<string | null> => {
    const id = house.links.readSignInToken(token)
    const link = id === null ? null : await house.reads.sessions.signInLink(id)
    const user = link && (await house.reads.users.get(link.userId))
    return user?.email ?? null
  }

  router.get('/sign-in/:token', async (ctx: Ctx) => {
    tokenPage(ctx)
    const id = house.links.readSignInToken(paramOf(ctx, 'token'))
    const link = id === null ? null : await house.reads.sessions.signInLink(id)
    const user = link && (await house.reads.users.get(link.userId))
    if (!link || !user || user.email === null) return dead(ctx, { code: 'link_not_found' })
    if (link.usedAt !== null) return dead(ctx, { code: 'link_already_used' })
    if (hasExpired(link.expiresAt, house.now())) return dead(ctx, { code: 'link_expired' })
    const who = ctx.state.principal
    render(ctx, 'sign-in-link', {
      title: t(ctx, 'link.title'),
      address: maskAddress(user.email),
      leaving: who && who.user.id !== user.id ? who.user.email : null,
      expiresAt: link.expiresAt,
      attempt: newAttempt(house, guards.nameBrowser(ctx), ctx.path),
    })
  })

  router.post('/sign-in/:token', async (ctx: Ctx) => {
    tokenPage(ctx)
    const fields = await form(ctx)
    const sessionId = readAttempt(house, guards.browserName(ctx), ctx.path, fields['attempt'])
    if (sessionId === null) throw new Problem('csrf_failed')
    const session = startSession(house, deviceOf(ctx), 'page', sessionId)
    const token = paramOf(ctx, 'token')
    const address = await addressOf(token)
    const isKnown = address !== null && knownDevice(house, ctx, address) !== null
    const result = await redeemSignInToken(house, token, session, ctx.state.correlation, isKnown)
    if (result.outcome === 'refused') return dead(ctx, result.refusal)
    await enter(house, ctx, result.sessionId)
    if (address !== null) rememberDevice(house, ctx, address)
    seeOther(ctx, '/')
  })
}
