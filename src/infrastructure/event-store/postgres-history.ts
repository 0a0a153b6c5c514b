import type { DomainEvent } from '../../domain/catalogue.ts'
import type { Reader } from '../../projections/projection.ts'
import { ask, type Pool, postgresDialect, postgresReader } from '../database/postgres.ts'
import { outward } from '../database/postgres-errors.ts'
import type { Flusher } from '../database/postgres-flusher.ts'
import type { Database, Work } from '../database/work.ts'
import type { SubjectKeys } from '../vault/subject-keys.ts'
import { readPage, type TagEncoder } from './codec.ts'
import { eventsAfter } from './events-after.ts'
import { storedPages } from './history-pages.ts'
import { oneByOne } from './one-by-one.ts'
import { keysNow } from './postgres-boundary.ts'
import type { EventFilter, StoredEvent } from './store.ts'

export type PostgresHistoryParts = {
  readonly pool: Pool
  readonly flusher: Flusher
  readonly keys: SubjectKeys
  readonly encodeTag: TagEncoder
  /** Up to here whoever opens it has read before. */
  readonly durable?: number
  /** What people look at may come from a replica. */
  readonly lists?: Reader
}

/**
 * The history as it is read through a pool. A commit is seen by others a moment before it is durable (see Flusher).
 * Whoever reads forwards may go on from where they stopped, or sign what they read: so they are shown only what no
 * crash can take back.
 */
export class PostgresHistory {
  readonly #parts: PostgresHistoryParts
  readonly #database: Pick<Database, 'reader' | 'dialect'>
  #durable = 0

  constructor(parts: PostgresHistoryParts) {
    this.#parts = parts
    this.#durable = parts.durable ?? 0
    this.#database = { reader: postgresReader(parts.pool), dialect: postgresDialect }
  }

  read(filter: EventFilter = {}): AsyncIterable<DomainEvent> {
    return oneByOne(this.#opened(this.#pages(filter)))
  }

  /** The same for those who look and go on to nothing from there. Keys are asked of the primary: it knows who is forgotten. */
  look(filter: EventFilter = {}): AsyncIterable<DomainEvent> {
    const { lists = this.#database.reader, encodeTag } = this.#parts
    return oneByOne(this.#opened(storedPages({ reader: lists, dialect: postgresDialect }, encodeTag, filter)))
  }

  readStored(filter: EventFilter = {}): AsyncIterable<StoredEvent> {
    return oneByOne(this.#pages(filter))
  }

  /** The events behind a position, all at once, as the transaction that asks sees them. */
  readNow(after: number): Work<readonly DomainEvent[]> {
    return eventsAfter(after, postgresDialect, this.#parts.keys)
  }

  async get(position: number): Promise<DomainEvent | null> {
    for await (const event of this.read({ after: position - 1, until: position })) return event
    return null
  }

  async head(): Promise<number> {
    const { pool, flusher } = this.#parts
    return this.#asked(async () => {
      const held = await flusher.hold()
      const [row] = await ask<{ position: number }>(pool, 'select position from history_head')
      const position = row?.position ?? 0
      if (position > this.#durable) await flusher.flush(held)
      this.#durable = position
      return position
    })
  }

  async *#opened(pages: AsyncIterable<readonly StoredEvent[]>): AsyncIterable<readonly DomainEvent[]> {
    for await (const page of pages) {
      const opened = readPage(page.map(({ bytes }) => bytes))
      const keys = await this.#asked(() => keysNow(this.#parts.pool, this.#parts.keys, opened.subjects))
      yield opened.events((subject) => keys.get(subject) ?? null)
    }
  }

  async #asked<T>(question: () => Promise<T>): Promise<T> {
    try {
      return await question()
    } catch (error) {
      throw outward(error)
    }
  }

  async *#pages(filter: EventFilter): AsyncIterable<readonly StoredEvent[]> {
    const { after = 0, until = Number.MAX_SAFE_INTEGER, newestFirst = false } = filter
    if (newestFirst) return yield* storedPages(this.#database, this.#parts.encodeTag, filter)
    for (let from = after; from < until; ) {
      const end = until <= this.#durable ? until : Math.min(until, await this.head())
      if (end <= from) return
      yield* storedPages(this.#database, this.#parts.encodeTag, { ...filter, after: from, until: end })
      from = end
    }
  }
}
