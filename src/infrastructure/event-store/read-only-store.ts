import type { SqliteConnection } from '../database/sqlite.ts'
import { type HistoryParts, SqliteHistory } from './sqlite-history.ts'

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
