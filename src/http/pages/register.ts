import type Router from '@koa/router'
import { canonicalAddress } from '../../domain/address.ts'
import { readCode } from '../../domain/referrals/code.ts'
import { startSession } from '../acts/device.ts'
import { register } from '../acts/register.ts'
import type { State } from '../context.ts'
import { Problem, statusOf, wordingOf } from '../problems.ts'
import { clientOf, mustHaveRoom } from '../throttle.ts'
import { idFrom, readAttempt } from './attempt.ts'
import {
  addressErrors,
  nameErrors,
  newPasswordErrors,
  referralCodeErrors,
  typedPasswordErrors,
} from './fields.ts'
import { type Ctx, deviceOf, type Kit, seeOther } from './kit.ts'
import { registerForm } from './register-form.ts'
import { enter } from './session.ts'

/** Registering by oneself. It signs in at once, to a session that can do little until the address is confirmed. */
export const registerPages = (router: Router<State>, kit: Kit): void => {
  const { house, guards, form, t } = kit
  const labels = { password: 'register.password', repeat: 'register.repeat' } as const

  const show = registerForm(kit)

  const refuseIfClosed = () => {
    if (house.inForce.known().registration === 'invite') throw new Problem('registration_closed')
  }

  router.get('/register', async (ctx: Ctx) => {
    refuseIfClosed()
    if (ctx.state.principal) return seeOther(ctx, '/')
    await show(ctx, {})
  })

  router.post('/register', async (ctx: Ctx) => {
    refuseIfClosed()
    const fields = await form(ctx)
    const name = (fields['name'] ?? '').trim()
    const typed = (fields['email'] ?? '').trim()
    const typedCode = (fields['referralCode'] ?? '').trim()
    const isCodeRequired = house.inForce.known().registration === 'referral'
    const errors = [
      ...nameErrors(kit, ctx, name, 'register.name'),
      ...addressErrors(kit, ctx, typed, 'register.email'),
      ...typedPasswordErrors(kit, ctx, fields, labels),
      ...referralCodeErrors(kit, ctx, typedCode, isCodeRequired),
    ]
    const email = canonicalAddress(typed)
    if (errors.length > 0 || email === null) return show(ctx, fields, { errors }, 422)
    const sessionId = readAttempt(house, guards.browserName(ctx), '/register', fields['attempt'])
    if (sessionId === null) throw new Problem('csrf_failed')
    const session = startSession(house, deviceOf(ctx), 'page', sessionId)
    await mustHaveRoom(house, 'register-client', clientOf(session.ip))
    const guessed = await newPasswordErrors(kit, ctx, fields, labels, { email, name })
    if (guessed.length > 0) return show(ctx, fields, { errors: guessed }, 422)
    await mustHaveRoom(house, 'mail-address', email)
    const refusal = await register(
      house,
      {
        userId: idFrom(house, sessionId, 'user'),
        email,
        password: fields['password'] ?? '',
        name: name === '' ? null : name,
        locale: ctx.state.locale,
        referralCode: readCode(typedCode),
      },
      session,
      ctx.state.correlation,
    )
    if (refusal) {
      const message = wordingOf(refusal.code, ctx.state.locale)
      if (refusal.code.startsWith('referral_code_')) {
        const label = t(ctx, 'register.referralCode')
        return show(
          ctx,
          fields,
          { errors: [{ field: 'referralCode', label, message }] },
          statusOf(refusal.code),
        )
      }
      return show(ctx, fields, { message }, statusOf(refusal.code))
    }
    await enter(house, ctx, session.sessionId)
    seeOther(ctx, '/verify')
  })
}
