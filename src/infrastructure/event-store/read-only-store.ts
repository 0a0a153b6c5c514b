import type { SqliteConnection } from '../database/sqlite.ts'
import type { FloorStore } from '../engine.ts'
import { type HistoryParts, SqliteHistory } from './sqlite-history.ts'
import type { EventFilter } from './store.ts'

/** Nothing can be written here: what is shown is the past. */
export class ReadOnly extends Error {
  override readonly name = 'ReadOnly'
}

/** The history as a connection shows it, and no way to add to it. */
export class ReadOnlyStore extends SqliteHistory {
  readonly #reader: SqliteConnection

  constructor(parts: HistoryParts) {
    super(parts)
    this.#reader = parts.reader
  }

  decide(): Promise<never> {
    return Promise.reject(new ReadOnly('the past is not written to'))
  }

  emptyLog(): void {}

  async close(): Promise<void> {
    this.#reader.close()
  }
}

/** A living history as far as a position, and no way to add to it. */
export const untilPosition = (store: FloorStore, position: number, close: () => void) => {
  const refused = (): Promise<never> => Promise.reject(new ReadOnly('the past is not written to'))
  const capped = (filter: EventFilter = {}): EventFilter => ({
    ...filter,
    until: Math.min(filter.until ?? position, position),
  })
  return {
    decide: refused,
    exclusively: refused,
    emptyLog: () => {},
    read: (filter?: EventFilter) => store.read(capped(filter)),
    look: (filter?: EventFilter) => store.look(capped(filter)),
    readStored: (filter?: EventFilter) => store.readStored(capped(filter)),
    readNow: (after: number) => store.readNow(after),
    get: async (at: number) => (at <= position ? store.get(at) : null),
    head: async () => position,
    close: async () => close(),
  }
}
