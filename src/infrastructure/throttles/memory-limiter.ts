import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.ts'
import { type Counted, Limiter, type NamedLimit } from './limiter.ts'

const MAX_COUNTED = 20_000

type Counter = { readonly points: number; readonly expiresAt: number }

/**
 * Counts in this process, for what must not cost a statement. A restart forgets the counts and a second process has its
 * own: it is good for slowing down who reads a lot, not for what must never be tried more often.
 */
export class MemoryLimiter extends Limiter {
  readonly #clock: Clock
  readonly #counters: LRUCache<string, Counter>

  constructor(clock: Clock, limit: NamedLimit) {
    const counters = new LRUCache<string, Counter>({ max: MAX_COUNTED })
    super(counters, limit)
    this.#clock = clock
    this.#counters = counters
  }

  async _upsert(key: string, points: number, durationMs: number): Promise<Counted> {
    const now = Date.parse(this.#clock())
    const known = this.#counters.get(key)
    const counter =
      known && known.expiresAt > now
        ? { points: Math.max(known.points + points, 0), expiresAt: known.expiresAt }
        : { points: Math.max(points, 0), expiresAt: now + durationMs }
    this.#counters.set(key, counter)
    return { ...counter, now }
  }

  async _delete(key: string): Promise<boolean> {
    return this.#counters.delete(key)
  }
}
