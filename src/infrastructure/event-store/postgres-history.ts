import type { DomainEvent } from '../../domain/catalogue.ts'
import { ask, type Pool, postgresDialect, postgresReader } from '../database/postgres.ts'
import { outward } from '../database/postgres-errors.ts'
import type { Database, Work } from '../database/work.ts'
import type { SubjectKeys } from '../vault/subject-keys.ts'
import { readPage, type TagEncoder } from './codec.ts'
import { eventsAfter } from './events-after.ts'
import { storedPages } from './history-pages.ts'
import { keysNow } from './postgres-boundary.ts'
import type { EventFilter, StoredEvent } from './store.ts'

export type PostgresHistoryParts = {
  readonly pool: Pool
  readonly keys: SubjectKeys
  readonly encodeTag: TagEncoder
}

/** The history as it is read through a pool. */
export class PostgresHistory {
  readonly #parts: PostgresHistoryParts
  readonly #database: Pick<Database, 'reader' | 'dialect'>

  constructor(parts: PostgresHistoryParts) {
    this.#parts = parts
    this.#database = { reader: postgresReader(parts.pool), dialect: postgresDialect }
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
  readNow(after: number): Work<readonly DomainEvent[]> {
    return eventsAfter(after, postgresDialect, this.#parts.keys)
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

  #pages(filter: EventFilter): AsyncIterable<readonly StoredEvent[]> {
    return storedPages(this.#database, this.#parts.encodeTag, filter)
  }
}
