import type Router from '@koa/router'
import { maskAddress } from '../../domain/address.ts'
import type { Refusal } from '../../domain/decision.ts'
import type { RefusalCode } from '../../domain/refusals.ts'
import type { VerificationView } from '../../projections/verifications.ts'
import { startSession } from '../acts/device.ts'
import { ownerOf } from '../acts/new-password.ts'
import { verifyByLink } from '../acts/verification.ts'
import type { State } from '../context.ts'
import { Problem, problemOf, statusOf } from '../problems.ts'
import { newAttempt, readAttempt } from './attempt.ts'
import { newPasswordErrors } from './fields.ts'
import { type Ctx, deviceOf, type FieldError, type Kit, paramOf, seeOther, tokenPage } from './kit.ts'
import { leaveNotice } from './notices.ts'
import { enter } from './session.ts'

const DEAD = {
  link_not_found: 'unknown',
  user_not_found: 'unknown',
  link_already_used: 'used',
  link_expired: 'expired',
  link_replaced: 'replaced',
  email_already_registered: 'taken',
} as const satisfies Partial<Record<RefusalCode, string>>

const isDead = (code: RefusalCode): code is keyof typeof DEAD => Object.hasOwn(DEAD, code)

/**
 * The link of a verification mail. Looking at it changes nothing. In the session that registered it takes one click;
 * anywhere else whoever reads the mail chooses a new password, because somebody else may have registered with their
 * address. The link for a change of address works in its user's session only.
 */
export const verifyLinkPages = (router: Router<State>, kit: Kit): void => {
  const { house, guards, render, form, t } = kit

  const dead = (ctx: Ctx, refusal: Refusal): void => {
    const { code } = refusal
    if (!isDead(code)) throw problemOf(refusal)
    const kind = DEAD[code]
    render(
      ctx,
      'dead-link',
      {
        title: t(ctx, `verify.dead.${kind}.title`),
        text: t(ctx, `verify.dead.${kind}.text`),
        mailLinkUrl: null,
        againUrl: kind === 'expired' ? '/verify/resend' : null,
        againText: t(ctx, 'register.repeatMail'),
      },
      statusOf(code),
    )
  }

  type Found = VerificationView & { readonly email: string }
  const find = async (ctx: Ctx): Promise<Found | Refusal> => {
    const id = house.links.readVerificationToken(paramOf(ctx, 'token'))
    const found = id === null ? null : await house.reads.verifications.get(id)
    if (!found || found.email === null) return { code: 'link_not_found' }
    if (found.status === 'used') return { code: 'link_already_used' }
    if (found.status === 'replaced') return { code: 'link_replaced' }
    if (house.now() >= found.linkExpiresAt) return { code: 'link_expired' }
    return { ...found, email: found.email }
  }

  const isOwn = (ctx: Ctx, { userId }: Found) => ctx.state.principal?.user.id === userId

  const show = (ctx: Ctx, found: Found, errors: readonly FieldError[] = [], status = 200) => {
    const isElsewhere = !isOwn(ctx, found)
    render(
      ctx,
      'verify-link',
      {
        title: t(ctx, 'verify.link.title'),
        address: maskAddress(found.email),
        isElsewhere,
        attempt: isElsewhere ? newAttempt(house, guards.nameBrowser(ctx), ctx.path) : '',
        message: null,
        errors,
      },
      status,
    )
  }

  router.get('/verify/:token', async (ctx: Ctx) => {
    tokenPage(ctx)
    const found = await find(ctx)
    if ('code' in found) return dead(ctx, found)
    if (found.purpose !== 'registration' && !isOwn(ctx, found)) {
      return seeOther(ctx, `/?${new URLSearchParams({ next: ctx.path }).toString()}`)
    }
    show(ctx, found)
  })

  router.post('/verify/:token', async (ctx: Ctx) => {
    tokenPage(ctx)
    const fields = await form(ctx)
    const found = await find(ctx)
    if ('code' in found) return dead(ctx, found)
    const who = ctx.state.principal
    const { correlation } = ctx.state
    if (who && isOwn(ctx, found)) {
      const opened = { where: 'own-session', sessionId: who.session.id } as const
      const refusal = await verifyByLink(house, found.id, opened, correlation)
      if (refusal) return dead(ctx, refusal)
      await enter(house, ctx, who.session.id)
      leaveNotice(ctx, 'addressConfirmed')
      return seeOther(ctx, '/')
    }
    if (found.purpose !== 'registration') throw new Problem('forbidden')
    const labels = { password: 'register.password', repeat: 'register.repeat' } as const
    const owner = await ownerOf(house, found.userId)
    const errors = await newPasswordErrors(kit, ctx, fields, labels, owner)
    if (errors.length > 0) return show(ctx, found, errors, 422)
    const sessionId = readAttempt(house, guards.browserName(ctx), ctx.path, fields['attempt'])
    if (sessionId === null) throw new Problem('csrf_failed')
    const session = startSession(house, deviceOf(ctx), 'page', sessionId)
    const opened = { where: 'elsewhere', password: fields['password'] ?? '', session } as const
    const refusal = await verifyByLink(house, found.id, opened, correlation)
    if (refusal) return dead(ctx, refusal)
    await enter(house, ctx, session.sessionId)
    leaveNotice(ctx, 'addressConfirmed')
    seeOther(ctx, '/')
  })
}
