import { RateLimiterRes } from 'rate-limiter-flexible'
import { openExpiring } from '../database/expiring.ts'
import type { Limiter } from './limiter.ts'
import { MemoryLimiter } from './memory-limiter.ts'
import { type LimiterParts, TableLimiter } from './table-limiter.ts'

type Limit = { readonly points: number; readonly seconds: number; readonly isInMemory?: true }

/** Whether there was room, what is left of it, and until when to wait if there was none. */
export type Counted = {
  readonly allowed: boolean
  readonly limit: number
  readonly remaining: number
  readonly windowSeconds: number
  /** Whole seconds until the count begins anew; at least 1. */
  readonly resetSeconds: number
}

/** Counters by policy and by whom; nobody's name stands in them, only a digest. */
export const openThrottles = <P extends string>(
  { digest, ...parts }: Omit<LimiterParts, 'removeExpired'> & { readonly digest: (text: string) => string },
  policies: Readonly<Record<P, readonly Limit[]>>,
) => {
  const removeExpired = openExpiring(parts, { name: 'throttles', key: ['key'], now: Date.parse })
  const limiters = new Map(
    Object.entries<readonly Limit[]>(policies).map(([policy, limits]) => [
      policy,
      limits.map(({ points, seconds, isInMemory }): Limiter => {
        const limit = { name: `${policy}/${seconds}`, points, seconds }
        return isInMemory
          ? new MemoryLimiter(parts.clock, limit)
          : new TableLimiter({ ...parts, removeExpired }, limit)
      }),
    ]),
  )
  const keyOf = (policy: P, subject: string) => digest(`${policy} ${subject}`)

  const count = async (limiter: Limiter, key: string): Promise<Counted> => {
    const result = await limiter.consume(key).catch((refused: unknown) => {
      if (refused instanceof RateLimiterRes) return refused
      throw refused
    })
    return {
      allowed: result.consumedPoints <= limiter.points,
      limit: limiter.points,
      remaining: result.remainingPoints,
      windowSeconds: limiter.duration,
      resetSeconds: Math.max(1, Math.ceil(result.msBeforeNext / 1000)),
    }
  }

  return {
    /** Counts a try, before anything is done about it. Where several limits hold, the tightest answers. */
    async take(policy: P, subject: string): Promise<Counted> {
      const key = keyOf(policy, subject)
      const counted: Counted[] = []
      for (const limiter of limiters.get(policy) ?? []) counted.push(await count(limiter, key))
      const [first, ...others] = counted
      if (!first) throw new Error(`there is no limit for ${policy}`)
      return others.reduce(
        (tightest, one) =>
          !tightest.allowed || (one.allowed && one.remaining >= tightest.remaining) ? tightest : one,
        first,
      )
    },

    /** The try was none: it is taken back. */
    async giveBack(policy: P, subject: string): Promise<void> {
      for (const limiter of limiters.get(policy) ?? []) await limiter.reward(keyOf(policy, subject))
    },

    /** Whoever has proven who they are begins anew. */
    async clear(policy: P, subject: string): Promise<void> {
      for (const limiter of limiters.get(policy) ?? []) await limiter.delete(keyOf(policy, subject))
    },
  }
}
