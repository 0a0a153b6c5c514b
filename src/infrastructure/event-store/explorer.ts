import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import { type EventType, eventTypes } from '../../domain/catalogue.ts'
import type { Instant } from '../../domain/event.ts'
import { plus } from '../clock.ts'
import type { Database } from '../database/work.ts'

/** How many events of each type there are between two moments. */
export type Counts = Readonly<Partial<Record<EventType, number>>>

/** Commits of another process may still be under way that carry a moment already past. */
const SETTLED_MS = 60_000
const MAX_COUNTED = 2000

/** Each type is sought by itself: that is what the index is good for. */
const COUNT = `with types(type) as (values ${eventTypes.map((type) => `('${type}')`).join(', ')})
  select type, (select count(*) from events e
    where e.type = types.type and e.position >= $1 and e.position < $2) as count
  from types`

/** Finds places in the history: by moment, by id; and counts what lies between them. */
export const openExplorer = (
  { reader, dialect }: Pick<Database, 'reader' | 'dialect'>,
  clock: () => Instant,
) => {
  const counted = new LRUCache<string, Counts>({ max: MAX_COUNTED })
  const at = `select position, ${dialect.field('at')} as at from events
    where position >= $1 order by position limit 1`

  const head = async (): Promise<number> => {
    const row = await reader.get<{ head: number | null }>('select max(position) as head from events')
    return row?.head ?? 0
  }

  /** The first event at or after a moment; the place behind the last, if there is none. Moments never go back. */
  const positionAt = async (moment: Instant): Promise<number> => {
    let low = 1
    let high = (await head()) + 1
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      const found = await reader.get<{ position: number; at: Instant }>(at, [middle])
      if (found && found.at < moment) low = found.position + 1
      else high = middle
    }
    return low
  }

  const count = async (from: Instant, until: Instant): Promise<Counts> => {
    const rows = await reader.all<{ type: EventType; count: number }>(COUNT, [
      await positionAt(from),
      await positionAt(until),
    ])
    return Object.fromEntries(rows.flatMap((row) => (row.count > 0 ? [[row.type, row.count]] : [])))
  }

  return {
    positionAt,

    async positionOf(id: string): Promise<number | null> {
      const sql = `select position from events where ${dialect.field('id')} = $1`
      return (await reader.get<{ position: number }>(sql, [id]))?.position ?? null
    },

    /** The stored bytes as they are hashed, and whether they hold something in a box. */
    async stored(position: number): Promise<{ readonly digest: string; readonly hasBox: boolean } | null> {
      const sql = 'select bytes from events where position = $1'
      const row = await reader.get<{ bytes: string }>(sql, [position])
      if (!row) return null
      const { data } = JSON.parse(row.bytes) as { data: { personal?: string } }
      return {
        digest: createHash('sha256').update(row.bytes).digest('hex'),
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
        const counts = counted.get(key) ?? (await count(from, until))
        if (until < settled) counted.set(key, counts)
        all.push(counts)
        await setImmediate()
      }
      return all
    },
  }
}
