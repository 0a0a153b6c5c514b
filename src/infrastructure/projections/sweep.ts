import type { Projection } from '../../projections/projection.ts'
import { type Clock, plus } from '../clock.ts'
import { type Exclusively, run } from '../database/work.ts'

type Parts = {
  readonly exclusively: Exclusively
  readonly clock: Clock
}

const MAX_ROWS = 1000 // in one transaction, so that nobody waits long to write

/** Removes rows that are older than their projection keeps them. */
export const sweepRetired = async (
  { exclusively, clock }: Parts,
  projections: readonly Projection[],
): Promise<number> => {
  let swept = 0
  for (const { retention } of projections) {
    if (!retention) continue
    const { table, column, ms } = retention
    const old = `select ${column} from ${table} where ${column} <= $1 order by ${column} limit ${MAX_ROWS}`
    const sql = `delete from ${table} where ${column} in (${old})`
    for (let removed = MAX_ROWS; removed >= MAX_ROWS; swept += removed) {
      removed = await exclusively(`${table} sweep`, () => run(sql, [plus(clock(), -ms)]))
    }
  }
  return swept
}
