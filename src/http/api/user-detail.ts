import { z } from 'zod'
import { shownCode } from '../../domain/referrals/code.ts'
import { roleSchema, verdictSchema } from '../../domain/users/events.ts'
import type { InquiryView } from '../../projections/inquiries.ts'
import type { ReferralCodeView } from '../../projections/referral-codes.ts'
import type { UserView } from '../../projections/users.ts'
import type { WhyUser } from '../acts/why.ts'
import { causeSchema, presentCause, presentUser, userSchema, when } from './schemas.ts'

const part = z.nullable(z.string())

/** A user, the code they bring others by, and what outside services say of them. */
export const userDetailSchema = z
  .strictObject({
    ...userSchema.shape,
    referralCode: z
      .nullable(z.string())
      .meta({ description: 'the active one', examples: ['7QGX-M2KD-0R4T-9VBN'] }),
    emailVerdict: z
      .nullable(verdictSchema)
      .meta({ description: 'what the e-mail verifier said of the address; null if it was not asked' }),
    enrichment: z
      .nullable(
        z.strictObject({
          name: part.meta({ examples: ['Ada King'] }),
          company: part.meta({ examples: ['Analytical Engines'] }),
          title: part.meta({ examples: ['Engineer'] }),
          at: when,
        }),
      )
      .meta({ description: 'what the enrichment service says of the person, who has not said it' }),
    why: z
      .nullable(
        z.strictObject({
          state: z.nullable(causeSchema),
          verified: z.nullable(causeSchema),
          roles: z.array(z.strictObject({ role: roleSchema, cause: causeSchema })),
          verification: z
            .nullable(causeSchema)
            .meta({ description: 'the code and link that count, or were used' }),
          referralCode: z.nullable(causeSchema),
          referrer: z.nullable(causeSchema).meta({ description: 'that somebody brought them' }),
        }),
      )
      .meta({ description: 'the events that made the user what they are; for auditors and admins only' }),
  })
  .meta({ id: 'UserDetail' })

export const presentUserDetail = (
  user: UserView,
  own: ReferralCodeView | null,
  said: InquiryView | null,
  why: WhyUser | null,
): z.infer<typeof userDetailSchema> => ({
  ...presentUser(user),
  referralCode: own && shownCode(own.code),
  emailVerdict: said?.verdict ?? null,
  enrichment:
    said === null || said.enrichedAt === null
      ? null
      : { name: said.name, company: said.company, title: said.title, at: said.enrichedAt },
  why: why && {
    state: why.state && presentCause(why.state),
    verified: why.verified && presentCause(why.verified),
    roles: why.roles.map(({ role, cause }) => ({ role, cause: presentCause(cause) })),
    verification: why.verification && presentCause(why.verification),
    referralCode: why.referralCode && presentCause(why.referralCode),
    referrer: why.referrer && presentCause(why.referrer),
  },
})
