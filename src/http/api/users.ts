import { z } from 'zod'
import { localeSchema } from '../../domain/invites/events.ts'
import { changeProfile, nameSchema } from '../../domain/users/change-profile.ts'
import { eraseUser } from '../../domain/users/erase-user.ts'
import { roleSchema } from '../../domain/users/events.ts'
import { reinstateUser } from '../../domain/users/reinstate-user.ts'
import { suspendUser } from '../../domain/users/suspend-user.ts'
import { userStates } from '../../projections/users.ts'
import { reachOfUser } from '../acts/reach.ts'
import { ownReferralCode } from '../acts/referrals.ts'
import { whyUser } from '../acts/why.ts'
import { clientOf, mustHaveRoom } from '../throttle.ts'
import { demand } from './caller.ts'
import { listOf, pageOf, pageQuery } from './lists.ts'
import { lookupEmail } from './lookup.ts'
import { byCaller, mustBe, readUser } from './on-users.ts'
import { operation } from './operation.ts'
import { emailSchema, presentUser, reasonBody, userSchema } from './schemas.ts'
import { presentUserDetail, userDetailSchema } from './user-detail.ts'

const momentSchema = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })])
  .transform((text) => new Date(text).toISOString())
  .meta({ description: 'an instant, or a day in UTC', examples: ['2026-03-01'] })

export const userOperations = [
  operation({
    operationId: 'listUsers',
    method: 'get',
    path: '/users',
    tag: 'users',
    summary: 'List users, newest first; or look an address up',
    description:
      'For auditors and admins: `search` is part of an address or name, or a whole id. With `email` alone this is `lookupEmail`: whether the address is known, and confirmed; for everybody if the service has `EMAIL_LOOKUP=on`, for auditors and admins always.',
    who: 'anyone',
    query: z.strictObject({
      ...pageQuery,
      search: z.string().max(254).optional(),
      role: roleSchema.optional(),
      state: z.enum(userStates).optional(),
      registeredSince: momentSchema.optional(),
      registeredBefore: momentSchema.optional(),
      email: emailSchema.optional(),
    }),
    answers: {
      200: {
        description: 'a page, `Link` leads to the next; or the one user of the address',
        schema: z.union([
          listOf(userSchema),
          z
            .strictObject({
              items: z.array(z.strictObject({ id: userSchema.shape.id, emailVerified: z.boolean() })),
            })
            .meta({ id: 'EmailLookup' }),
        ]),
      },
    },
    refusals: [
      'unauthenticated',
      'forbidden',
      'password_change_required',
      'email_not_verified',
      'registration_incomplete',
      'user_not_found',
      'too_many_requests',
    ],
    asOf: () => 'everything',
    async handle({ house, principal, device, query: { limit, cursor, email, ...filters } }) {
      if (email !== undefined) {
        if (!principal) await mustHaveRoom(house, 'lookup-client', clientOf(device().ip))
        return { status: 200, body: { items: [await lookupEmail(house, email, principal)] } }
      }
      demand({ who: 'auditor' }, principal)
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
    description:
      'Users may read themselves; auditors and admins everybody. No secret is in it. If the service asks outside services about who registers, what they said is in it.',
    who: 'user',
    evenTemporary: true,
    answers: { 200: { description: 'the user', schema: userDetailSchema } },
    refusals: ['forbidden', 'email_not_verified', 'registration_incomplete', 'user_not_found'],
    asOf: (known, { id = '' }) => reachOfUser(known, id),
    async handle({ house, params: { id }, principal }) {
      if (id !== principal.userId) demand({ who: 'auditor' }, principal)
      const user = await readUser(house, id)
      const own = await ownReferralCode(house, user.id)
      const said = await house.reads.inquiries.get(user.id)
      const oversees = principal.roles.includes('admin') || principal.roles.includes('auditor')
      const why = oversees ? await whyUser(house, user.id) : null
      return { status: 200, body: presentUserDetail(user, own, said, why) }
    },
  }),

  operation({
    operationId: 'changeUser',
    method: 'patch',
    path: '/users/:id',
    tag: 'users',
    summary: 'Change name or language',
    description:
      'Users may change themselves, admins everybody. Absent fields keep their value, so an empty change changes nothing. Roles, address and suspension have operations of their own.',
    who: 'user',
    body: z.strictObject({ name: nameSchema.optional(), locale: localeSchema.optional() }),
    answers: { 200: { description: 'the changed user', schema: userSchema } },
    refusals: ['forbidden', 'not_allowed', 'user_not_found'],
    async handle(call) {
      const { house, params, body, principal } = call
      if (params['id'] !== principal.userId) demand({ who: 'admin' }, principal)
      const { id } = await readUser(house, params['id'])
      const change = { userId: id, name: body.name ?? null, locale: body.locale ?? null }
      mustBe(await house.execute(changeProfile, change, byCaller(call)))
      return { status: 200, body: presentUser(await readUser(house, id)) }
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
      const { id, email } = await readUser(house, params['id'])
      mustBe(await house.execute(eraseUser, { userId: id, email: email ?? '' }, byCaller(call)))
      return { status: 204 }
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
      const suspension = { userId: params['id'] ?? '', reason: body?.reason ?? null }
      mustBe(await house.execute(suspendUser, suspension, byCaller(call)))
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
      mustBe(await call.house.execute(reinstateUser, { userId: call.params['id'] ?? '' }, byCaller(call)))
      return { status: 204 }
    },
  }),
]
