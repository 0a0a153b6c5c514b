import { named, type SqliteConnection, statementsOf } from '../database/sqlite.ts'
import type { Asks } from './webhook-rows.ts'

/** Carries out what rows are asked for: looking alone, or changing, all in one commit. */
export type RowKeeper = {
  readonly look: <T>(asks: Asks<T>) => Promise<T>
  readonly change: <T>(asks: Asks<T>) => Promise<T>
}

const runOn = (db: SqliteConnection) => {
  const statement = statementsOf(db)
  return <T>(asks: Asks<T>): T => {
    let step = asks.next([])
    while (!step.done) {
      const { sql, params } = step.value
      const prepared = statement(sql)
      const bound = params.length > 0 ? [named(params)] : []
      let rows: Record<string, unknown>[] = []
      if (prepared.reader) rows = prepared.all(...bound) as Record<string, unknown>[]
      else prepared.run(...bound)
      step = asks.next(rows)
    }
    return step.value
  }
}

type Parts = {
  readonly db: SqliteConnection
  /** Looked at first: an idle runner must not take the write lock. */
  readonly reader: SqliteConnection
  readonly exclusively: <T>(work: () => T) => Promise<T>
}

export const sqliteRowKeeper = ({ db, reader, exclusively }: Parts): RowKeeper => {
  const [looking, changing] = [runOn(reader), runOn(db)]
  return {
    look: async (asks) => looking(asks),
    change: (asks) => exclusively(() => changing(asks)),
  }
}
