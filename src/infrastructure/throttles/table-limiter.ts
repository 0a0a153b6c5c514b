import type { Clock } from '../clock.ts'
import { type Exclusively, first, run } from '../database/work.ts'
import { type Counted, Limiter, type NamedLimit } from './limiter.ts'

/** Tries are counted in a transaction of their own, among those of the event store, and shared by all processes. */
export type LimiterParts = {
  readonly exclusively: Exclusively
  readonly clock: Clock
  readonly removeExpired: () => Promise<void>
}

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
 * Counts in a table of ours. The library's own SQLite store has a connection and a clock of its own; ours share
 * the writer's commits, and so survive a restart.
 */
export class TableLimiter extends Limiter {
  readonly #parts: LimiterParts

  constructor(parts: LimiterParts, limit: NamedLimit) {
    super(parts, limit)
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
}
