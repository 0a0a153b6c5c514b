import { setImmediate } from 'node:timers/promises'
import type { SqliteConnection } from '../database/sqlite.ts'
import type { TagEncoder } from './codec.ts'
import type { EventFilter, StoredEvent } from './store.ts'

const PAGE = 500

/** What stands in an event's bytes and has an index of its own. */
const WITHIN = ['actor', 'correlation', 'causation'] as const

const pageSql = (filter: EventFilter, direction: 'asc' | 'desc'): string => {
  const where = ['position > @after', 'position <= @until']
  if (filter.types !== undefined) where.push('type in (select value from json_each(@types))')
  const within = WITHIN.filter((field) => filter[field] !== undefined).map(
    (field) => `json_extract(bytes, '$.${field}') = @${field}`,
  )
  const order = `order by position ${direction}`
  const limit = `limit ${PAGE}`
  if (filter.tag === undefined) {
    return `select position, type, bytes from events where ${[...where, ...within].join(' and ')} ${order} ${limit}`
  }
  // Under a tag the places are found first: only a page of events is read, however many the tag has.
  const places = `select position from event_tags where tag = @tag and ${where.join(' and ')} ${order}`
  const found = within.length === 0 ? `${places} ${limit}` : places
  return `select e.position, e.type, e.bytes from (${found}) t cross join events e on e.position = t.position
    ${within.length === 0 ? '' : `where ${within.join(' and ')}`} order by e.position ${direction} ${limit}`
}

/**
 * Pages of stored events in order of position or the reverse. No cursor stays open between pages: better-sqlite3 would
 * hold the connection, and an open snapshot would keep the write-ahead log from being emptied. Between pages others
 * get their turn: a long history stops nobody.
 */
export async function* storedPages(
  db: SqliteConnection,
  encodeTag: TagEncoder,
  filter: EventFilter,
): AsyncIterable<readonly StoredEvent[]> {
  const { after = 0, until = Number.MAX_SAFE_INTEGER, tag, types, newestFirst = false } = filter
  const direction = newestFirst ? 'desc' : 'asc'
  const page = db.prepare(pageSql(filter, direction))
  const params = {
    ...(tag === undefined ? {} : { tag: encodeTag(tag) }),
    ...(types === undefined ? {} : { types: JSON.stringify(types) }),
    ...Object.fromEntries(
      WITHIN.flatMap((field) => (filter[field] === undefined ? [] : [[field, filter[field]]])),
    ),
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
