import { z } from 'zod'
import type { SuspensionBatch } from '../../projections/referrals.ts'
import { previewSubtree, reinstateSubtreeOf, suspendSubtreeOf } from '../acts/subtrees.ts'
import { whyBatch } from '../acts/why.ts'
import type { House } from '../house.ts'
import { problemOf } from '../problems.ts'
import { byCaller } from './on-users.ts'
import { operation } from './operation.ts'
import { causeSchema, id, presentCause, reasonSchema, when } from './schemas.ts'

const LATEST = 100
const count = z.int().min(0)

const previewSchema = z
  .strictObject({
    rootId: id,
    counts: z.strictObject({
      active: count.meta({ description: 'would be suspended' }),
      suspended: count.meta({ description: 'are suspended already, and would stay so after an undo' }),
      gone: count,
    }),
    digest: z.hash('sha256').meta({ description: 'stands for exactly those who would be suspended now' }),
    userIds: z.array(id).meta({ description: 'the user and those below who are here; the nearest first' }),
  })
  .meta({ id: 'SubtreePreview' })

const batchSchema = z
  .strictObject({
    id,
    rootId: id,
    count: count.meta({ description: 'how many were suspended' }),
    suspendedAt: when,
    suspendedBy: z.string().meta({ examples: ['user:01JNZ8K3V5Q2W9X7T4R6Y1M0AB'] }),
    reinstatedAt: z.nullable(when),
    why: z.nullable(causeSchema).meta({ description: 'the event that suspended them, or undid it' }),
  })
  .meta({ id: 'SuspensionBatch' })

const suspensionBody = z
  .strictObject({
    reason: reasonSchema.optional(),
    digest: z.hash('sha256').optional().meta({
      description: 'as `previewSubtree` told it: if it would be anybody else by now, nothing is done',
    }),
  })
  .optional() as z.ZodType<{ reason?: string | undefined; digest?: string | undefined } | undefined>

const presentBatch = async (house: House, batch: SuspensionBatch): Promise<z.infer<typeof batchSchema>> => {
  const { id: batchId, rootId, count: many, suspendedAt, suspendedBy, reinstatedAt } = batch
  const cause = await whyBatch(house, batchId)
  const why = cause && presentCause(cause)
  return { id: batchId, rootId, count: many, suspendedAt, suspendedBy, reinstatedAt, why }
}

export const subtreeOperations = [
  operation({
    operationId: 'previewSubtree',
    method: 'get',
    path: '/users/:id/subtree',
    tag: 'referrals',
    summary: 'Who would be suspended together with a user',
    description: 'The user, those they brought, those whom they brought, and so on. Nothing is done.',
    who: 'auditor',
    answers: { 200: { description: 'who they are', schema: previewSchema } },
    refusals: ['user_not_found', 'subtree_too_large'],
    asOf: () => 'everything',
    async handle({ house, params }) {
      const subtree = await previewSubtree(house, params['id'] ?? '')
      if ('refusal' in subtree) throw problemOf(subtree.refusal)
      const { rootId, counts, digest, userIds } = subtree
      return { status: 200, body: { rootId, counts, digest, userIds } }
    },
  }),

  operation({
    operationId: 'suspendSubtree',
    method: 'post',
    path: '/users/:id/subtree-suspensions',
    tag: 'referrals',
    summary: 'Suspend a user and all those they brought',
    description:
      'All of them or nobody, in one decision that can be undone: `previewSubtree` says who they are. The reason is for admins and auditors.',
    who: 'admin',
    body: suspensionBody,
    answers: {
      201: { description: 'suspended; `Location` is where to undo it', schema: batchSchema },
      204: { description: 'there was nobody left to suspend' },
    },
    refusals: ['user_not_found', 'subtree_too_large', 'subtree_changed', 'last_admin'],
    async handle(call) {
      const { house, params, body } = call
      const wish = { reason: body?.reason ?? null, seen: body?.digest ?? null }
      const done = await suspendSubtreeOf(house, params['id'] ?? '', wish, byCaller(call))
      if (done.outcome === 'refused') throw problemOf(done.refusal)
      if (!done.batch) return { status: 204 }
      const location = `/api/v1/subtree-suspensions/${done.batch.id}`
      return { status: 201, headers: { location }, body: await presentBatch(house, done.batch) }
    },
  }),

  operation({
    operationId: 'listSubtreeSuspensions',
    method: 'get',
    path: '/subtree-suspensions',
    tag: 'referrals',
    summary: 'Subtrees that were suspended, newest first',
    description: `The latest ${LATEST}, undone or not.`,
    who: 'auditor',
    answers: { 200: { description: 'the list', schema: z.strictObject({ items: z.array(batchSchema) }) } },
    refusals: [],
    asOf: () => 'everything',
    async handle({ house }) {
      const batches = await house.reads.referrals.batches(LATEST)
      return {
        status: 200,
        body: { items: await Promise.all(batches.map((one) => presentBatch(house, one))) },
      }
    },
  }),

  operation({
    operationId: 'reinstateSubtree',
    method: 'delete',
    path: '/subtree-suspensions/:id',
    tag: 'referrals',
    summary: 'Undo the suspension of a subtree',
    description:
      'Everybody may sign in again whom it suspended and who still is by it; whoever was suspended for something else stays so.',
    who: 'admin',
    answers: { 200: { description: 'undone', schema: batchSchema } },
    refusals: ['batch_not_found'],
    async handle(call) {
      const { house, params } = call
      const done = await reinstateSubtreeOf(house, params['id'] ?? '', byCaller(call))
      if (done.outcome === 'refused') throw problemOf(done.refusal)
      if (!done.batch) throw new Error('a batch came without its row')
      return { status: 200, body: await presentBatch(house, done.batch) }
    },
  }),
]
