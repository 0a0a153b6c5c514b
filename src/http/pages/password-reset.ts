import type Router from '@koa/router'
import { canonicalAddress, maskAddress } from '../../domain/address.ts'
import type { Refusal } from '../../domain/decision.ts'
import type { RefusalCode } from '../../domain/refusals.ts'
import { inNeutralTime } from '../acts/neutral-time.ts'
import { ownerOf } from '../acts/new-password.ts'
import { requestReset, resetLinkRefusal, resetWith } from '../acts/reset-password.ts'
import type { State } from '../context.ts'
import { problemOf, statusOf } from '../problems.ts'
import { clientOf, mustHaveRoom } from '../throttle.ts'
import { addressErrors, newPasswordErrors } from './fields.ts'
import { type Ctx, type FieldError, type Kit, paramOf, seeOther, tokenPage } from './kit.ts'
import { leaveNotice } from './notices.ts'

const DEAD = {
  link_not_found: 'unknown',
  user_not_found: 'unknown',
  link_already_used: 'used',
  link_expired: 'expired',
  link_replaced: 'replaced',
} as const satisfies Partial<Record<RefusalCode, string>>

const isDead = (code: RefusalCode): code is keyof typeof DEAD => Object.hasOwn(DEAD, code)
const MINUTE_MS = 60_000

/** A new password for who has forgotten the old one, by a link to their own address. */
export const passwordResetPages = (router: Router<State>, kit: Kit): void => {
  const { house, render, form, t } = kit

  const ask = (ctx: Ctx, email: string, errors: readonly FieldError[], status = 200) =>
    render(
      ctx,
      'ask-address',
      {
        title: t(ctx, 'forgot.title'),
        lead: t(ctx, 'forgot.lead'),
        submit: t(ctx, 'forgot.submit'),
        email,
        errors,
        message: null,
      },
      status,
    )

  router.get('/password/forgot', (ctx: Ctx) => ask(ctx, ctx.state.principal?.user.email ?? '', []))

  router.post('/password/forgot', async (ctx: Ctx) => {
    const fields = await form(ctx)
    const typed = (fields['email'] ?? '').trim()
    const errors = addressErrors(kit, ctx, typed, 'register.email')
    const email = canonicalAddress(typed)
    if (errors.length > 0 || email === null) return ask(ctx, typed, errors, 422)
    await mustHaveRoom(house, 'mail-client', clientOf(ctx.ip))
    const { correlation } = ctx.state
    await inNeutralTime(house, () =>
      house.afterwards('a password reset', () => requestReset(house, email, correlation)),
    )
    render(ctx, 'mail-asked', {
      title: t(ctx, 'resend.done.title'),
      lead: t(ctx, 'forgot.done.text'),
      hint: t(ctx, 'forgot.done.hint', {
        minutes: Math.max(1, Math.round(house.settings.linkTtlMs / MINUTE_MS)),
      }),
      address: maskAddress(email),
    })
  })

  const dead = (ctx: Ctx, refusal: Refusal): void => {
    const { code } = refusal
    if (!isDead(code)) throw problemOf(refusal)
    const kind = DEAD[code]
    render(
      ctx,
      'dead-link',
      {
        title: t(ctx, kind === 'used' ? 'link.dead.used.title' : `verify.dead.${kind}.title`),
        text: t(ctx, kind === 'used' ? 'reset.dead.used.text' : `verify.dead.${kind}.text`),
        mailLinkUrl: null,
        againUrl: '/password/forgot',
        againText: t(ctx, 'reset.dead.again'),
      },
      statusOf(code),
    )
  }

  const show = async (ctx: Ctx, userId: string, errors: readonly FieldError[], status = 200) => {
    const user = await house.reads.users.get(userId)
    if (!user) return dead(ctx, { code: 'link_not_found' })
    const address = maskAddress(user.email ?? '')
    render(ctx, 'password-reset', { title: t(ctx, 'reset.title'), address, errors }, status)
  }

  router.get('/password/reset/:token', async (ctx: Ctx) => {
    tokenPage(ctx)
    const found = await resetLinkRefusal(house, house.links.readPasswordResetToken(paramOf(ctx, 'token')))
    if ('refusal' in found) return dead(ctx, found.refusal)
    await show(ctx, found.userId, [])
  })

  router.post('/password/reset/:token', async (ctx: Ctx) => {
    tokenPage(ctx)
    const fields = await form(ctx)
    const resetId = house.links.readPasswordResetToken(paramOf(ctx, 'token'))
    const found = await resetLinkRefusal(house, resetId)
    if ('refusal' in found || resetId === null) {
      return dead(ctx, 'refusal' in found ? found.refusal : { code: 'link_not_found' })
    }
    const labels = { password: 'password.new', repeat: 'password.repeat' } as const
    const owner = await ownerOf(house, found.userId)
    const errors = await newPasswordErrors(kit, ctx, fields, labels, owner)
    if (errors.length > 0) return show(ctx, found.userId, errors, 422)
    const refusal = await resetWith(house, resetId, fields['password'] ?? '', ctx.state.correlation)
    if (refusal) return dead(ctx, refusal)
    // Every session has ended, this browser's own too.
    ctx.session = null
    ctx.state.principal = null
    leaveNotice(ctx, 'passwordReset')
    seeOther(ctx, '/')
  })
}
