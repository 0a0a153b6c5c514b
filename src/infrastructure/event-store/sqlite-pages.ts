import type { SqliteConnection } from '../database/sqlite.ts'
import type { TagEncoder } from './codec.ts'
import type { EventFilter, StoredEvent } from './store.ts'

const PAGE = 500

/**
 * Stored events in order of position, a page at a time. No cursor stays open between pages: better-sqlite3 would
 * hold the connection, and an open snapshot would keep the write-ahead log from being emptied.
 */
export async function* storedPages(
  db: SqliteConnection,
  encodeTag: TagEncoder,
  { after = 0, until = Number.MAX_SAFE_INTEGER, tag, types }: EventFilter,
): AsyncIterable<StoredEvent> {
  const where = ['e.position > @after', 'e.position <= @until']
  if (tag !== undefined) where.push('t.tag = @tag')
  if (types !== undefined) where.push('e.type in (select value from json_each(@types))')
  const from = tag === undefined ? 'events e' : 'event_tags t cross join events e on e.position = t.position'
  const page = db.prepare(
    `select e.position, e.type, e.bytes from ${from} where ${where.join(' and ')} order by e.position limit ${PAGE}`,
  )
  const params = {
    ...(tag === undefined ? {} : { tag: encodeTag(tag) }),
    ...(types === undefined ? {} : { types: JSON.stringify(types) }),
    until,
  }
  let last = after
  for (;;) {
    const rows = page.all({ ...params, after: last }) as StoredEvent[]
    yield* rows
    const end = rows.at(-1)
    if (!end || rows.length < PAGE) return
    last = end.position
  }
}
