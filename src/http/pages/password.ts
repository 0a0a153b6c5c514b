import type Router from '@koa/router'
import { isTemporary } from '../../projections/users.ts'
import { setPassword } from '../acts/change-password.ts'
import { complete } from '../acts/register.ts'
import type { Principal, State } from '../context.ts'
import { problemOf } from '../problems.ts'
import { newPasswordErrors } from './fields.ts'
import { type Ctx, type FieldError, type Fields, type Kit, seeOther } from './kit.ts'
import { leaveNotice } from './notices.ts'
import { enter } from './session.ts'

/** Choosing the first password of one's own, or changing it. */
export const passwordPages = (router: Router<State>, kit: Kit): void => {
  const { house, render, form, t } = kit

  const show = (ctx: Ctx, { user, session }: Principal, errors: readonly FieldError[], status = 200) => {
    const mustProve = user.credentialKind === 'chosen'
    render(
      ctx,
      'password',
      {
        title: t(ctx, mustProve ? 'password.changeTitle' : 'password.title'),
        mustProve,
        restricted: session.restricted,
        userLogin: user.email,
        errors,
      },
      status,
    )
  }

  const labels = { password: 'password.new', repeat: 'password.repeat' } as const
  const fieldErrors = async (ctx: Ctx, { user }: Principal, fields: Fields): Promise<FieldError[]> => {
    const isMissing = user.credentialKind === 'chosen' && !fields['current']
    const current = {
      field: 'current',
      label: t(ctx, 'password.current'),
      message: t(ctx, 'field.required'),
    }
    return [...(isMissing ? [current] : []), ...(await newPasswordErrors(kit, ctx, fields, labels, user))]
  }

  // Where password managers look for this page (W3C, "A Well-Known URL for Changing Passwords").
  router.get('/.well-known/change-password', (ctx: Ctx) => seeOther(ctx, '/password/change'))

  router.get('/password/change', (ctx: Ctx) => {
    const who = ctx.state.principal
    if (!who) return seeOther(ctx, '/?next=/password/change')
    show(ctx, who, [])
  })

  router.post('/password/change', async (ctx: Ctx) => {
    const fields = await form(ctx)
    const who = ctx.state.principal
    if (!who) return seeOther(ctx, '/?next=/password/change')
    const errors = await fieldErrors(ctx, who, fields)
    if (errors.length > 0) return show(ctx, who, errors, 422)
    const userId = who.user.id
    const { correlation } = ctx.state
    const next = fields['password'] ?? ''
    const refusal = isTemporary(who.user)
      ? await complete(house, { userId, password: next, name: null }, correlation)
      : await setPassword(
          house,
          { userId, sessionId: who.session.id },
          { current: fields['current'] ?? null, next },
          correlation,
        )
    if (refusal?.code === 'credentials_wrong') {
      return show(ctx, who, [{ field: 'current', message: t(ctx, 'password.wrong') }], 422)
    }
    if (refusal) throw problemOf(refusal)
    await enter(house, ctx, who.session.id)
    leaveNotice(ctx, 'passwordChanged')
    seeOther(ctx, '/')
  })
}
