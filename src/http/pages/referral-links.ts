import type Router from '@koa/router'
import { hasExpired } from '../../domain/invites/invite.ts'
import { readCode, shownCode } from '../../domain/referrals/code.ts'
import { findReferralCode } from '../acts/referrals.ts'
import type { State } from '../context.ts'
import { Problem, statusOf } from '../problems.ts'
import { type Ctx, type Kit, paramOf, seeOther } from './kit.ts'
import { referrerName, registerForm } from './register-form.ts'
import { moment } from './words.ts'

/** Where a shared link leads: to the form to register with, its code filled in. Looking at it changes nothing. */
export const referralLinkPages = (router: Router<State>, kit: Kit): void => {
  const { house, render, t } = kit
  const showForm = registerForm(kit)

  const dead = (ctx: Ctx, kind: 'unknown' | 'stale', expiresAt = ''): void => {
    const again = house.inForce.known().registration === 'open' && ctx.state.principal === null
    render(
      ctx,
      'dead-link',
      {
        title: t(ctx, `referral.dead.${kind}.title`),
        text: t(ctx, `referral.dead.${kind}.text`, {
          date: expiresAt === '' ? '' : moment(ctx.state, expiresAt),
        }),
        mailLinkUrl: null,
        againUrl: again ? '/register' : null,
        againText: again ? t(ctx, 'referral.dead.without') : null,
      },
      statusOf(kind === 'unknown' ? 'referral_code_unknown' : 'referral_code_expired'),
    )
  }

  router.get('/r/:code', async (ctx: Ctx) => {
    const code = readCode(paramOf(ctx, 'code'))
    const found = code === null ? null : await findReferralCode(house, code)
    if (code === null || !found) return dead(ctx, 'unknown')
    if (hasExpired(found.expiresAt, house.now())) return dead(ctx, 'stale', found.expiresAt)
    const who = ctx.state.principal
    if (!who) {
      if (house.inForce.known().registration === 'invite') throw new Problem('registration_closed')
      return showForm(ctx, { referralCode: code })
    }
    if (who.user.id === found.referrerId) return seeOther(ctx, '/profile/referrals')
    const referrer = await house.reads.referrals.referrerOf(who.user.id)
    render(ctx, 'referral-signed-in', {
      title: t(ctx, 'referral.signedIn.title'),
      userLogin: who.user.email,
      referrer: await referrerName(kit, ctx, found.referrerId),
      code: shownCode(code),
      hasReferrer: referrer !== null,
    })
  })
}
