import type Router from '@koa/router'
import { canonicalAddress, maskAddress } from '../../domain/address.ts'
import { inNeutralTime } from '../acts/neutral-time.ts'
import { mustHaveRoomForMail, resendTo, resendVerification, verifyByCode } from '../acts/verification.ts'
import type { Principal, State } from '../context.ts'
import { problemOf, statusOf, wordingOf } from '../problems.ts'
import { clientOf, mustHaveRoom } from '../throttle.ts'
import { addressErrors } from './fields.ts'
import { type Ctx, type FieldError, type Kit, seeOther } from './kit.ts'
import { leaveNotice } from './notices.ts'
import { enter } from './session.ts'

const MINUTE_MS = 60_000

/** Confirming an address with the code: after registering, or after asking for another address. */
export const verifyPages = (router: Router<State>, kit: Kit): void => {
  const { house, render, form, t } = kit
  const { codeTtlMs, linkTtlMs } = house.settings
  const minutes = (ms: number) => Math.max(1, Math.round(ms / MINUTE_MS))

  const waiting = async ({ user }: Principal): Promise<{ address: string } | null> => {
    const open = await house.reads.verifications.openOf(user.id)
    return open?.email ? { address: open.email } : null
  }

  const show = (
    ctx: Ctx,
    who: Principal,
    address: string,
    { errors = [], message = null }: { errors?: readonly FieldError[]; message?: string | null } = {},
    status = 200,
  ) =>
    render(
      ctx,
      'verify',
      {
        title: t(ctx, 'verify.title'),
        address,
        lifetime: t(ctx, 'verify.lifetime', {
          minutes: minutes(codeTtlMs),
          linkMinutes: minutes(linkTtlMs),
        }),
        isChange: who.user.emailVerifiedAt !== null,
        errors,
        message,
      },
      status,
    )

  router.get('/verify', async (ctx: Ctx) => {
    const who = ctx.state.principal
    if (!who) return seeOther(ctx, '/?next=/verify')
    const open = await waiting(who)
    if (!open) return seeOther(ctx, '/')
    show(ctx, who, open.address)
  })

  router.post('/verify', async (ctx: Ctx) => {
    const fields = await form(ctx)
    const who = ctx.state.principal
    if (!who) return seeOther(ctx, '/?next=/verify')
    const open = await waiting(who)
    if (!open) return seeOther(ctx, '/')
    const code = (fields['code'] ?? '').replaceAll(/\s/g, '')
    if (!/^\d{6}$/.test(code)) {
      const key = code === '' ? 'field.required' : 'verify.code.malformed'
      const errors = [{ field: 'code', label: t(ctx, 'verify.code'), message: t(ctx, key) }]
      return show(ctx, who, open.address, { errors }, 422)
    }
    await mustHaveRoom(house, 'code-client', clientOf(ctx.ip))
    const asked = { userId: who.user.id, keepSessionId: who.session.id }
    const refusal = await verifyByCode(house, asked, code, ctx.state.correlation)
    if (refusal) {
      const left = refusal.details?.['triesLeft']
      const message = [
        wordingOf(refusal.code, ctx.state.locale),
        ...(left === undefined ? [] : [t(ctx, 'verify.triesLeft', { count: left })]),
      ].join(' ')
      return show(ctx, who, open.address, { message }, statusOf(refusal.code))
    }
    await enter(house, ctx, who.session.id)
    leaveNotice(ctx, 'addressConfirmed')
    seeOther(ctx, '/')
  })

  const ask = (ctx: Ctx, email: string, errors: readonly FieldError[], status = 200) =>
    render(
      ctx,
      'ask-address',
      {
        title: t(ctx, 'resend.title'),
        lead: t(ctx, 'resend.lead'),
        submit: t(ctx, 'resend.submit'),
        email,
        errors,
        message: null,
      },
      status,
    )

  router.get('/verify/resend', (ctx: Ctx) => {
    if (ctx.state.principal) return seeOther(ctx, '/verify')
    ask(ctx, '', [])
  })

  router.post('/verify/resend', async (ctx: Ctx) => {
    const fields = await form(ctx)
    const who = ctx.state.principal
    if (who) {
      const userId = who.user.id
      await mustHaveRoomForMail(house, userId, ctx.ip)
      const refusal = await resendVerification(house, userId, `user:${userId}`, ctx.state.correlation)
      if (refusal && refusal.code !== 'email_already_verified') throw problemOf(refusal)
      if (!refusal) leaveNotice(ctx, 'verificationSent')
      return seeOther(ctx, '/verify')
    }
    const typed = (fields['email'] ?? '').trim()
    const errors = addressErrors(kit, ctx, typed, 'register.email')
    const email = canonicalAddress(typed)
    if (errors.length > 0 || email === null) return ask(ctx, typed, errors, 422)
    await mustHaveRoom(house, 'mail-client', clientOf(ctx.ip))
    const { correlation } = ctx.state
    await inNeutralTime(house, () =>
      house.afterwards('a new verification mail', () => resendTo(house, email, correlation)),
    )
    render(ctx, 'mail-asked', {
      title: t(ctx, 'resend.done.title'),
      lead: t(ctx, 'resend.done.text'),
      hint: t(ctx, 'resend.done.hint', { minutes: minutes(linkTtlMs) }),
      address: maskAddress(email),
    })
  })
}
