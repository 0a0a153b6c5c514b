import { setImmediate } from 'node:timers/promises'
import type { Value } from '../../projections/projection.ts'
import type { Database, Dialect } from '../database/work.ts'
import type { TagEncoder } from './codec.ts'
import type { EventFilter, StoredEvent } from './store.ts'

/** So many are read at once, if nobody wants fewer. */
const MOST = 500

/** What stands in an event's bytes and has an index of its own. */
const WITHIN = ['actor', 'correlation', 'causation'] as const

/** The page between two positions: `$1` exclusive, `$2` inclusive; the other parameters as the filter has them. */
const pageOf = (
  { field, isOneOf }: Dialect,
  encodeTag: TagEncoder,
  { tag, types, newestFirst = false, pageSize, ...filter }: EventFilter & { readonly pageSize: number },
): { readonly sql: string; readonly params: readonly Value[] } => {
  const params: Value[] = []
  const parameter = (value: Value) => `$${params.push(value) + 2}`
  const direction = newestFirst ? 'desc' : 'asc'
  const [type, ...others] = types ?? []
  const isOfOneType = tag === undefined && type !== undefined && others.length === 0
  let where = ['position > $1', 'position <= $2']
  let order = `order by position ${direction}`
  if (isOfOneType) {
    // The index has events of one type in their order; said otherwise, the planner may look for rare ones among all.
    const only = parameter(type)
    where = [`(type, position) > (${only}, $1)`, `(type, position) <= (${only}, $2)`]
    order = `order by type ${direction}, position ${direction}`
  } else if (types !== undefined) where.push(`type ${isOneOf(parameter(JSON.stringify(types)))}`)
  const within = WITHIN.flatMap((name) => {
    const value = filter[name]
    if (value === undefined) return []
    // Under a tag it is no index that finds them: their places are known.
    return `${tag === undefined ? field(name) : `coalesce(${field(name)}, '')`} = ${parameter(value)}`
  })
  if (tag !== undefined) {
    // The places are found first: only a page of events is read, however many the tag has.
    const places = `select position from event_tags where tag = ${parameter(encodeTag(tag))} and ${where.join(' and ')}`
    const found = within.length === 0 ? `${places} ${order} limit ${pageSize}` : places
    where = [`position in (${found})`]
  }
  return {
    sql: `select position, type, bytes from events where ${[...where, ...within].join(' and ')} ${order} limit ${pageSize}`,
    params,
  }
}

/**
 * Pages of stored events in order of position or the reverse. No cursor stays open between pages: it would hold the
 * connection, and an open snapshot would keep what was forgotten from being let go. Between pages others get their
 * turn: a long history stops nobody.
 */
export async function* storedPages(
  { reader, dialect }: Pick<Database, 'reader' | 'dialect'>,
  encodeTag: TagEncoder,
  filter: EventFilter,
): AsyncIterable<readonly StoredEvent[]> {
  const { after = 0, until = Number.MAX_SAFE_INTEGER, newestFirst = false } = filter
  const pageSize = Math.min(filter.pageSize ?? MOST, MOST)
  const { sql, params } = pageOf(dialect, encodeTag, { ...filter, pageSize })
  let range = [after, until]
  for (;;) {
    const rows = await reader.all<StoredEvent>(sql, [...range, ...params])
    if (rows.length > 0) yield rows
    const end = rows.at(-1)
    if (!end || rows.length < pageSize) return
    await setImmediate()
    range = newestFirst ? [after, end.position - 1] : [end.position, until]
  }
}
