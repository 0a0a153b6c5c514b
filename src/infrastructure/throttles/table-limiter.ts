import { RateLimiterRes } from 'rate-limiter-flexible'
import RateLimiterStoreAbstract from 'rate-limiter-flexible/lib/RateLimiterStoreAbstract.js'
import type { Clock } from '../clock.ts'
import { type Exclusively, first, run } from '../database/work.ts'

/** Tries are counted in a transaction of their own, among those of the event store, and shared by all processes. */
export type LimiterParts = {
  readonly exclusively: Exclusively
  readonly clock: Clock
  readonly removeExpired: () => Promise<void>
}

type Counted = { readonly points: number; readonly expiresAt: number; readonly now: number }

const COUNT = `insert into throttles (key, points, expires_at)
  values ($1, case when $2 > 0 then $2 else 0 end, $4) on conflict (key) do update set
    points = case
      when throttles.expires_at <= $3 then case when $2 > 0 then $2 else 0 end
      when throttles.points + $2 > 0 then throttles.points + $2
      else 0
    end,
    expires_at = case when throttles.expires_at <= $3 then $4 else throttles.expires_at end
  returning points, expires_at as "expiresAt"`

const nameOf = (key: string) => `throttle:${key}`

/**
 * rate-limiter-flexible over a table of ours. Its own SQLite store has a connection and a clock of its own; ours share
 * the writer's commits (and so survive a restart) and take the house's clock.
 */
export class TableLimiter extends RateLimiterStoreAbstract {
  readonly #parts: LimiterParts

  constructor(
    parts: LimiterParts,
    limit: { readonly name: string; readonly points: number; readonly seconds: number },
  ) {
    super({
      storeClient: parts,
      keyPrefix: limit.name,
      points: limit.points,
      duration: limit.seconds,
    } as ConstructorParameters<typeof RateLimiterStoreAbstract>[0])
    this.#parts = parts
  }

  /** Counts in one statement: of any number who try at once each sees another count. */
  async _upsert(key: string, points: number, durationMs: number): Promise<Counted> {
    const { exclusively, clock, removeExpired } = this.#parts
    await removeExpired()
    return exclusively(nameOf(key), function* () {
      const now = Date.parse(clock())
      const row = yield* first<Omit<Counted, 'now'>>(COUNT, [key, points, now, now + durationMs])
      if (!row) throw new Error('nothing was counted')
      return { ...row, now }
    })
  }

  async _delete(key: string): Promise<boolean> {
    const removed = await this.#parts.exclusively(nameOf(key), () =>
      run('delete from throttles where key = $1', [key]),
    )
    return removed > 0
  }

  _getRateLimiterRes(_key: string, changed: number, { points, expiresAt, now }: Counted): RateLimiterRes {
    // A clock that was set back must not make anybody wait longer than the whole window.
    const wait = Math.min(Math.max(expiresAt - now, 0), this.duration * 1000)
    return new RateLimiterRes(Math.max(this.points - points, 0), wait, points, points === changed)
  }
}
