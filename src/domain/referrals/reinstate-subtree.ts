import { z } from 'zod'
import type { NewEvent } from '../catalogue.ts'
import { accept, command, type Readings, reading, refuse } from '../decision.ts'
import { ulidSchema } from '../event.ts'
import type { Role } from '../users/events.ts'
import { adminRefusal, refuseWith, type Standing, standing, standingOf } from '../users/user.ts'
import { batchTag } from './events.ts'
import { type Batch, batch, readingEach, type Suspension, suspension } from './referral.ts'
import { MAX_SUBTREE } from './suspend-subtree.ts'

type View = {
  readonly batch: Batch
  readonly actor: Standing
  readonly [member: `user:${string}`]: Standing
  readonly [suspension: `batch:${string}`]: Suspension
}

/**
 * Undoes a suspended subtree: everybody may sign in again whom this batch suspended, and who is still suspended by it.
 * Whoever was reinstated since, and suspended for something else, stays so.
 */
export const reinstateSubtree = command({
  type: 'ReinstateSubtree',
  schema: z.strictObject({ batchId: ulidSchema, userIds: z.array(ulidSchema).max(MAX_SUBTREE) }),
  reads: ({ batchId, userIds }, { actor }): Readings<View> => ({
    batch: reading(batchTag(batchId), batch),
    actor: standingOf(actor),
    ...readingEach('user', userIds, standing),
    ...readingEach('batch', userIds, suspension),
  }),
  decide: ({ batchId, userIds }, view, { actor }) => {
    const forbidden = adminRefusal(actor, view.actor)
    if (forbidden) return refuseWith(forbidden)
    if (!view.batch) return refuse('batch_not_found')
    const ids = [...new Set(userIds)].filter((id) => view[`batch:${id}`]?.batchId === batchId)
    if (ids.length === 0) return accept()
    const rolesOf = (id: string): Role[] => [...(view[`user:${id}`]?.roles ?? [])]
    const each = ids.map(
      (userId): NewEvent => ({ type: 'UserReinstated', data: { userId, roles: rolesOf(userId) } }),
    )
    const { rootId } = view.batch
    return accept(...each, { type: 'SubtreeReinstated', data: { batchId, rootId, count: ids.length } })
  },
})
