import { z } from 'zod'
import { localeSchema } from '../../domain/invites/events.ts'
import { nameSchema } from '../../domain/users/change-profile.ts'
import { startSession } from '../acts/device.ts'
import { inNeutralTime } from '../acts/neutral-time.ts'
import { mustBeGood, ownerOf } from '../acts/new-password.ts'
import { complete, register } from '../acts/register.ts'
import { requestReset, resetLinkRefusal, resetWith } from '../acts/reset-password.ts'
import { mustHaveRoomForMail, resendVerification, verifyByCode } from '../acts/verification.ts'
import type { House } from '../house.ts'
import { Problem, problemOf } from '../problems.ts'
import { clientOf, mustHaveRoom } from '../throttle.ts'
import { derivedUlid } from './derived-ulid.ts'
import { operation, type Registrant } from './operation.ts'
import { referralCodeSchema } from './referral-codes.ts'
import { emailSchema, newPasswordSchema, presentUser, tokensSchema, userSchema } from './schemas.ts'
import { tokensFor } from './sessions.ts'

const codeSchema = z
  .string()
  .trim()
  .regex(/^\d{6}$/, { error: 'code_malformed' })
  .meta({ examples: ['314159'] })

const mustBe = (refusal: Parameters<typeof problemOf>[0] | null): void => {
  if (refusal) throw problemOf(refusal)
}

/** Nobody goes on with somebody else's registration. */
const ownId = ({ userId }: Registrant, params: Readonly<Record<string, string>>): string => {
  if (params['id'] !== userId) throw new Problem('forbidden')
  return userId
}

const presented = async (house: House, userId: string) => {
  const user = await house.reads.users.get(userId)
  if (!user) throw new Problem('user_not_found')
  return presentUser(user)
}

export const registrationOperations = [
  operation({
    operationId: 'registerUser',
    method: 'post',
    path: '/users',
    tag: 'registration',
    summary: 'Register',
    description:
      'A code and a link go to the address, which is nobody’s until it is confirmed. Without a password the user is temporary and chooses one afterwards. Answers tokens of a session that may do little yet, and a token with which the registration can be finished instead of a session. An address that is known gets the same answer, and its owner a mail; with `EMAIL_LOOKUP=on` it is refused. With a referral code the user was brought by its owner; one that is unknown or has expired is refused, and nobody is registered.',
    who: 'anonymous',
    body: z
      .strictObject({
        email: emailSchema,
        password: newPasswordSchema.optional(),
        name: nameSchema.optional(),
        locale: localeSchema.optional(),
        referralCode: referralCodeSchema
          .optional()
          .meta({ description: 'of whoever brought them; needed with `REGISTRATION=referral`' }),
      })
      .meta({
        examples: [{ email: 'ada@example.org', password: 'correct-horse-battery', name: 'Ada Lovelace' }],
      }),
    answers: {
      201: {
        description: 'registered',
        schema: z
          .strictObject({
            ...userSchema.shape,
            registrationToken: z.string().meta({ description: 'a bearer token for this registration alone' }),
            ...tokensSchema.omit({ user: true }).shape,
          })
          .meta({ id: 'Registration' }),
      },
    },
    refusals: [
      'email_already_registered',
      'email_undeliverable',
      'registration_closed',
      'referral_code_required',
      'referral_code_unknown',
      'referral_code_expired',
      'token_invalid',
      'too_many_requests',
    ],
    seesToRepeats: true,
    async handle({ house, body, device, correlation, idempotencyKey }) {
      const idFor = (thing: string) =>
        idempotencyKey === null
          ? house.newId()
          : derivedUlid(house, `register ${thing} ${idempotencyKey} ${JSON.stringify(body)}`)
      const userId = idFor('user')
      const session = startSession(house, device(), 'api', idFor('session'))
      const refresh = house.tokens.firstRefresh(session.sessionId)
      const { email, password = null, name = null, locale = 'en', referralCode = null } = body
      await mustHaveRoom(house, 'register-client', clientOf(session.ip))
      if (password !== null) await mustBeGood(house, 'password', password, { email, name })
      await mustHaveRoom(house, 'mail-address', email)
      const wish = { userId, email, password, name, locale, referralCode }
      mustBe(await register(house, wish, session, correlation, [refresh.alongside]))
      const begun = await tokensFor(house, session.sessionId, refresh.token, 201)
      if (!begun) throw new Problem('token_invalid') // a repeat, and its session has ended meanwhile
      const { user: _, ...tokens } = begun.body as z.infer<typeof tokensSchema>
      const registrationToken = house.links.registrationToken(userId)
      return { status: 201, body: { ...(await presented(house, userId)), registrationToken, ...tokens } }
    },
  }),

  operation({
    operationId: 'sendVerificationCode',
    method: 'post',
    path: '/users/:id/verification-codes',
    tag: 'registration',
    summary: 'Mail a new code and link',
    description: 'The server makes the code. Earlier ones are void from now on.',
    who: 'registrant',
    answers: { 202: { description: 'the mail is on its way' } },
    refusals: [
      'forbidden',
      'user_not_found',
      'user_suspended',
      'email_already_verified',
      'too_many_requests',
    ],
    async handle({ house, params, principal, correlation, device }) {
      const userId = ownId(principal, params)
      await mustHaveRoomForMail(house, userId, device().ip)
      mustBe(await resendVerification(house, userId, `user:${userId}`, correlation))
      return { status: 202 }
    },
  }),

  operation({
    operationId: 'verifyEmail',
    method: 'put',
    path: '/users/:id/email-verification',
    tag: 'registration',
    summary: 'Confirm the address with the code',
    description:
      'The address is this user’s from now on; whoever else registered with it is forgotten. Five wrong codes make the code void.',
    who: 'registrant',
    body: z.strictObject({ code: codeSchema }),
    answers: { 200: { description: 'the user', schema: userSchema } },
    refusals: [
      'forbidden',
      'code_wrong',
      'code_expired',
      'code_locked',
      'too_many_requests',
      'email_already_verified',
      'email_already_registered',
      'user_not_found',
      'user_suspended',
    ],
    async handle({ house, body, params, principal, correlation, device }) {
      const userId = ownId(principal, params)
      await mustHaveRoom(house, 'code-client', clientOf(device().ip))
      const who = { userId, keepSessionId: principal.sessionId }
      mustBe(await verifyByCode(house, who, body.code, correlation))
      return { status: 200, body: await presented(house, userId) }
    },
  }),

  operation({
    operationId: 'completeRegistration',
    method: 'put',
    path: '/users/:id/registration',
    tag: 'registration',
    summary: 'Choose a password, and be a member',
    description: 'For temporary users, once their address is confirmed.',
    who: 'registrant',
    body: z.strictObject({ password: newPasswordSchema, name: nameSchema.optional() }),
    answers: { 200: { description: 'the user', schema: userSchema } },
    refusals: [
      'forbidden',
      'email_not_verified',
      'registration_already_complete',
      'user_not_found',
      'user_suspended',
    ],
    async handle({ house, body: { password, name = null }, params, principal, correlation }) {
      const userId = ownId(principal, params)
      const owner = await ownerOf(house, userId)
      await mustBeGood(house, 'password', password, { ...owner, name: name ?? owner.name })
      mustBe(await complete(house, { userId, password, name }, correlation))
      return { status: 200, body: await presented(house, userId) }
    },
  }),

  operation({
    operationId: 'requestPasswordReset',
    method: 'post',
    path: '/password-resets',
    tag: 'registration',
    summary: 'Mail a link that sets a new password',
    description: 'The answer is the same whether the address is known or not.',
    who: 'anonymous',
    body: z.strictObject({ email: emailSchema }),
    answers: { 202: { description: 'if the address is known, a mail is on its way' } },
    refusals: ['too_many_requests'],
    async handle({ house, body: { email }, correlation, device }) {
      await mustHaveRoom(house, 'mail-client', clientOf(device().ip))
      await inNeutralTime(house, () =>
        house.afterwards('a password reset', () => requestReset(house, email, correlation)),
      )
      return { status: 202 }
    },
  }),

  operation({
    operationId: 'resetPassword',
    method: 'post',
    path: '/password-resets/redemptions',
    tag: 'registration',
    summary: 'Set a new password with the link’s token',
    description: 'Once. All sessions end; sign in with the new password.',
    who: 'anonymous',
    body: z.strictObject({ token: z.string().max(200), newPassword: newPasswordSchema }),
    answers: { 204: { description: 'the new password counts' } },
    refusals: ['link_not_found', 'link_already_used', 'link_replaced', 'link_expired', 'user_suspended'],
    async handle({ house, body: { token, newPassword }, correlation }) {
      const resetId = house.links.readPasswordResetToken(token)
      if (resetId === null) throw new Problem('link_not_found')
      const found = await resetLinkRefusal(house, resetId)
      if ('refusal' in found) throw problemOf(found.refusal)
      await mustBeGood(house, 'newPassword', newPassword, await ownerOf(house, found.userId))
      mustBe(await resetWith(house, resetId, newPassword, correlation))
      return { status: 204 }
    },
  }),
]
