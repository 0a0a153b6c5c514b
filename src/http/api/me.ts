import { z } from 'zod'
import { localeSchema } from '../../domain/invites/events.ts'
import { changeProfile, nameSchema } from '../../domain/users/change-profile.ts'
import { setPassword } from '../acts/change-password.ts'
import { mustBeGood } from '../acts/new-password.ts'
import { askForEmail, eraseOwn } from '../acts/own-user.ts'
import { Problem, problemOf } from '../problems.ts'
import { operation } from './operation.ts'
import { emailSchema, newPasswordSchema, presentUser, userSchema } from './schemas.ts'

const currentPassword = z.string().min(1).max(1000).optional()

export const meOperations = [
  operation({
    operationId: 'getMe',
    method: 'get',
    path: '/me',
    tag: 'me',
    summary: 'Who am I',
    description: 'The user of the access token.',
    who: 'user',
    answers: { 200: { description: 'the user', schema: userSchema } },
    refusals: [],
    evenRestricted: true,
    evenTemporary: true,
    async handle({ principal }) {
      return { status: 200, body: presentUser(principal) }
    },
  }),

  operation({
    operationId: 'changeProfile',
    method: 'patch',
    path: '/me',
    tag: 'me',
    summary: 'Change name or language',
    description: 'Absent fields keep their value.',
    who: 'user',
    body: z.strictObject({ name: nameSchema.optional(), locale: localeSchema.optional() }),
    answers: { 200: { description: 'the changed user', schema: userSchema } },
    refusals: ['user_not_found'],
    async handle({ house, body, principal, correlation }) {
      const { userId } = principal
      const outcome = await house.execute(
        changeProfile,
        { userId, name: body.name ?? null, locale: body.locale ?? null },
        { actor: `user:${userId}`, correlation },
      )
      if (outcome.outcome === 'refused') throw problemOf(outcome.refusal)
      const changed = await house.reads.users.get(userId)
      if (!changed) throw new Problem('user_not_found')
      return { status: 200, body: presentUser(changed) }
    },
  }),

  operation({
    operationId: 'changePassword',
    method: 'put',
    path: '/me/password',
    tag: 'me',
    summary: 'Set a new password',
    description:
      'Whoever has chosen a password before gives it as `currentPassword`. All other sessions end.',
    who: 'user',
    body: z.strictObject({ currentPassword, newPassword: newPasswordSchema }),
    answers: { 204: { description: 'changed' } },
    refusals: ['credentials_wrong', 'too_many_requests', 'user_suspended', 'user_not_found'],
    evenRestricted: true,
    async handle({ house, body, principal, correlation }) {
      const { userId, sessionId } = principal
      await mustBeGood(house, 'newPassword', body.newPassword, principal)
      const change = { current: body.currentPassword ?? null, next: body.newPassword }
      const refusal = await setPassword(house, { userId, sessionId }, change, correlation)
      if (refusal) throw problemOf(refusal)
      return { status: 204 }
    },
  }),

  operation({
    operationId: 'changeEmail',
    method: 'put',
    path: '/me/email',
    tag: 'me',
    summary: 'Ask for another address',
    description:
      'A code and a link go to the new address. Nothing changes until it is confirmed (`verifyEmail`); then the old address is told, and all other sessions end.',
    who: 'user',
    body: z.strictObject({ email: emailSchema, currentPassword }),
    answers: { 202: { description: 'the mail is on its way' } },
    refusals: [
      'credentials_wrong',
      'too_many_requests',
      'email_already_verified',
      'email_already_registered',
      'user_suspended',
      'user_not_found',
    ],
    async handle({ house, body, principal: { userId }, correlation }) {
      const wish = { email: body.email, password: body.currentPassword ?? null }
      const refusal = await askForEmail(house, userId, wish, correlation)
      if (refusal) throw problemOf(refusal)
      return { status: 202 }
    },
  }),

  operation({
    operationId: 'eraseMe',
    method: 'put',
    path: '/me/erasure',
    tag: 'me',
    summary: 'Leave, and be forgotten',
    description:
      'Whoever has a password gives it. Sessions end, the address is free, the person is gone from the history. Cannot be undone.',
    who: 'user',
    body: z.strictObject({ currentPassword }).optional() as z.ZodType<
      { currentPassword?: string | undefined } | undefined
    >,
    answers: { 204: { description: 'forgotten' } },
    refusals: ['credentials_wrong', 'too_many_requests', 'last_admin', 'user_suspended', 'user_not_found'],
    evenTemporary: true,
    async handle({ house, body, principal: { userId }, correlation }) {
      const refusal = await eraseOwn(house, userId, body?.currentPassword ?? null, correlation)
      if (refusal) throw problemOf(refusal)
      return { status: 204 }
    },
  }),
]
