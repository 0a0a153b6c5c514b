import { codeFrom } from '../../src/domain/referrals/code.ts'
import { createReferralCode } from '../../src/domain/referrals/create-referral-code.ts'
import { redeemReferralCode } from '../../src/domain/referrals/redeem-referral-code.ts'
import type { Foundation } from '../../src/foundation.ts'
import { plus } from '../../src/infrastructure/clock.ts'

type Floor = Pick<Foundation, 'execute' | 'reads' | 'ids' | 'clock'>

const told = (outcome: { outcome: string; refusal?: { code: string } }): string =>
  outcome.refusal?.code ?? outcome.outcome

/** A user wishes for a code that lives for so long; answers its id and what they were told. */
export const makeCode = async (floor: Floor, userId: string, random: Uint8Array, livesMs: number) => {
  const codeId = floor.ids()
  const code = codeFrom(random)
  const outcome = await floor.execute(
    createReferralCode,
    { userId, codeId, code, description: null, expiresAt: plus(floor.clock(), livesMs) },
    { actor: `user:${userId}`, correlation: 'C' },
  )
  return { codeId, code, told: told(outcome) }
}

const TRIES = 20

/** A user says who brought them, reading the referrer's line again as often as somebody changes it meanwhile. */
export const sayWhoBrought = async (floor: Floor, userId: string, codeId: string, referrerId: string) => {
  for (let tries = 1; ; tries++) {
    const chain = await floor.reads.referrals.above(referrerId)
    const outcome = await floor.execute(
      redeemReferralCode,
      { userId, codeId, referrerId, chain },
      { actor: `user:${userId}`, correlation: 'C' },
    )
    const answer = told(outcome)
    if (answer !== 'referral_chain_changed' || tries === TRIES) return answer
  }
}
