import type Router from '@koa/router'
import { z } from 'zod'
import { canonicalAddress, maskAddress } from '../../domain/address.ts'
import { ulidSchema } from '../../domain/event.ts'
import { hasExpired } from '../../domain/invites/invite.ts'
import { readCode, shownCode } from '../../domain/referrals/code.ts'
import { MAX_DESCRIPTION, MAX_REFERRAL_CODE_DAYS } from '../../domain/referrals/create-referral-code.ts'
import type { ReferralView } from '../../projections/referrals.ts'
import {
  createOwnReferralCode,
  deleteOwnReferralCode,
  findReferralCode,
  mailOwnReferralCode,
  ownReferralCode,
  redeemOwnReferral,
  referralLink,
} from '../acts/referrals.ts'
import type { Principal, State } from '../context.ts'
import { problemOf, type Refused, statusOf, wordingOf } from '../problems.ts'
import { addressErrors, referralCodeErrors } from './fields.ts'
import { type Ctx, type FieldError, type Fields, type Kit, queryOf, seeOther, withQuery } from './kit.ts'
import { leaveNotice, type Notice } from './notices.ts'
import { qrOf } from './qr.ts'
import { referrerName } from './register-form.ts'

const PATH = '/profile/referrals'
const PAGE = 20
const DAY_MS = 86_400_000
const DEFAULT_DAYS = 30

/** The last instant of a day that was chosen in a calendar. */
const endOfDay = (day: string): string => `${day}T23:59:59.999Z`

type Again = {
  readonly typed?: Fields
  readonly errors?: readonly FieldError[]
  readonly message?: string | null
}

/** A user's referral code, as a link to share, and who came by it. */
export const ownReferralPages = (router: Router<State>, kit: Kit): void => {
  const { house, render, form, t } = kit

  const dayAfter = (days: number): string =>
    new Date(Date.parse(house.now()) + days * DAY_MS).toISOString().slice(0, 10)

  const codeOf = async (userId: string) => {
    const own = await ownReferralCode(house, userId)
    if (!own) return null
    const link = referralLink(house, own.code)
    return { ...own, shown: shownCode(own.code), link, qr: qrOf(link) }
  }

  const mayBring = async (code: string, userId: string): Promise<boolean> => {
    const found = await findReferralCode(house, code)
    return found !== null && found.referrerId !== userId && !hasExpired(found.expiresAt, house.now())
  }

  const lineOf = (ctx: Ctx, { name, email, way, at, goneAt, emailVerifiedAt }: ReferralView) => ({
    who: name ?? (email === null ? t(ctx, 'referrals.forgotten') : maskAddress(email)),
    state: goneAt !== null ? 'gone' : emailVerifiedAt === null ? 'waiting' : 'here',
    way,
    at,
  })

  const show = async (
    ctx: Ctx,
    { user }: Principal,
    { typed = {}, errors = [], message = null }: Again = {},
    status = 200,
  ): Promise<void> => {
    const after = ulidSchema.safeParse(queryOf(ctx, 'after')).data
    const found = await house.reads.referrals.of(user.id, { limit: PAGE + 1, after })
    const came = found.slice(0, PAGE)
    const referrer = await house.reads.referrals.referrerOf(user.id)
    render(
      ctx,
      'profile-referrals',
      {
        title: t(ctx, 'referrals.title'),
        script: kit.assets['referrals.js'],
        mine: await codeOf(user.id),
        description: typed['description'] ?? '',
        maxDescription: MAX_DESCRIPTION,
        expiresOn: typed['expiresOn'] ?? dayAfter(DEFAULT_DAYS),
        earliest: dayAfter(0),
        latest: dayAfter(MAX_REFERRAL_CODE_DAYS - 1),
        email: typed['email'] ?? '',
        referralCode: typed['referralCode'] ?? '',
        referrer: referrer && (await referrerName(kit, ctx, referrer.referrerId)),
        counts: await house.reads.referrals.counts(user.id),
        came: came.map((one) => lineOf(ctx, one)),
        olderUrl: found.length > PAGE ? withQuery(PATH, { after: came.at(-1)?.userId }) : null,
        newestUrl: after ? PATH : null,
        errors,
        message,
      },
      status,
    )
  }

  const refused = (ctx: Ctx, who: Principal, { code }: Refused): Promise<void> =>
    show(ctx, who, { message: wordingOf(code, ctx.state.locale) }, statusOf(code))

  router.get(PATH, async (ctx: Ctx) => {
    const who = ctx.state.principal
    if (!who) return seeOther(ctx, `/?next=${PATH}`)
    await show(ctx, who)
  })

  type Wrong = { readonly errors: readonly FieldError[]; readonly status: number }
  type Ask = { readonly ask: string }
  type Act = (ctx: Ctx, who: Principal, fields: Fields) => Promise<Wrong | Refused | Ask | null>

  const change = (verb: string, notice: Notice, act: Act): void => {
    router.post(PATH + verb, async (ctx: Ctx) => {
      const typed = await form(ctx)
      const who = ctx.state.principal
      if (!who) return seeOther(ctx, `/?next=${PATH}`)
      const result = await act(ctx, who, typed)
      if (result && 'ask' in result) return seeOther(ctx, result.ask)
      if (result && 'errors' in result) return show(ctx, who, { typed, errors: result.errors }, result.status)
      if (result) return refused(ctx, who, result)
      leaveNotice(ctx, notice)
      seeOther(ctx, PATH)
    })
  }
  const wrong = (errors: readonly FieldError[], status = 422): Wrong => ({ errors, status })

  change('', 'referralCodeCreated', async (ctx, { user }, fields) => {
    const description = (fields['description'] ?? '').trim()
    const day = z.iso.date().safeParse(fields['expiresOn']).data
    const expiry = (key: 'field.invalid' | 'referrals.expiry.wrong'): FieldError => ({
      field: 'expiresOn',
      label: t(ctx, 'referrals.expiresOn'),
      message: t(ctx, key),
    })
    const errors: FieldError[] = []
    if (day === undefined) errors.push(expiry('field.invalid'))
    if (description.length > MAX_DESCRIPTION) {
      const label = t(ctx, 'referrals.description')
      errors.push({ field: 'description', label, message: t(ctx, 'field.tooLong') })
    }
    if (day === undefined || errors.length > 0) return wrong(errors)
    const wish = { description: description === '' ? null : description, expiresAt: endOfDay(day) }
    const made = await createOwnReferralCode(house, user.id, wish, ctx.state.correlation)
    if (made.outcome === 'accepted') return null
    if (made.refusal.code === 'referral_code_expiry_out_of_range') {
      return wrong([expiry('referrals.expiry.wrong')])
    }
    return made.refusal
  })

  change('/mail-me', 'referralCodeMailed', (ctx, { user }) =>
    mailOwnReferralCode(house, user.id, null, ctx.state.correlation),
  )

  change('/mail', 'referralCodeMailed', async (ctx, { user }, fields) => {
    const typed = (fields['email'] ?? '').trim()
    const email = canonicalAddress(typed)
    const errors = addressErrors(kit, ctx, typed, 'referrals.mailTo')
    if (errors.length > 0 || email === null) return wrong(errors)
    return mailOwnReferralCode(house, user.id, email, ctx.state.correlation)
  })

  change('/delete', 'referralCodeDeleted', async (ctx, { user }) => {
    const refusal = await deleteOwnReferralCode(house, user.id, ctx.state.correlation)
    // Pressed twice: what is gone is gone.
    return refusal?.code === 'referral_code_unknown' ? null : refusal
  })

  change('/referrer', 'referrerSet', async (ctx, { user }, fields) => {
    const typed = (fields['referralCode'] ?? '').trim()
    const code = readCode(typed)
    const errors = referralCodeErrors(kit, ctx, typed, true)
    if (errors.length > 0 || code === null) return wrong(errors)
    // It is said once and for good: whose code it is is shown first, and asked about.
    if (fields['asked'] === undefined && (await mayBring(code, user.id))) return { ask: `/r/${code}` }
    const refusal = await redeemOwnReferral(house, user.id, code, ctx.state.correlation)
    if (!refusal) return null
    if (refusal.code === 'user_suspended' || refusal.code === 'user_not_found') throw problemOf(refusal)
    if (refusal.code === 'referrer_already_set') return refusal
    const message = wordingOf(refusal.code, ctx.state.locale)
    const label = t(ctx, 'register.referralCode')
    return wrong([{ field: 'referralCode', label, message }], statusOf(refusal.code))
  })
}
