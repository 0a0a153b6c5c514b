import type { DomainEvent } from '../../domain/catalogue.ts'
import { ask, type Pool, postgresDialect } from '../database/postgres.ts'
import { outward } from '../database/postgres-errors.ts'
import { all, type Work } from '../database/work.ts'
import type { Subject } from '../../domain/event.ts'
import type { SubjectKeys } from '../vault/subject-keys.ts'
import { decodePage, readPage, type TagEncoder } from './codec.ts'
import { keysNow } from './postgres-boundary.ts'
import type { EventFilter, StoredEvent } from './store.ts'

export type PostgresHistoryParts = {
  readonly pool: Pool
  readonly keys: SubjectKeys
  readonly encodeTag: TagEncoder
}

const PAGE = 500
const WITHIN = ['actor', 'correlation', 'causation'] as const

const pageOf = (
  { tag, types, newestFirst = false, ...filter }: EventFilter,
  { after, until }: { readonly after: number; readonly until: number },
  encodeTag: TagEncoder,
): { readonly sql: string; readonly params: (string | number)[] } => {
  const params: (string | number)[] = []
  const bind = (value: string | number) => `$${params.push(value)}`
  const direction = newestFirst ? 'desc' : 'asc'
  const where = [`position > ${bind(after)}`, `position <= ${bind(until)}`]
  if (types !== undefined) where.push(`type ${postgresDialect.isOneOf(bind(JSON.stringify(types)))}`)
  const within = WITHIN.flatMap((field) => {
    const value = filter[field]
    return value === undefined ? [] : [`${postgresDialect.field(field)} = ${bind(value)}`]
  })
  if (tag === undefined) {
    const sql = `select position, type, bytes from events where ${[...where, ...within].join(' and ')}
      order by position ${direction} limit ${PAGE}`
    return { sql, params }
  }
  const places = `select position from event_tags where tag = ${bind(encodeTag(tag))} and ${where.join(' and ')}
    order by position ${direction}`
  const found = within.length === 0 ? `${places} limit ${PAGE}` : places
  const sql = `select e.position, e.type, e.bytes from (${found}) t join events e on e.position = t.position
    ${within.length === 0 ? '' : `where ${within.join(' and ')}`} order by e.position ${direction} limit ${PAGE}`
  return { sql, params }
}

/** The history as it is read through a pool. */
export class PostgresHistory {
  readonly #parts: PostgresHistoryParts

  constructor(parts: PostgresHistoryParts) {
    this.#parts = parts
  }

  async *read(filter: EventFilter = {}): AsyncIterable<DomainEvent> {
    for await (const page of this.#pages(filter)) {
      const opened = readPage(page.map(({ bytes }) => bytes))
      const keys = await keysNow(this.#parts.pool, this.#parts.keys, opened.subjects)
      for (const event of opened.events((subject) => keys.get(subject) ?? null)) yield event
    }
  }

  async *readStored(filter: EventFilter = {}): AsyncIterable<StoredEvent> {
    for await (const page of this.#pages(filter)) for (const stored of page) yield stored
  }

  /** The events behind a position, all at once, as the transaction that asks sees them. */
  *readNow(after: number): Work<readonly DomainEvent[]> {
    const rows = yield* all<{ bytes: string }>('select bytes from events where position > $1 order by position', [after])
    const page = readPage(rows.map(({ bytes }) => bytes))
    const wrapped = yield* all<{ subject: Subject; wrapped: string }>(
      `select subject, wrapped from subject_keys where subject ${postgresDialect.isOneOf('$1')}`,
      [JSON.stringify([...page.subjects])],
    )
    const keys = new Map(wrapped.map((row) => [row.subject, this.#parts.keys.unwrap(row.subject, row.wrapped)]))
    return decodePage(
      rows.map(({ bytes }) => bytes),
      () => keys,
    )
  }

  async get(position: number): Promise<DomainEvent | null> {
    for await (const event of this.read({ after: position - 1, until: position })) return event
    return null
  }

  async head(): Promise<number> {
    try {
      const [row] = await ask<{ position: number }>(this.#parts.pool, 'select position from history_head')
      return row?.position ?? 0
    } catch (error) {
      throw outward(error)
    }
  }

  async *#pages(filter: EventFilter): AsyncIterable<readonly StoredEvent[]> {
    const { after = 0, until = Number.MAX_SAFE_INTEGER, newestFirst = false } = filter
    let range = { after, until }
    for (;;) {
      const { sql, params } = pageOf(filter, range, this.#parts.encodeTag)
      let rows: StoredEvent[]
      try {
        rows = await ask<StoredEvent>(this.#parts.pool, sql, params)
      } catch (error) {
        throw outward(error)
      }
      if (rows.length > 0) yield rows
      const end = rows.at(-1)
      if (!end || rows.length < PAGE) return
      range = newestFirst ? { after, until: end.position - 1 } : { after: end.position, until }
    }
  }
}
