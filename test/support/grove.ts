import { verifyEmail } from '../../src/domain/users/verify-email.ts'
import { startSession } from '../../src/http/acts/device.ts'
import { createOwnReferralCode } from '../../src/http/acts/referrals.ts'
import { register } from '../../src/http/acts/register.ts'
import { plus } from '../../src/infrastructure/clock.ts'
import { DAY, type TestApp } from './house.ts'

export const GROVE_PASSWORD = 'a quiet place to sit'

export type Planted = { readonly id: string; readonly email: string; readonly name: string | null }

/** Somebody registers, by a code or by none, and confirms the address; a moment after whoever came before. */
export const plant = async (
  { house, clock }: TestApp,
  { email, name = null, code = null }: { email: string; name?: string | null; code?: string | null },
): Promise<Planted> => {
  clock.advance(1)
  const id = house.newId()
  const session = startSession(house, { userAgent: null, ip: null }, 'page')
  const wish = {
    userId: id,
    email,
    password: GROVE_PASSWORD,
    name,
    locale: 'en',
    referralCode: code,
  } as const
  const refusal = await register(house, wish, session, house.newId())
  if (refusal) throw new Error(`${email}: ${refusal.code}`)
  const open = await house.reads.verifications.openOf(id)
  await house.execute(
    verifyEmail,
    {
      userId: id,
      verificationId: open?.id ?? '',
      email,
      formerEmail: null,
      proof: { kind: 'code' },
      keepSessionId: null,
    },
    { actor: `user:${id}`, correlation: house.newId() },
  )
  return { id, email, name }
}

/** The code of somebody, made for thirty days. */
export const codeOf = async ({ house }: TestApp, { id }: Planted): Promise<string> => {
  const wish = { description: null, expiresAt: plus(house.now(), 30 * DAY) }
  const made = await createOwnReferralCode(house, id, wish, house.newId())
  if (made.outcome === 'refused') throw new Error(made.refusal.code)
  return made.code.code
}
