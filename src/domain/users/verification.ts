import { z } from 'zod'
import type { NewEvent } from '../catalogue.ts'
import { fold } from '../decision.ts'
import { type Instant, instantSchema, ulidSchema } from '../event.ts'
import type { Address } from '../invites/invite.ts'

/** Six digits and five tries: one guess in 200,000 is right. */
export const MAX_CODE_TRIES = 5

/** A new code and link, as the caller made them ready: when each of them ends. */
export const newVerificationSchema = z.strictObject({
  verificationId: ulidSchema,
  codeExpiresAt: instantSchema,
  linkExpiresAt: instantSchema,
})
export type NewVerification = z.infer<typeof newVerificationSchema>

export type Verification =
  | { readonly status: 'none' }
  | {
      readonly status: 'open'
      readonly verificationId: string
      readonly email: string | null
      readonly purpose: 'registration' | 'email-change' | 'taken'
      readonly codeExpiresAt: Instant
      readonly linkExpiresAt: Instant
      readonly tries: number
      readonly issuedEventId: string
    }
  | { readonly status: 'used'; readonly verificationId: string }

/** The one code and link of a user that count: the newest. */
export const verification = fold<Verification>(
  { status: 'none' },
  {
    VerificationIssued: (_, { id, data: { userId: _userId, locale: _locale, ...issued } }) => ({
      status: 'open',
      ...issued,
      tries: 0,
      issuedEventId: id,
    }),
    VerificationFailed: (state, { data }) =>
      state.status === 'open' && state.verificationId === data.verificationId
        ? { ...state, tries: state.tries + 1 }
        : state,
    EmailVerified: (state) =>
      state.status === 'open' ? { status: 'used', verificationId: state.verificationId } : state,
    UserErased: () => ({ status: 'none' }),
  },
)

/** Whoever registered with the address and did not confirm it first is gone, with everything about them. */
export const superseded = (
  waiting: Address['waiting'],
  winnerId: string | null,
  causation?: string,
): NewEvent[] =>
  waiting
    .filter((id) => id !== winnerId)
    .map((userId) => ({
      type: 'UserErased',
      data: { userId, roles: [], inviteIds: [], reason: 'superseded' },
      ...(causation === undefined ? {} : { causation }),
    }))
