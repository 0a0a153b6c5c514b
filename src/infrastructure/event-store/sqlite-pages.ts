import { setImmediate } from 'node:timers/promises'
import type { SqliteConnection } from '../database/sqlite.ts'
import type { TagEncoder } from './codec.ts'
import type { EventFilter, StoredEvent } from './store.ts'

const PAGE = 500

/**
 * Pages of stored events in order of position or the reverse. No cursor stays open between pages: better-sqlite3 would
 * hold the connection, and an open snapshot would keep the write-ahead log from being emptied. Between pages others
 * get their turn: a long history stops nobody.
 */
export async function* storedPages(
  db: SqliteConnection,
  encodeTag: TagEncoder,
  { after = 0, until = Number.MAX_SAFE_INTEGER, tag, types, newestFirst = false }: EventFilter,
): AsyncIterable<readonly StoredEvent[]> {
  const where = ['position > @after', 'position <= @until']
  if (types !== undefined) where.push('type in (select value from json_each(@types))')
  const direction = newestFirst ? 'desc' : 'asc'
  const wanted = `${where.join(' and ')} order by position ${direction} limit ${PAGE}`
  // Under a tag the places are found first: only a page of events is read, however many the tag has.
  const page = db.prepare(
    tag === undefined
      ? `select position, type, bytes from events where ${wanted}`
      : `select e.position, e.type, e.bytes
         from (select position from event_tags where tag = @tag and ${wanted}) t
         cross join events e on e.position = t.position order by e.position ${direction}`,
  )
  const params = {
    ...(tag === undefined ? {} : { tag: encodeTag(tag) }),
    ...(types === undefined ? {} : { types: JSON.stringify(types) }),
  }
  let range = { after, until }
  for (;;) {
    const rows = page.all({ ...params, ...range }) as StoredEvent[]
    if (rows.length > 0) yield rows
    const end = rows.at(-1)
    if (!end || rows.length < PAGE) return
    await setImmediate()
    range = newestFirst ? { after, until: end.position - 1 } : { after: end.position, until }
  }
}
