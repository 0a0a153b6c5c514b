import type Router from '@koa/router'
import { setPassword } from '../acts/change-password.ts'
import type { State } from '../context.ts'
import { passwordProblem } from '../password-rules.ts'
import { problemOf } from '../problems.ts'
import { type Ctx, type FieldError, type Kit, leaveNotice, seeOther } from './kit.ts'

/** Choosing the first password of one's own, or changing it. */
export const passwordPages = (router: Router<State>, kit: Kit): void => {
  const { house, render, form, t } = kit

  const show = (
    ctx: Ctx,
    who: NonNullable<State['principal']>,
    errors: readonly FieldError[],
    status = 200,
  ) => {
    const mustProve = who.user.credentialKind === 'chosen'
    render(
      ctx,
      'password',
      {
        title: t(ctx, mustProve ? 'password.changeTitle' : 'password.title'),
        mustProve,
        restricted: who.session.restricted,
        login: who.user.email,
        errors,
      },
      status,
    )
  }

  router.get('/password/change', (ctx: Ctx) => {
    const who = ctx.state.principal
    if (!who) return seeOther(ctx, '/?next=/password/change')
    show(ctx, who, [])
  })

  router.post('/password/change', async (ctx: Ctx) => {
    const fields = await form(ctx)
    const who = ctx.state.principal
    if (!who) return seeOther(ctx, '/')
    const next = fields['password'] ?? ''
    const errors: FieldError[] = []
    const problem = passwordProblem(next)
    if (problem !== null) errors.push({ field: 'password', message: t(ctx, `password.${problem}`) })
    else if (next !== fields['repeat']) errors.push({ field: 'repeat', message: t(ctx, 'password.mismatch') })
    if (who.user.credentialKind === 'chosen' && (fields['current'] ?? '') === '') {
      errors.unshift({ field: 'current', message: t(ctx, 'field.required') })
    }
    if (errors.length > 0) return show(ctx, who, errors, 422)
    const refusal = await setPassword(
      house,
      { userId: who.user.id, sessionId: who.session.id },
      { current: fields['current'] ?? null, next },
      ctx.state.correlation,
    )
    if (refusal?.code === 'credentials_wrong') {
      return show(ctx, who, [{ field: 'current', message: t(ctx, 'password.wrong') }], 422)
    }
    if (refusal) throw problemOf(refusal)
    leaveNotice(ctx, 'passwordChanged')
    seeOther(ctx, '/')
  })
}
