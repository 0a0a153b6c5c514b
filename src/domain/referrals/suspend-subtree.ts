import { z } from 'zod'
import type { NewEvent } from '../catalogue.ts'
import { accept, command, type Readings, reading, refuse } from '../decision.ts'
import { ulidSchema } from '../event.ts'
import { userTag } from '../users/events.ts'
import {
  adminRefusal,
  adminsReading,
  type Holders,
  refuseWith,
  type Standing,
  standing,
  standingOf,
} from '../users/user.ts'
import { batchTag } from './events.ts'
import { type Batch, batch, readingEach } from './referral.ts'

/** As many as one decision can hold without keeping others waiting. */
export const MAX_SUBTREE = 5000

type View = {
  readonly batch: Batch
  readonly root: Standing
  readonly actor: Standing
  readonly admins: Holders
  readonly [member: `user:${string}`]: Standing
}

/**
 * An admin suspends a user together with those whom they brought, all or nobody. `userIds` are who it is about, as the
 * caller read them; who is suspended already, or gone, is left as they are, so that undoing the batch undoes just it.
 */
export const suspendSubtree = command({
  type: 'SuspendSubtree',
  schema: z.strictObject({
    batchId: ulidSchema,
    rootId: ulidSchema,
    userIds: z.array(ulidSchema).max(MAX_SUBTREE),
    reason: z.nullable(z.string().trim().min(1).max(200)),
  }),
  reads: ({ batchId, rootId, userIds }, { actor }): Readings<View> => ({
    batch: reading(batchTag(batchId), batch),
    root: reading(userTag(rootId), standing),
    actor: standingOf(actor),
    admins: adminsReading,
    ...readingEach('user', userIds, standing),
  }),
  decide: ({ batchId, rootId, userIds, reason }, view, { actor }) => {
    const forbidden = adminRefusal(actor, view.actor)
    if (forbidden) return refuseWith(forbidden)
    if (view.root.status === 'unknown') return refuse('user_not_found')
    if (view.batch) return accept()
    const active = new Set(userIds.filter((id) => view[`user:${id}`]?.status === 'active'))
    if (active.size === 0) return accept()
    if (view.admins.active.every((id) => active.has(id)) && view.admins.active.length > 0) {
      return refuse('last_admin')
    }
    const each = [...active].flatMap((userId): NewEvent[] => [
      {
        type: 'UserSuspended',
        data: { userId, roles: [...(view[`user:${userId}`]?.roles ?? [])], reason, batchId },
      },
      { type: 'SessionsEnded', data: { userId, except: null, reason: 'suspended' } },
    ])
    return accept(...each, { type: 'SubtreeSuspended', data: { batchId, rootId, count: active.size } })
  },
})
