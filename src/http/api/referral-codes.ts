import { z } from 'zod'
import { readCode, shownCode } from '../../domain/referrals/code.ts'
import { MAX_DESCRIPTION } from '../../domain/referrals/create-referral-code.ts'
import type { CodeFound, ReferralCodeView } from '../../projections/referral-codes.ts'
import {
  createOwnReferralCode,
  deleteOwnReferralCode,
  mailOwnReferralCode,
  ownReferralCode,
  redeemOwnReferral,
  referralCodeOfAddress,
  referralLink,
} from '../acts/referrals.ts'
import type { House } from '../house.ts'
import { Problem, problemOf } from '../problems.ts'
import { operation } from './operation.ts'
import { presentReferrers, referrerSchema } from './referrals.ts'
import { emailSchema, id, when } from './schemas.ts'

const MAX_TYPED = 100 // dashes and spaces are ignored, but not for ever

/** A code as people type it, in any case, with or without its dashes. */
export const referralCodeSchema = z
  .string()
  .max(MAX_TYPED)
  .transform((typed, context) => {
    const code = readCode(typed)
    if (code !== null) return code
    context.addIssue({ code: 'custom', message: 'referral_code_malformed' })
    return z.NEVER
  })
  .meta({ examples: ['7QGX-M2KD-0R4T-9VBN'] })

const shown = z.string().meta({ examples: ['7QGX-M2KD-0R4T-9VBN'] })
const link = z.string().meta({
  description: 'where somebody registers with the code filled in; opening it uses nothing up',
  examples: ['https://id.example/r/7QGX-M2KD-0R4T-9VBN'],
})

const ownCodeSchema = z
  .strictObject({
    id,
    code: shown,
    link,
    description: z.nullable(z.string()).meta({ examples: ['for the choir'] }),
    createdAt: when,
    expiresAt: when,
    mailedAt: z.nullable(when).meta({ description: 'when it was last mailed to somebody' }),
  })
  .meta({ id: 'ReferralCode' })

const foundSchema = z.strictObject({ code: shown, link, expiresAt: when }).meta({ id: 'ReferralCodeFound' })

const presentOwn = (
  house: House,
  { id: codeId, code, description, createdAt, expiresAt, mailedAt }: ReferralCodeView,
): z.infer<typeof ownCodeSchema> => ({
  id: codeId,
  code: shownCode(code),
  link: referralLink(house, code),
  description,
  createdAt,
  expiresAt,
  mailedAt,
})

/** Nothing of whose it is: whoever asks by an address knows that. */
const presentFound = (house: House, { code, expiresAt }: CodeFound): z.infer<typeof foundSchema> => ({
  code: shownCode(code),
  link: referralLink(house, code),
  expiresAt,
})

const descriptionSchema = z
  .string()
  .trim()
  .min(1)
  .max(MAX_DESCRIPTION)
  .refine((text) => !/\p{Cc}|\p{Cf}/u.test(text), { error: 'description_has_control_characters' })
  .meta({ description: 'for oneself', examples: ['for the choir'] })

export const referralCodeOperations = [
  operation({
    operationId: 'createReferralCode',
    method: 'post',
    path: '/me/referral-code',
    tag: 'referrals',
    summary: 'Make one’s referral code',
    description:
      'Whoever registers with it was brought by its owner, however many they are, until it expires or is deleted. There is one at a time: while it lasts, another is refused.',
    who: 'user',
    body: z
      .strictObject({
        expiresAt: when.meta({ description: 'at most a year ahead' }),
        description: descriptionSchema.optional(),
      })
      .meta({ examples: [{ expiresAt: '2026-12-31T12:00:00.000Z', description: 'for the choir' }] }),
    answers: { 201: { description: 'made', schema: ownCodeSchema } },
    refusals: [
      'referral_code_already_active',
      'referral_code_expiry_out_of_range',
      'user_suspended',
      'user_not_found',
      'not_allowed',
    ],
    async handle({ house, body: { expiresAt, description = null }, principal, correlation }) {
      const made = await createOwnReferralCode(
        house,
        principal.userId,
        { expiresAt, description },
        correlation,
      )
      if (made.outcome === 'refused') throw problemOf(made.refusal)
      return { status: 201, body: presentOwn(house, made.code) }
    },
  }),

  operation({
    operationId: 'getReferralCode',
    method: 'get',
    path: '/me/referral-code',
    tag: 'referrals',
    summary: 'One’s referral code',
    description: 'The active one. There is none once it has expired or was deleted.',
    who: 'user',
    answers: { 200: { description: 'the code', schema: ownCodeSchema } },
    refusals: ['referral_code_unknown'],
    async handle({ house, principal }) {
      const own = await ownReferralCode(house, principal.userId)
      if (!own) throw new Problem('referral_code_unknown')
      return { status: 200, body: presentOwn(house, own) }
    },
  }),

  operation({
    operationId: 'deleteReferralCode',
    method: 'delete',
    path: '/me/referral-code',
    tag: 'referrals',
    summary: 'Delete one’s referral code',
    description: 'Nobody can come by it from now on. Who came by it stays.',
    who: 'user',
    answers: { 204: { description: 'deleted' } },
    refusals: ['referral_code_unknown', 'not_allowed'],
    async handle({ house, principal, correlation }) {
      const refusal = await deleteOwnReferralCode(house, principal.userId, correlation)
      if (refusal) throw problemOf(refusal)
      return { status: 204 }
    },
  }),

  operation({
    operationId: 'mailReferralCode',
    method: 'post',
    path: '/me/referral-code/mails',
    tag: 'referrals',
    summary: 'Mail one’s referral code to somebody',
    description:
      'To oneself if no address is given. Nobody is mailed the same code twice: the same address again is the same answer and no mail.',
    who: 'user',
    body: z.strictObject({ email: emailSchema.optional() }).optional() as z.ZodType<
      { email?: string | undefined } | undefined
    >,
    answers: { 202: { description: 'the mail is on its way' } },
    refusals: [
      'referral_code_unknown',
      'referral_code_expired',
      'user_suspended',
      'user_not_found',
      'not_allowed',
      'too_many_requests',
    ],
    async handle({ house, body, principal, correlation }) {
      const refusal = await mailOwnReferralCode(house, principal.userId, body?.email ?? null, correlation)
      if (refusal) throw problemOf(refusal)
      return { status: 202 }
    },
  }),

  operation({
    operationId: 'findReferralCode',
    method: 'get',
    path: '/referral-codes',
    tag: 'referrals',
    summary: 'The referral code of whoever has an address',
    description:
      'Only an active one. The answer is the same whether nobody has the address or its owner has no code. Who looks for very many in vain has to wait.',
    who: 'user',
    query: z.strictObject({ referrerEmail: emailSchema }),
    answers: { 200: { description: 'the code', schema: foundSchema } },
    refusals: ['referral_code_unknown', 'too_many_requests'],
    async handle({ house, query: { referrerEmail }, principal: { userId } }) {
      const found = await referralCodeOfAddress(house, referrerEmail, userId)
      if (!found) throw new Problem('referral_code_unknown')
      return { status: 200, body: presentFound(house, found) }
    },
  }),

  operation({
    operationId: 'redeemReferralCode',
    method: 'post',
    path: '/me/referrer',
    tag: 'referrals',
    summary: 'Say who brought one here',
    description:
      'For users who registered without a code: once and for ever, never by one’s own code, nor by that of somebody whom one has brought. The same code again is the same answer.',
    who: 'user',
    body: z.strictObject({ code: referralCodeSchema }),
    answers: { 200: { description: 'who it was', schema: referrerSchema } },
    refusals: [
      'referral_code_unknown',
      'referral_code_expired',
      'referral_to_self',
      'referral_circle',
      'referral_chain_changed',
      'referral_chain_too_long',
      'referrer_already_set',
      'user_suspended',
      'user_not_found',
      'not_allowed',
    ],
    async handle({ house, body, principal: { userId }, correlation }) {
      const refusal = await redeemOwnReferral(house, userId, body.code, correlation)
      if (refusal) throw problemOf(refusal)
      const set = await house.reads.referrals.referrerOf(userId)
      if (!set) throw new Error('a referral came without its row')
      const [referrer] = await presentReferrers(house, [set.referrerId], false)
      return { status: 200, body: referrer }
    },
  }),
]
