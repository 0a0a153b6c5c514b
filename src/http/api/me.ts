import { z } from 'zod'
import { localeSchema } from '../../domain/invites/events.ts'
import { changeProfile, nameSchema } from '../../domain/users/change-profile.ts'
import { setPassword } from '../acts/change-password.ts'
import { passwordProblem } from '../password-rules.ts'
import { Problem, problemOf } from '../problems.ts'
import { operation } from './operation.ts'
import { presentUser, userSchema } from './schemas.ts'

const newPassword = z
  .string()
  .max(1000)
  .refine((text) => passwordProblem(text) === null, { error: 'password_length' })
  .meta({ description: '8 to 128 characters', examples: ['correct-horse-battery'] })

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
    body: z.strictObject({ currentPassword: z.string().min(1).max(1000).optional(), newPassword }),
    answers: { 204: { description: 'changed' } },
    refusals: ['credentials_wrong', 'user_suspended', 'user_not_found'],
    evenRestricted: true,
    async handle({ house, body, principal, correlation }) {
      const { userId, sessionId } = principal
      const change = { current: body.currentPassword ?? null, next: body.newPassword }
      const refusal = await setPassword(house, { userId, sessionId }, change, correlation)
      if (refusal) throw problemOf(refusal)
      return { status: 204 }
    },
  }),
]
