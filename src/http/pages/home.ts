import type Router from '@koa/router'
import { canonicalAddress } from '../../domain/address.ts'
import { logout } from '../../domain/sessions/logout.ts'
import { startSession } from '../acts/device.ts'
import { signIn } from '../acts/sign-in.ts'
import type { State } from '../context.ts'
import { statusOf, wordingOf } from '../problems.ts'
import { type Ctx, deviceOf, type FieldError, type Kit, localPath, seeOther } from './kit.ts'
import { enter } from './session.ts'

const MAX_LOGIN = 254
const MAX_PASSWORD = 128

/** The main page: for strangers the sign-in form, for users who they are; and the way out. */
export const homePages = (router: Router<State>, kit: Kit): void => {
  const { house, render, form, t } = kit

  const signInForm = (
    ctx: Ctx,
    login: string,
    errors: readonly FieldError[],
    message: string | null,
    status = 200,
  ) =>
    render(
      ctx,
      'sign-in',
      {
        title: t(ctx, 'home.title'),
        login,
        errors,
        message,
        next: localPath(ctx.query['next'], house.settings.publicUrl),
      },
      status,
    )

  router.get('/', (ctx: Ctx) => {
    const who = ctx.state.principal
    if (!who) return signInForm(ctx, '', [], null)
    if (who.session.restricted) return seeOther(ctx, '/password/change')
    const { user } = who
    render(ctx, 'home', {
      title: t(ctx, 'me.title', { name: user.name ?? user.email }),
      user,
      roles: ['member', ...user.roles],
      hasPassword: user.credentialKind === 'chosen',
    })
  })

  router.post('/', async (ctx: Ctx) => {
    const fields = await form(ctx)
    const login = (fields['login'] ?? '').trim()
    const password = fields['password'] ?? ''
    const errors: FieldError[] = []
    if (login === '') errors.push({ field: 'login', message: t(ctx, 'field.required') })
    else if (login.length > MAX_LOGIN) errors.push({ field: 'login', message: t(ctx, 'field.tooLong') })
    else if (canonicalAddress(login) === null) errors.push({ field: 'login', message: t(ctx, 'field.email') })
    if (password === '') errors.push({ field: 'password', message: t(ctx, 'field.required') })
    else if (password.length > MAX_PASSWORD)
      errors.push({ field: 'password', message: t(ctx, 'field.tooLong') })
    if (errors.length > 0) return signInForm(ctx, login, errors, null, 422)

    const session = startSession(house, deviceOf(ctx), 'page')
    const result = await signIn(house, { email: login, password }, session, ctx.state.correlation)
    if (result.outcome === 'refused') {
      const { code } = result.refusal
      return signInForm(ctx, login, [], wordingOf(code, ctx.state.locale), statusOf(code))
    }
    await enter(house, ctx, result.sessionId)
    seeOther(ctx, localPath(fields['next'], house.settings.publicUrl))
  })

  router.post('/logout', async (ctx: Ctx) => {
    const fields = await form(ctx)
    const who = ctx.state.principal
    if (who) {
      await house.execute(
        logout,
        { sessionId: who.session.id },
        { actor: `user:${who.user.id}`, correlation: ctx.state.correlation },
      )
    }
    ctx.session = null
    ctx.set('Clear-Site-Data', '"cache"')
    seeOther(ctx, localPath(fields['next'], house.settings.publicUrl))
  })
}
