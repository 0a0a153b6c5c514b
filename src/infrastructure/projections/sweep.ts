import type { Projection } from '../../projections/projection.ts'
import { type Clock, plus } from '../clock.ts'
import type { SqliteConnection } from '../database/sqlite.ts'

type Parts = {
  readonly db: SqliteConnection
  readonly exclusively: <T>(work: () => T) => Promise<T>
  readonly clock: Clock
}

const MAX_ROWS = 1000 // in one transaction, so that nobody waits long to write

/** Removes rows that are older than their projection keeps them. */
export const sweepRetired = async (
  { db, exclusively, clock }: Parts,
  projections: readonly Projection[],
): Promise<number> => {
  let swept = 0
  for (const { retention } of projections) {
    if (!retention) continue
    const { table, column, ms } = retention
    const old = `select ${column} from ${table} where ${column} <= ? order by ${column} limit ${MAX_ROWS}`
    const statement = db.prepare(`delete from ${table} where ${column} in (${old})`)
    for (let removed = MAX_ROWS; removed >= MAX_ROWS; swept += removed) {
      removed = await exclusively(() => statement.run(plus(clock(), -ms)).changes)
    }
  }
  return swept
}
