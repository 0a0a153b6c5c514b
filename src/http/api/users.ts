import { z } from 'zod'
import { eraseUser } from '../../domain/users/erase-user.ts'
import { roleSchema } from '../../domain/users/events.ts'
import { grantRole } from '../../domain/users/grant-role.ts'
import { reinstateUser } from '../../domain/users/reinstate-user.ts'
import { suspendUser } from '../../domain/users/suspend-user.ts'
import type { UserView } from '../../projections/users.ts'
import type { House, Outcome } from '../house.ts'
import { Problem, problemOf } from '../problems.ts'
import { listOf, pageOf, pageQuery } from './lists.ts'
import { type Call, operation } from './operation.ts'
import { presentUser, reasonBody, userSchema } from './schemas.ts'

const read = async (house: House, id: string): Promise<UserView> => {
  const user = await house.reads.users.get(id)
  if (!user) throw new Problem('user_not_found')
  return user
}

const by = ({ principal, correlation }: Pick<Call<unknown, unknown, 'admin'>, 'principal' | 'correlation'>) =>
  ({ actor: `user:${principal.userId}`, correlation }) as const

const mustBe = (outcome: Outcome): void => {
  if (outcome.outcome === 'refused') throw problemOf(outcome.refusal)
}

export const userOperations = [
  operation({
    operationId: 'listUsers',
    method: 'get',
    path: '/users',
    tag: 'users',
    summary: 'List users, newest first',
    description: '`search` is part of an address or name, or a whole id.',
    who: 'auditor',
    query: z.strictObject({
      ...pageQuery,
      search: z.string().max(254).optional(),
      role: roleSchema.optional(),
    }),
    answers: { 200: { description: 'a page; `Link` leads to the next', schema: listOf(userSchema) } },
    refusals: [],
    async handle({ house, query: { limit, cursor, ...filters } }) {
      const found = await house.reads.users.list(filters, { limit: limit + 1, after: cursor })
      return pageOf(found, presentUser, { url: '/api/v1/users', filters, limit })
    },
  }),

  operation({
    operationId: 'getUser',
    method: 'get',
    path: '/users/:id',
    tag: 'users',
    summary: 'One user',
    description: 'No secret is in it.',
    who: 'auditor',
    answers: { 200: { description: 'the user', schema: userSchema } },
    refusals: ['user_not_found'],
    async handle({ house, params }) {
      return { status: 200, body: presentUser(await read(house, params['id'] ?? '')) }
    },
  }),

  operation({
    operationId: 'deleteUser',
    method: 'delete',
    path: '/users/:id',
    tag: 'users',
    summary: 'Erase a user',
    description:
      'Destroys the keys of the person’s data: the facts stay in the history, the person is gone from it. Cannot be undone.',
    who: 'admin',
    answers: { 204: { description: 'erased' } },
    refusals: ['user_not_found', 'last_admin'],
    async handle(call) {
      const { house, params } = call
      const { id, email } = await read(house, params['id'] ?? '')
      mustBe(await house.execute(eraseUser, { userId: id, email: email ?? '' }, by(call)))
      return { status: 204 }
    },
  }),

  operation({
    operationId: 'grantRole',
    method: 'put',
    path: '/users/:id/roles/:role',
    tag: 'users',
    summary: 'Grant a role',
    description: 'Granting what is held already changes nothing.',
    who: 'admin',
    answers: { 200: { description: 'the user', schema: userSchema } },
    refusals: ['user_not_found', 'not_found'],
    async handle(call) {
      const { house, params } = call
      const role = roleSchema.safeParse(params['role'])
      if (!role.success) throw new Problem('not_found')
      const { id } = await read(house, params['id'] ?? '')
      mustBe(
        await house.execute(
          grantRole,
          { userId: id, role: role.data, enrol: null, newCredentialId: null },
          by(call),
        ),
      )
      return { status: 200, body: presentUser(await read(house, id)) }
    },
  }),

  operation({
    operationId: 'suspendUser',
    method: 'put',
    path: '/users/:id/suspension',
    tag: 'users',
    summary: 'Suspend a user',
    description: 'They cannot sign in, and all their sessions end at once.',
    who: 'admin',
    body: reasonBody,
    answers: { 204: { description: 'suspended' } },
    refusals: ['user_not_found', 'last_admin'],
    async handle(call) {
      const { house, params, body } = call
      mustBe(
        await house.execute(
          suspendUser,
          { userId: params['id'] ?? '', reason: body?.reason ?? null },
          by(call),
        ),
      )
      return { status: 204 }
    },
  }),

  operation({
    operationId: 'reinstateUser',
    method: 'delete',
    path: '/users/:id/suspension',
    tag: 'users',
    summary: 'Reinstate a user',
    description: 'They may sign in again.',
    who: 'admin',
    answers: { 204: { description: 'reinstated' } },
    refusals: ['user_not_found'],
    async handle(call) {
      mustBe(await call.house.execute(reinstateUser, { userId: call.params['id'] ?? '' }, by(call)))
      return { status: 204 }
    },
  }),
]
