import { type Role, roleSchema } from '../../domain/users/events.ts'
import { grantRole } from '../../domain/users/grant-role.ts'
import { revokeRole } from '../../domain/users/revoke-role.ts'
import { reachOfUser } from '../acts/reach.ts'
import { Problem } from '../problems.ts'
import { demand } from './caller.ts'
import { listOf } from './lists.ts'
import { byCaller, mustBe, readUser } from './on-users.ts'
import { operation } from './operation.ts'
import { presentUser, rolesOf, userSchema } from './schemas.ts'

/** That somebody is a member, or temporary, follows from their registration: it is neither granted nor revoked. */
const roleOf = (name: string | undefined): Role => {
  const role = roleSchema.safeParse(name)
  if (!role.success) throw new Problem('not_found')
  return role.data
}

export const userRoleOperations = [
  operation({
    operationId: 'listRoles',
    method: 'get',
    path: '/users/:id/roles',
    tag: 'users',
    summary: 'The roles of a user',
    description: 'Users may ask for their own; auditors and admins for everybody’s.',
    who: 'user',
    answers: {
      200: { description: 'every role, all on one page', schema: listOf(userSchema.shape.roles.element) },
    },
    refusals: ['forbidden', 'user_not_found'],
    asOf: (known, { id = '' }) => reachOfUser(known, id),
    async handle({ house, params: { id }, principal }) {
      if (id !== principal.userId) demand({ who: 'auditor' }, principal)
      return { status: 200, body: { items: rolesOf(await readUser(house, id)), nextCursor: null } }
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
    refusals: ['user_not_found', 'not_found', 'email_not_verified', 'user_suspended'],
    async handle(call) {
      const { house, params } = call
      const role = roleOf(params['role'])
      const { id } = await readUser(house, params['id'])
      mustBe(
        await house.execute(
          grantRole,
          { userId: id, role, enrol: null, newCredentialId: null },
          byCaller(call),
        ),
      )
      return { status: 200, body: presentUser(await readUser(house, id)) }
    },
  }),

  operation({
    operationId: 'revokeRole',
    method: 'delete',
    path: '/users/:id/roles/:role',
    tag: 'users',
    summary: 'Take a role away',
    description:
      'From the next request on; the user’s sessions end, but for the one in which somebody lays down a role of their own. Taking what is not held changes nothing. One admin always stays.',
    who: 'admin',
    answers: { 200: { description: 'the user', schema: userSchema } },
    refusals: ['user_not_found', 'not_found', 'last_admin'],
    async handle(call) {
      const { house, params, principal } = call
      const role = roleOf(params['role'])
      const { id } = await readUser(house, params['id'])
      mustBe(
        await house.execute(
          revokeRole,
          { userId: id, role, keepSessionId: principal.sessionId },
          byCaller(call),
        ),
      )
      return { status: 200, body: presentUser(await readUser(house, id)) }
    },
  }),
]
