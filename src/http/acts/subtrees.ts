import { createHash } from 'node:crypto'
import type { Refusal } from '../../domain/decision.ts'
import { reinstateSubtree } from '../../domain/referrals/reinstate-subtree.ts'
import { MAX_SUBTREE, suspendSubtree } from '../../domain/referrals/suspend-subtree.ts'
import { type Branch, MAX_ABOVE, type SuspensionBatch } from '../../projections/referrals.ts'
import type { By, House } from '../house.ts'
import type { Refused } from '../problems.ts'

/** A user and all those they brought, as they stand now. */
export type Subtree = {
  readonly rootId: string
  /** Whom the root brought, whom those brought, and so on; the nearest first. */
  readonly below: readonly Branch[]
  /** How many would be suspended, the root among them; how many are suspended already; how many are gone. */
  readonly counts: { readonly active: number; readonly suspended: number; readonly gone: number }
  /** The root and everybody below who is here. */
  readonly userIds: readonly string[]
  /** Stands for exactly those who would be suspended: another one as soon as anybody else would be. */
  readonly digest: string
}

const digestOf = (ids: readonly string[]): string =>
  createHash('sha256').update(ids.toSorted().join('\n')).digest('hex')

const isGone = ({ goneAt }: Branch): boolean => goneAt !== null

/** Who would be suspended together with a user; nothing is done. Refused if they are more than one decision can hold. */
export const previewSubtree = async (
  house: House,
  rootId: string,
): Promise<Subtree | { readonly refusal: Refused }> => {
  const root = await house.reads.users.get(rootId)
  const below = await house.reads.referrals.below(rootId, { limit: MAX_SUBTREE, depth: MAX_ABOVE })
  if (!root && below.length === 0) return { refusal: { code: 'user_not_found' } }
  if (below.length === MAX_SUBTREE)
    return { refusal: { code: 'subtree_too_large', details: { max: MAX_SUBTREE - 1 } } }
  const here = [...(root ? [root] : []), ...below.filter((one) => !isGone(one))]
  const active = here.filter(({ suspendedAt }) => suspendedAt === null)
  return {
    rootId,
    below,
    counts: {
      active: active.length,
      suspended: here.length - active.length,
      gone: below.filter(isGone).length + (root ? 0 : 1),
    },
    userIds: [...(root ? [rootId] : []), ...below.filter((one) => !isGone(one)).map(({ userId }) => userId)],
    digest: digestOf(active.map((one) => ('userId' in one ? one.userId : one.id))),
  }
}

export type SubtreeDone =
  /** The batch, or null if nobody was left whom it could have changed. */
  | { readonly outcome: 'accepted'; readonly batch: SuspensionBatch | null }
  | { readonly outcome: 'refused'; readonly refusal: Refused }

const refused = (refusal: Refused | Refusal) => ({ outcome: 'refused', refusal }) as const

/**
 * Suspends a user and all those they brought, as they are now, in one decision. `seen` is the digest of the preview that
 * somebody decided by: if it would be anybody else by now, nothing is done. Null where nobody has looked.
 */
export const suspendSubtreeOf = async (
  house: House,
  rootId: string,
  { reason, seen }: { readonly reason: string | null; readonly seen: string | null },
  by: By,
): Promise<SubtreeDone> => {
  const subtree = await previewSubtree(house, rootId)
  if ('refusal' in subtree) return refused(subtree.refusal)
  if (seen !== null && seen !== subtree.digest) return refused({ code: 'subtree_changed' })
  const batchId = house.newId()
  const wish = { batchId, rootId, userIds: [...subtree.userIds], reason }
  const outcome = await house.execute(suspendSubtree, wish, by)
  if (outcome.outcome === 'refused') return refused(outcome.refusal)
  return { outcome: 'accepted', batch: await house.reads.referrals.batch(batchId) }
}

/** Undoes a batch: whoever is still suspended by it may sign in again, and nobody else. */
export const reinstateSubtreeOf = async (house: House, batchId: string, by: By): Promise<SubtreeDone> => {
  const userIds = await house.reads.referrals.suspendedBy(batchId)
  const outcome = await house.execute(reinstateSubtree, { batchId, userIds }, by)
  if (outcome.outcome === 'refused') return refused(outcome.refusal)
  return { outcome: 'accepted', batch: await house.reads.referrals.batch(batchId) }
}
