import { readCode, shownCode } from '../../domain/referrals/code.ts'
import { findReferralCode } from '../acts/referrals.ts'
import { newAttempt } from './attempt.ts'
import type { Ctx, FieldError, Fields, Kit } from './kit.ts'

type Problems = { readonly errors?: readonly FieldError[]; readonly message?: string | null }

/** How somebody is called who brings others; nothing else of them is told. */
export const referrerName = async ({ house, t }: Kit, ctx: Ctx, referrerId: string): Promise<string> =>
  (await house.reads.users.get(referrerId))?.name ?? t(ctx, 'referral.somebody')

/** The form to register with, and with whose code. Showing it spends nothing. */
export const registerForm = (kit: Kit) => {
  const { house, guards, render, t } = kit
  return async (
    ctx: Ctx,
    { name = '', email = '', referralCode: typed = '' }: Fields,
    { errors = [], message = null }: Problems = {},
    status = 200,
  ): Promise<void> => {
    const code = readCode(typed)
    const found = code === null ? null : await findReferralCode(house, code)
    const referrer = found && (await referrerName(kit, ctx, found.referrerId))
    const title = t(ctx, 'register.title')
    const attempt = newAttempt(house, guards.nameBrowser(ctx), '/register')
    const isCodeRequired = house.inForce.known().registration === 'referral'
    const referralCode = code === null ? typed : shownCode(code)
    const view = { title, name, email, attempt, errors, message, referralCode, referrer, isCodeRequired }
    render(ctx, 'register', view, status)
  }
}
