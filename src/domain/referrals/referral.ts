import { type Decision, type Fold, fold, type Reading, reading, refuse } from '../decision.ts'
import type { Instant } from '../event.ts'
import { hasExpired } from '../invites/invite.ts'
import { userTag } from '../users/events.ts'
import type { Standing } from '../users/user.ts'

/** What the history says of one code. That it has expired follows from `expiresAt` and a clock. */
export type ReferralCode =
  | { readonly status: 'unknown' }
  | {
      readonly status: 'created'
      readonly userId: string
      readonly code: string | null
      readonly expiresAt: Instant
      readonly mailedTo: readonly (string | null)[]
    }
  | { readonly status: 'deleted'; readonly userId: string }

export const referralCode = fold<ReferralCode>(
  { status: 'unknown' },
  {
    ReferralCodeCreated: (_, { data: { userId, code, expiresAt } }) => ({
      status: 'created',
      userId,
      code,
      expiresAt,
      mailedTo: [],
    }),
    ReferralCodeMailed: (state, { data: { email } }) =>
      state.status === 'created' ? { ...state, mailedTo: [...state.mailedTo, email] } : state,
    ReferralCodeDeleted: (_, { data: { userId } }) => ({ status: 'deleted', userId }),
  },
)

/** The code of a user that counts: the newest, unless it was deleted. */
export type OwnCode =
  | { readonly status: 'none' }
  | { readonly status: 'created'; readonly codeId: string; readonly expiresAt: Instant }

export const ownCode = fold<OwnCode>(
  { status: 'none' },
  {
    ReferralCodeCreated: (_, { data: { codeId, expiresAt } }) => ({ status: 'created', codeId, expiresAt }),
    ReferralCodeDeleted: (state, { data }) =>
      state.status === 'created' && state.codeId === data.codeId ? { status: 'none' } : state,
  },
)

/** Who brought a user here, and by which code. */
export type Referrer = { readonly referrerId: string; readonly codeId: string } | null

export const referrer = fold<Referrer>(null, {
  UserReferred: (_, { data: { referrerId, codeId } }) => ({ referrerId, codeId }),
})

/**
 * Why nobody can come by this code just now; null when somebody can. Whoever holds a code of somebody who was suspended
 * or erased, or deleted it, learns no more than that there is none.
 */
export const codeRefusal = (
  code: ReferralCode,
  referrerId: string,
  owner: Standing,
  now: Instant,
): Decision | null => {
  if (code.status !== 'created' || code.userId !== referrerId || owner.status !== 'active') {
    return refuse('referral_code_unknown')
  }
  const { expiresAt } = code
  return hasExpired(expiresAt, now) ? refuse('referral_code_expired', { expiresAt }) : null
}

/** What was done to many at once, if it was. */
export type Batch = { readonly rootId: string } | null

export const batch = fold<Batch>(null, {
  SubtreeSuspended: (_, { data: { rootId } }) => ({ rootId }),
})

/** Whether what was done to many at once still stands. */
export const batchState = fold<'unknown' | 'suspended' | 'reinstated'>('unknown', {
  SubtreeSuspended: () => 'suspended',
  SubtreeReinstated: () => 'reinstated',
})

/** By which batch a user is suspended, while they are. */
export type Suspension = { readonly batchId: string | null }

export const suspension = fold<Suspension>(
  { batchId: null },
  {
    UserSuspended: (_, { data: { batchId } }) => ({ batchId }),
    UserReinstated: () => ({ batchId: null }),
    UserErased: () => ({ batchId: null }),
  },
)

/** The same reading for each of many users, by a name of its own: however many they are, all of them are in the boundary. */
export const readingEach = <P extends string, S>(prefix: P, userIds: readonly string[], what: Fold<S>) =>
  Object.fromEntries(userIds.map((id) => [`${prefix}:${id}`, reading(userTag(id), what)])) as Readonly<
    Record<`${P}:${string}`, Reading<S>>
  >
