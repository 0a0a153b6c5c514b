import type { Instant } from '../../domain/event.ts'
import { shownCode } from '../../domain/referrals/code.ts'
import { createReferralCode } from '../../domain/referrals/create-referral-code.ts'
import { deleteReferralCode } from '../../domain/referrals/delete-referral-code.ts'
import { mailReferralCode } from '../../domain/referrals/mail-referral-code.ts'
import { redeemReferralCode } from '../../domain/referrals/redeem-referral-code.ts'
import type { CodeFound, ReferralCodeView } from '../../projections/referral-codes.ts'
import type { House } from '../house.ts'
import type { Refused } from '../problems.ts'
import { mustHaveRoom } from '../throttle.ts'

const ATTEMPTS = 5 // each time somebody else in the line has said who brought them; twice is already rare

export type CodeMade =
  | { readonly outcome: 'accepted'; readonly code: ReferralCodeView }
  | { readonly outcome: 'refused'; readonly refusal: Refused }

const UNKNOWN: Refused = { code: 'referral_code_unknown' }

/** Where somebody registers with a code filled in. It is no secret, so it may stand in an address. */
export const referralLink = ({ settings }: Pick<House, 'settings'>, code: string): string =>
  `${settings.publicUrl}/r/${shownCode(code)}`

const codeNobodyHas = async (house: House): Promise<string> => {
  for (;;) {
    const code = house.referralCodes.make()
    if ((await house.reads.referralCodes.idOf(code)) === null) return code
  }
}

/** A user's own code that counts; null if there is none, or none any more. */
export const ownReferralCode = (house: House, userId: string): Promise<ReferralCodeView | null> =>
  house.reads.referralCodes.activeOf(userId, house.now())

/** Makes a user's code. */
export const createOwnReferralCode = async (
  house: House,
  userId: string,
  { description, expiresAt }: { readonly description: string | null; readonly expiresAt: Instant },
  correlation: string,
): Promise<CodeMade> => {
  const codeId = house.newId()
  const code = await codeNobodyHas(house)
  const outcome = await house.execute(
    createReferralCode,
    { userId, codeId, code, description, expiresAt },
    { actor: `user:${userId}`, correlation },
  )
  if (outcome.outcome === 'refused') return outcome
  const createdAt = outcome.events[0]?.at ?? house.now()
  return {
    outcome: 'accepted',
    code: { id: codeId, userId, code, description, createdAt, expiresAt, mailedAt: null },
  }
}

/** Takes a user's code back: from then on nobody can come by it. Null when done, else the refusal. */
export const deleteOwnReferralCode = async (
  house: House,
  userId: string,
  correlation: string,
): Promise<Refused | null> => {
  const own = await ownReferralCode(house, userId)
  if (!own) return UNKNOWN
  const outcome = await house.execute(
    deleteReferralCode,
    { userId, codeId: own.id },
    { actor: `user:${userId}`, correlation },
  )
  return outcome.outcome === 'refused' ? outcome.refusal : null
}

/**
 * Mails a user's code to somebody, or to the user (`email` null); in the user's language, for nobody knows the other's.
 * Counted before anything is looked at; throws `too_many_requests`. Null when done, else the refusal.
 */
export const mailOwnReferralCode = async (
  house: House,
  userId: string,
  email: string | null,
  correlation: string,
): Promise<Refused | null> => {
  await mustHaveRoom(house, 'mail-user', userId)
  const user = await house.reads.users.get(userId)
  const to = email ?? user?.email
  if (!user || !to) return { code: 'user_not_found' }
  await mustHaveRoom(house, 'mail-address', to)
  const own = await ownReferralCode(house, userId)
  if (!own) return UNKNOWN
  const outcome = await house.execute(
    mailReferralCode,
    { userId, codeId: own.id, email: to, locale: user.locale },
    { actor: `user:${userId}`, correlation },
  )
  return outcome.outcome === 'refused' ? outcome.refusal : null
}

/**
 * The active code of whoever has this address (canonical form): the same null for no such user and no such code. What a
 * user looked for in vain is counted; throws `too_many_requests`, whether there would have been one or not.
 */
export const referralCodeOfAddress = async (
  house: House,
  email: string,
  byUserId: string,
): Promise<CodeFound | null> => {
  await mustHaveRoom(house, 'referral-lookup-user', byUserId)
  const found = await house.referralCodes.byReferrerEmail(email)
  if (found) await house.throttles.giveBack('referral-lookup-user', byUserId)
  return found
}

/** What a code (as `readCode` has it) is good for. It may have expired; whoever holds it is told so when they use it. */
export const findReferralCode = (house: House, code: string): Promise<CodeFound | null> =>
  house.referralCodes.byCode(code)

/**
 * Somebody who is here says who brought them. Who stands above the referrer is read first and decided on with it; if
 * it has changed in between, it is read again. Null when done, else the refusal.
 */
export const redeemOwnReferral = async (
  house: House,
  userId: string,
  code: string,
  correlation: string,
): Promise<Refused | null> => {
  const found = await findReferralCode(house, code)
  if (!found) return UNKNOWN
  const { codeId, referrerId } = found
  for (let attempt = 1; ; attempt++) {
    const chain = await house.reads.referrals.above(referrerId)
    const outcome = await house.execute(
      redeemReferralCode,
      { userId, codeId, referrerId, chain },
      { actor: `user:${userId}`, correlation },
    )
    if (outcome.outcome === 'accepted') return null
    if (outcome.refusal.code !== 'referral_chain_changed' || attempt === ATTEMPTS) return outcome.refusal
  }
}

/** What of a code a registration needs; a refusal where nobody can register by it, or nobody can without one. */
export const referralFor = async (
  house: House,
  code: string | null,
): Promise<{ readonly codeId: string; readonly referrerId: string } | Refused | null> => {
  if (code === null)
    return (await house.inForce.fresh()).registration === 'referral'
      ? { code: 'referral_code_required' }
      : null
  const found = await findReferralCode(house, code)
  return found ? { codeId: found.codeId, referrerId: found.referrerId } : UNKNOWN
}
