import type Router from '@koa/router'
import { canonicalAddress } from '../../domain/address.ts'
import { changeProfile } from '../../domain/users/change-profile.ts'
import { isTemporary } from '../../projections/users.ts'
import { askForEmail, eraseOwn } from '../acts/own-user.ts'
import { ownReferralCode, referralLink } from '../acts/referrals.ts'
import type { Principal, State } from '../context.ts'
import { problemOf } from '../problems.ts'
import { erasureLines } from './erasure-lines.ts'
import { addressErrors, nameErrors } from './fields.ts'
import { type Ctx, type FieldError, type Kit, seeOther } from './kit.ts'
import { leaveNotice } from './notices.ts'
import { saidOutside } from './said-outside.ts'

const isLocale = (value: unknown): value is 'en' | 'ru' => value === 'en' || value === 'ru'

/** A user's own pages: name, language, address; and the way out for good. */
export const profilePages = (router: Router<State>, kit: Kit): void => {
  const { house, render, form, t } = kit

  const show = async (
    ctx: Ctx,
    { user }: Principal,
    typed: { readonly name?: string; readonly email?: string } = {},
    errors: readonly FieldError[] = [],
    status = 200,
  ) => {
    const { person } = await saidOutside(kit, user.id)
    const own = await ownReferralCode(house, user.id)
    render(
      ctx,
      'profile',
      {
        person,
        referralLink: own && referralLink(house, own.code),
        title: t(ctx, 'profile.title'),
        name: typed.name ?? user.name ?? '',
        email: typed.email ?? '',
        userLocale: user.locale,
        userLogin: user.email,
        hasReceipt: user.inviteId !== null,
        hasPassword: user.credentialKind === 'chosen',
        errors,
      },
      status,
    )
  }

  router.get('/profile', async (ctx: Ctx) => {
    const who = ctx.state.principal
    if (!who) return seeOther(ctx, '/?next=/profile')
    await show(ctx, who)
  })

  router.post('/profile', async (ctx: Ctx) => {
    const fields = await form(ctx)
    const who = ctx.state.principal
    if (!who) return seeOther(ctx, '/?next=/profile')
    const name = (fields['name'] ?? '').trim()
    const errors =
      name === '' && who.user.name !== null
        ? [{ field: 'name', label: t(ctx, 'profile.name'), message: t(ctx, 'users.name.empty') }]
        : nameErrors(kit, ctx, name, 'profile.name')
    if (errors.length > 0) return show(ctx, who, { name }, errors, 422)
    const outcome = await house.execute(
      changeProfile,
      {
        userId: who.user.id,
        name: name === '' ? null : name,
        locale: isLocale(fields['locale']) ? fields['locale'] : null,
      },
      { actor: `user:${who.user.id}`, correlation: ctx.state.correlation },
    )
    if (outcome.outcome === 'refused') throw problemOf(outcome.refusal)
    leaveNotice(ctx, 'profileChanged')
    seeOther(ctx, '/profile')
  })

  router.post('/profile/email', async (ctx: Ctx) => {
    const fields = await form(ctx)
    const who = ctx.state.principal
    if (!who) return seeOther(ctx, '/?next=/profile')
    const typed = (fields['email'] ?? '').trim()
    const refused = (field: string, message: string) =>
      show(ctx, who, { email: typed }, [{ field, message }], 422)
    const errors = addressErrors(kit, ctx, typed, 'profile.email.new')
    const email = canonicalAddress(typed)
    if (errors.length > 0 || email === null) return show(ctx, who, { email: typed }, errors, 422)
    const wish = { email, password: fields['current'] ?? null }
    const refusal = await askForEmail(house, who.user.id, wish, ctx.state.correlation)
    if (!refusal) return seeOther(ctx, '/verify')
    switch (refusal.code) {
      case 'credentials_wrong':
        return refused('current', t(ctx, 'password.wrong'))
      case 'email_already_verified':
        return refused('email', t(ctx, 'profile.email.same'))
      case 'email_already_registered':
        return refused('email', t(ctx, 'profile.email.taken'))
      default:
        throw problemOf(refusal)
    }
  })

  const askErase = async (ctx: Ctx, { user }: Principal, errors: readonly FieldError[] = [], status = 200) =>
    render(
      ctx,
      'profile-erase',
      {
        title: t(ctx, 'erase.title'),
        preview: await erasureLines(kit, ctx, user),
        userLogin: user.email,
        hasPassword: user.credentialKind !== 'none',
        back: isTemporary(user) ? '/' : '/profile',
        message: null,
        errors,
      },
      status,
    )

  router.get('/profile/erase', async (ctx: Ctx) => {
    const who = ctx.state.principal
    if (!who) return seeOther(ctx, '/?next=/profile')
    await askErase(ctx, who)
  })

  router.post('/profile/erase', async (ctx: Ctx) => {
    const fields = await form(ctx)
    const who = ctx.state.principal
    if (!who) return seeOther(ctx, '/')
    const password = fields['current'] ?? null
    const refusal = await eraseOwn(house, who.user.id, password, ctx.state.correlation)
    if (refusal?.code === 'credentials_wrong') {
      return askErase(ctx, who, [{ field: 'current', message: t(ctx, 'password.wrong') }], 422)
    }
    if (refusal) throw problemOf(refusal)
    ctx.session = null
    ctx.state.principal = null
    ctx.set('Clear-Site-Data', '"cache"')
    leaveNotice(ctx, 'forgotten')
    seeOther(ctx, '/')
  })
}
