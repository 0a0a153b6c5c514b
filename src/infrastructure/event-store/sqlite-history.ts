import type { DomainEvent } from '../../domain/catalogue.ts'
import { type SqliteConnection, sqliteDialect, sqliteReader } from '../database/sqlite.ts'
import { outward } from '../database/sqlite-errors.ts'
import type { Work } from '../database/work.ts'
import type { SubjectKeys } from '../vault/subject-keys.ts'
import { decodePage, type KeysOf, type TagEncoder } from './codec.ts'
import { eventsAfter } from './events-after.ts'
import { storedPages } from './history-pages.ts'
import { oneByOne } from './one-by-one.ts'
import { keysReaders } from './sqlite-boundary.ts'
import type { EventFilter, StoredEvent } from './store.ts'

export type HistoryParts = {
  readonly reader: SqliteConnection
  readonly keys: SubjectKeys
  readonly encodeTag: TagEncoder
}

/** The history as it is read through a connection. */
export class SqliteHistory {
  readonly #parts: HistoryParts
  readonly #database: Parameters<typeof storedPages>[0]
  #keysReader: ReturnType<typeof keysReaders> | null = null

  constructor(parts: HistoryParts) {
    this.#parts = parts
    this.#database = { reader: sqliteReader(parts.reader), dialect: sqliteDialect }
  }

  /** Keys are fetched when somebody looks at what they open: outside of whatever else tells what is wrong with the file. */
  #keysOf(): KeysOf {
    const told = <T>(look: () => T): T => {
      try {
        return look()
      } catch (error) {
        throw outward(error)
      }
    }
    const keysOf = told(() => {
      this.#keysReader ??= keysReaders(this.#parts.reader, this.#parts.keys)
      return this.#keysReader()
    })
    return (subjects) => told(() => keysOf(subjects))
  }

  read(filter: EventFilter = {}): AsyncIterable<DomainEvent> {
    return oneByOne(this.#opened(filter))
  }

  /** The events behind a position, all at once, as the transaction sees them. */
  readNow(after: number): Work<readonly DomainEvent[]> {
    return eventsAfter(after, sqliteDialect, this.#parts.keys)
  }

  look(filter: EventFilter = {}): AsyncIterable<DomainEvent> {
    return this.read(filter)
  }

  readStored(filter: EventFilter = {}): AsyncIterable<StoredEvent> {
    return oneByOne(storedPages(this.#database, this.#parts.encodeTag, filter))
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

  async *#opened(filter: EventFilter): AsyncIterable<readonly DomainEvent[]> {
    const keysOf = this.#keysOf()
    for await (const page of storedPages(this.#database, this.#parts.encodeTag, filter)) {
      yield decodePage(
        page.map(({ bytes }) => bytes),
        keysOf,
      )
    }
  }
}
