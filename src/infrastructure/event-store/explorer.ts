import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import { type EventType, eventTypes } from '../../domain/catalogue.ts'
import type { Instant } from '../../domain/event.ts'
import { plus } from '../clock.ts'
import { type SqliteConnection, statementsOf } from '../database/sqlite.ts'

/** How many events of each type there are between two moments. */
export type Counts = Readonly<Partial<Record<EventType, number>>>

/** Commits of another process may still be under way that carry a moment already past. */
const SETTLED_MS = 60_000
const MAX_COUNTED = 2000

/** Finds places in the history: by moment, by id; and counts what lies between them. */
export const openExplorer = (db: SqliteConnection, clock: () => Instant) => {
  const statement = statementsOf(db)
  const counted = new LRUCache<string, Counts>({ max: MAX_COUNTED })

  const head = (): number =>
    (statement('select max(position) from events').pluck().get() as number | null) ?? 0

  /** The first event at or after a moment; the place behind the last, if there is none. Moments never go back. */
  const positionAt = (moment: Instant): number => {
    const at = statement(
      `select position, json_extract(bytes, '$.at') as at from events where position >= ? order by position limit 1`,
    )
    let low = 1
    let high = head() + 1
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      const found = at.get(middle) as { position: number; at: Instant }
      if (found.at < moment) low = found.position + 1
      else high = middle
    }
    return low
  }

  const count = (from: Instant, until: Instant): Counts => {
    const rows = statement(
      `select e.type, count(*) as count
       from json_each(?) t cross join events e indexed by events_by_type on e.type = t.value
       where e.position >= ? and e.position < ? group by e.type`,
    ).all(JSON.stringify(eventTypes), positionAt(from), positionAt(until)) as {
      type: EventType
      count: number
    }[]
    return Object.fromEntries(rows.map((row) => [row.type, row.count]))
  }

  return {
    positionAt,

    positionOf: (id: string): number | null =>
      (statement(`select position from events where json_extract(bytes, '$.id') = ?`).pluck().get(id) as
        | number
        | undefined) ?? null,

    /** The stored bytes as they are hashed, and whether they hold something in a box. */
    stored: (position: number): { readonly digest: string; readonly hasBox: boolean } | null => {
      const bytes = statement('select bytes from events where position = ?').pluck().get(position)
      if (typeof bytes !== 'string') return null
      const { data } = JSON.parse(bytes) as { data: { personal?: string } }
      return {
        digest: createHash('sha256').update(bytes).digest('hex'),
        hasBox: data.personal !== undefined,
      }
    },

    /** Counts between each moment and the next. What is over is counted once; others get their turn in between. */
    async counts(moments: readonly Instant[]): Promise<Counts[]> {
      const settled = plus(clock(), -SETTLED_MS)
      const all: Counts[] = []
      for (const [n, until] of moments.slice(1).entries()) {
        const from = moments[n] ?? until
        const key = `${from} ${until}`
        const counts = counted.get(key) ?? count(from, until)
        if (until < settled) counted.set(key, counts)
        all.push(counts)
        await setImmediate()
      }
      return all
    },
  }
}
