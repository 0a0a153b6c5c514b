import type { DomainEvent } from '../../domain/catalogue.ts'
import type { SqliteConnection } from '../database/sqlite.ts'
import type { SubjectKeys } from '../vault/subject-keys.ts'
import { decode, decodePage, type TagEncoder } from './codec.ts'
import { keyReader, keysReader } from './sqlite-boundary.ts'
import { outward } from './sqlite-errors.ts'
import { storedPages } from './sqlite-pages.ts'
import type { EventFilter, StoredEvent } from './store.ts'

export type HistoryParts = {
  readonly reader: SqliteConnection
  readonly keys: SubjectKeys
  readonly encodeTag: TagEncoder
}

/** The history as it is read through a connection. */
export class SqliteHistory {
  readonly #parts: HistoryParts

  constructor(parts: HistoryParts) {
    this.#parts = parts
  }

  async *read(filter: EventFilter = {}): AsyncIterable<DomainEvent> {
    const keysOf = keysReader(this.#parts.reader, this.#parts.keys)
    for await (const page of this.#pages(filter)) {
      const events = decodePage(
        page.map(({ bytes }) => bytes),
        keysOf,
      )
      for (const event of events) yield event
    }
  }

  /** The events behind a position, all at once, as the transaction on this connection sees them. */
  readNow(db: SqliteConnection, after: number): readonly DomainEvent[] {
    const select = db.prepare('select bytes from events where position > ? order by position').pluck()
    this.#parts.keys.forgetAll() // whoever was forgotten elsewhere stays so
    const keyOf = keyReader(db, this.#parts.keys)
    return (select.all(after) as string[]).map((bytes) => decode(bytes, keyOf))
  }

  async *readStored(filter: EventFilter = {}): AsyncIterable<StoredEvent> {
    for await (const page of this.#pages(filter)) {
      for (const stored of page) yield stored
    }
  }

  async *#pages(filter: EventFilter): AsyncIterable<readonly StoredEvent[]> {
    try {
      yield* storedPages(this.#parts.reader, this.#parts.encodeTag, filter)
    } catch (error) {
      throw outward(error)
    }
  }

  async get(position: number): Promise<DomainEvent | null> {
    for await (const event of this.read({ after: position - 1, until: position })) return event
    return null
  }

  async head(): Promise<number> {
    try {
      const head = this.#parts.reader.prepare('select max(position) from events').pluck().get()
      return (head as number | null) ?? 0
    } catch (error) {
      throw outward(error)
    }
  }
}
