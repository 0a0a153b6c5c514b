import type { Clock } from '../clock.ts'
import { type SqliteConnection, statementsOf } from '../database/sqlite.ts'
import { type Counted, Limiter, type NamedLimit } from './limiter.ts'

/** Tries are counted in a transaction of their own, among those of the event store, and shared by all processes. */
export type LimiterParts = {
  readonly db: SqliteConnection
  readonly exclusively: <T>(work: () => T) => Promise<T>
  readonly clock: Clock
}

/**
 * Counts in a table of ours. The library's own SQLite store has a connection and a clock of its own; ours share
 * the writer's commits, and so survive a restart.
 */
export class SqliteLimiter extends Limiter {
  readonly #parts: LimiterParts
  readonly #statement: ReturnType<typeof statementsOf>

  constructor(parts: LimiterParts, limit: NamedLimit) {
    super(parts.db, limit)
    this.#parts = parts
    this.#statement = statementsOf(parts.db)
  }

  /** Counts in one statement: of any number who try at once each sees another count. */
  async _upsert(key: string, points: number, durationMs: number): Promise<Counted> {
    const { exclusively, clock } = this.#parts
    return exclusively(() => {
      const now = Date.parse(clock())
      this.#statement('delete from throttles where expires_at <= ? and key <> ?').run(now, key)
      const row = this.#statement(
        `insert into throttles values (@key, max(@points, 0), @until) on conflict (key) do update set
           points = case when expires_at <= @now then max(@points, 0) else max(points + @points, 0) end,
           expires_at = case when expires_at <= @now then @until else expires_at end
         returning points, expires_at as expiresAt`,
      ).get({ key, points, now, until: now + durationMs }) as { points: number; expiresAt: number }
      return { ...row, now }
    })
  }

  async _delete(key: string): Promise<boolean> {
    return this.#parts.exclusively(
      () => this.#statement('delete from throttles where key = ?').run(key).changes > 0,
    )
  }
}
