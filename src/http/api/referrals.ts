import { z } from 'zod'
import type { ApiPrincipal } from '../../projections/principal.ts'
import type { Branch, ReferralView } from '../../projections/referrals.ts'
import type { House } from '../house.ts'
import { Problem } from '../problems.ts'
import { demand } from './caller.ts'
import { listOf, pageOf, pageQuery } from './lists.ts'
import { operation } from './operation.ts'
import { id, when } from './schemas.ts'

const MAX_DEPTH = 1000
const USUAL_DEPTH = 3
const MAX_BRANCHES = 1000
const USUAL_BRANCHES = 200
const MAX_TOP = 100
const USUAL_TOP = 20

const name = z
  .nullable(z.string())
  .meta({ description: 'null if they gave none, or are gone', examples: ['Ada Lovelace'] })
const email = z
  .nullable(z.string())
  .meta({ description: 'null once the person has been forgotten', examples: ['ada@example.org'] })
const count = z.int().min(0)
const way = z
  .enum(['registration', 'later'])
  .meta({ description: 'registered with the code, or said so later' })

/** What anybody who is signed in may know of somebody. */
const publicSchema = z.strictObject({ id, name }).meta({ id: 'PublicUser' })

export const referrerSchema = z
  .strictObject({ id, name, email: email.optional().meta({ description: 'for auditors and admins' }) })
  .meta({ id: 'Referrer' })

const referralSchema = z.strictObject({ id, name, email, joinedAt: when }).meta({ id: 'Referral' })

const countsSchema = z
  .strictObject({
    all: count,
    verified: count.meta({ description: 'have confirmed an address, and are here' }),
    gone: count,
  })
  .meta({ id: 'ReferralCounts' })

const branchSchema = z
  .strictObject({
    id,
    referrerId: id,
    depth: z.int().min(1).meta({ description: '1: brought by the root' }),
    name,
    email: email.meta({
      description: 'of those whom one brought oneself; for auditors and admins, everybody’s',
    }),
    joinedAt: when,
    way,
    isGone: z.boolean(),
  })
  .meta({ id: 'ReferralBranch' })

const isOverseer = ({ roles }: ApiPrincipal): boolean => roles.includes('admin') || roles.includes('auditor')

const presentReferral = ({ userId, name: who, email: address, at }: ReferralView) => ({
  id: userId,
  name: who,
  email: address,
  joinedAt: at,
})

const presentBranch = (branch: Branch, seesAll: boolean): z.infer<typeof branchSchema> => ({
  id: branch.userId,
  referrerId: branch.referrerId,
  depth: branch.depth,
  name: branch.name,
  email: seesAll || branch.depth === 1 ? branch.email : null,
  joinedAt: branch.at,
  way: branch.way,
  isGone: branch.goneAt !== null,
})

/** Users by their ids, in that order; who is gone has no name. */
export const presentReferrers = (
  house: House,
  ids: readonly string[],
  withEmail: boolean,
): Promise<z.infer<typeof referrerSchema>[]> =>
  Promise.all(
    ids.map(async (userId) => {
      const user = await house.reads.users.get(userId)
      const shown = { id: userId, name: user?.name ?? null }
      return withEmail ? { ...shown, email: user?.email ?? null } : shown
    }),
  )

/** Those whom somebody brought outlive them; but who was never here, or is gone and not asked about by who oversees, is unknown. */
const mustBeKnown = async (house: House, userId: string, evenGone: boolean): Promise<void> => {
  if (await house.reads.users.get(userId)) return
  if (evenGone && (await house.reads.referrals.counts(userId)).all > 0) return
  throw new Problem('user_not_found')
}

export const referralOperations = [
  operation({
    operationId: 'listReferrals',
    method: 'get',
    path: '/users/:id/referrals',
    tag: 'referrals',
    summary: 'Whom a user brought, newest first',
    description:
      'Their addresses and when they came are for that user, auditors and admins; others see ids, names and how many there are.',
    who: 'user',
    query: z.strictObject(pageQuery),
    answers: {
      200: {
        description: 'a page; `Link` leads to the next',
        schema: z.union([
          listOf(referralSchema).extend({ counts: countsSchema }),
          listOf(publicSchema).extend({ counts: countsSchema.pick({ all: true }) }),
        ]),
      },
    },
    refusals: ['user_not_found'],
    asOf: () => 'everything',
    async handle({ house, params, query: { limit, cursor }, principal }) {
      const userId = params['id'] ?? ''
      const seesAll = userId === principal.userId || isOverseer(principal)
      await mustBeKnown(house, userId, isOverseer(principal))
      const found = await house.reads.referrals.of(userId, { limit: limit + 1, after: cursor })
      const { all, ...more } = await house.reads.referrals.counts(userId)
      const present = (one: ReferralView): Partial<z.infer<typeof referralSchema>> =>
        seesAll ? presentReferral(one) : { id: one.userId, name: one.name }
      const page = pageOf(
        found.map((one) => ({ ...one, id: one.userId })),
        present,
        { url: `/api/v1/users/${userId}/referrals`, filters: {}, limit },
      )
      return { ...page, body: { ...page.body, counts: seesAll ? { all, ...more } : { all } } }
    },
  }),

  operation({
    operationId: 'listReferrers',
    method: 'get',
    path: '/users/:id/referrers',
    tag: 'referrals',
    summary: 'Who brought a user here, who brought them, and so on',
    description:
      'The nearest first; none for whoever came by themselves. Users see who brought them and no further; auditors and admins see all.',
    who: 'user',
    answers: { 200: { description: 'the line', schema: z.strictObject({ items: z.array(referrerSchema) }) } },
    refusals: ['forbidden', 'user_not_found'],
    asOf: () => 'everything',
    async handle({ house, params, principal }) {
      const userId = params['id'] ?? ''
      if (userId !== principal.userId) demand({ who: 'auditor' }, principal)
      await mustBeKnown(house, userId, true)
      const seesAll = isOverseer(principal)
      const above = await house.reads.referrals.above(userId)
      const items = await presentReferrers(house, seesAll ? above : above.slice(0, 1), seesAll)
      return { status: 200, body: { items } }
    },
  }),

  operation({
    operationId: 'getReferralTree',
    method: 'get',
    path: '/users/:id/referral-tree',
    tag: 'referrals',
    summary: 'Whom a user brought, whom those brought, and so on',
    description:
      'Those nearer to the user come first; each says by `referrerId` below whom they stand. For that user, auditors and admins. `isTruncated` if there are more than `limit` within `depth`.',
    who: 'user',
    query: z.strictObject({
      depth: z.coerce.number().int().min(1).max(MAX_DEPTH).default(USUAL_DEPTH),
      limit: z.coerce.number().int().min(1).max(MAX_BRANCHES).default(USUAL_BRANCHES),
    }),
    answers: {
      200: {
        description: 'the tree',
        schema: z.strictObject({ rootId: id, items: z.array(branchSchema), isTruncated: z.boolean() }),
      },
    },
    refusals: ['forbidden', 'user_not_found'],
    asOf: () => 'everything',
    async handle({ house, params, query: { depth, limit }, principal }) {
      const rootId = params['id'] ?? ''
      if (rootId !== principal.userId) demand({ who: 'auditor' }, principal)
      await mustBeKnown(house, rootId, true)
      const found = await house.reads.referrals.below(rootId, { limit: limit + 1, depth })
      const items = found.slice(0, limit).map((branch) => presentBranch(branch, isOverseer(principal)))
      return { status: 200, body: { rootId, items, isTruncated: found.length > limit } }
    },
  }),

  operation({
    operationId: 'listTopReferrers',
    method: 'get',
    path: '/referrals/top',
    tag: 'referrals',
    summary: 'Who brought the most',
    description: 'By how many of them are here and have confirmed their address.',
    who: 'auditor',
    query: z.strictObject({ limit: z.coerce.number().int().min(1).max(MAX_TOP).default(USUAL_TOP) }),
    answers: {
      200: {
        description: 'the first of them',
        schema: z.strictObject({
          items: z.array(z.strictObject({ id, name, email, counts: countsSchema })),
        }),
      },
    },
    refusals: [],
    asOf: () => 'everything',
    async handle({ house, query: { limit } }) {
      const items = (await house.reads.referrals.top(limit)).map(
        ({ userId, name: who, email: address, ...counts }) => ({
          id: userId,
          name: who,
          email: address,
          counts,
        }),
      )
      return { status: 200, body: { items } }
    },
  }),
]
