import type Router from '@koa/router'
import { canonicalAddress } from '../../domain/address.ts'
import { logout } from '../../domain/sessions/logout.ts'
import { lengthProblem } from '../../domain/users/password.ts'
import { startSession } from '../acts/device.ts'
import { signIn } from '../acts/sign-in.ts'
import type { State } from '../context.ts'
import { Problem, statusOf, wordingOf } from '../problems.ts'
import { knownDevice, rememberDevice } from './device.ts'
import { type Ctx, deviceOf, type FieldError, type Fields, type Kit, localPath, seeOther } from './kit.ts'
import { leaveNotice } from './notices.ts'
import { enter } from './session.ts'

const MAX_LOGIN = 254

const tooOften = (error: unknown): Problem => {
  if (error instanceof Problem && error.code === 'too_many_requests') return error
  throw error
}
const minutesOf = ({ members }: Problem) => Math.max(1, Math.ceil(Number(members['retryAfter']) / 60))

/** The main page: for strangers the sign-in form, for users who they are; and the way out. */
export const homePages = (router: Router<State>, kit: Kit): void => {
  const { house, render, form, t } = kit
  const nextOf = (wanted: unknown) => localPath(wanted, house.settings.publicUrl)

  const signInForm = (
    ctx: Ctx,
    typed: { readonly login: string; readonly next: string },
    { errors = [], message = null }: { errors?: readonly FieldError[]; message?: string | null } = {},
    status = 200,
  ) =>
    render(
      ctx,
      'sign-in',
      {
        title: t(ctx, 'home.title'),
        ...typed,
        isOpen: house.inForce.known().registration !== 'invite',
        errors,
        message,
      },
      status,
    )

  const fieldErrors = (ctx: Ctx, { login = '', password = '' }: Fields): FieldError[] => {
    const address = login.trim()
    const of = (
      field: 'login' | 'password',
      key: 'field.required' | 'field.tooLong' | 'field.email',
    ): FieldError => ({ field, label: t(ctx, `home.${field}`), message: t(ctx, key) })
    return [
      ...(address === ''
        ? [of('login', 'field.required')]
        : address.length > MAX_LOGIN
          ? [of('login', 'field.tooLong')]
          : canonicalAddress(address) === null
            ? [of('login', 'field.email')]
            : []),
      ...(password === ''
        ? [of('password', 'field.required')]
        : lengthProblem(password) === 'long'
          ? [of('password', 'field.tooLong')]
          : []),
    ]
  }

  router.get('/', (ctx: Ctx) => {
    const who = ctx.state.principal
    if (!who) return signInForm(ctx, { login: '', next: nextOf(ctx.query['next']) })
    if (who.session.restricted) return seeOther(ctx, '/password/change')
    const { user } = who
    render(ctx, 'home', {
      title: user.name ? t(ctx, 'me.title', { name: user.name }) : t(ctx, 'me.titleNameless'),
      user,
      roles: ['member', ...user.roles],
      hasPassword: user.credentialKind === 'chosen',
      passwordHint: t(ctx, user.credentialKind === 'first' ? 'me.firstPassword' : 'me.noPassword'),
    })
  })

  router.post('/', async (ctx: Ctx) => {
    const fields = await form(ctx)
    const typed = { login: (fields['login'] ?? '').trim(), next: nextOf(fields['next']) }
    const errors = fieldErrors(ctx, fields)
    if (errors.length > 0) return signInForm(ctx, typed, { errors }, 422)

    const session = startSession(house, deviceOf(ctx), 'page')
    const credentials = {
      email: typed.login,
      password: fields['password'] ?? '',
      knownDevice: knownDevice(house, ctx, typed.login),
    }
    const result = await signIn(house, credentials, session, ctx.state.correlation).catch(tooOften)
    if (result instanceof Problem) {
      ctx.set(result.headers)
      const message = t(ctx, 'home.tooOften', { minutes: minutesOf(result) })
      return signInForm(ctx, typed, { message }, result.status)
    }
    if (result.outcome === 'refused') {
      const { code } = result.refusal
      return signInForm(ctx, typed, { message: wordingOf(code, ctx.state.locale) }, statusOf(code))
    }
    await enter(house, ctx, result.sessionId)
    rememberDevice(house, ctx, typed.login)
    seeOther(ctx, typed.next)
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
    ctx.state.principal = null
    ctx.set('Clear-Site-Data', '"cache"')
    leaveNotice(ctx, 'signedOut')
    seeOther(ctx, nextOf(fields['next']))
  })
}
