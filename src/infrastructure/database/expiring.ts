import type { Clock } from '../clock.ts'
import { type Exclusively, run } from './work.ts'

const EVERY_MS = 60_000
/** In one transaction, so that nobody waits long to write; what is left goes the next time. */
const MAX_ROWS = 1000

type Table = {
  readonly name: string
  readonly key: readonly string[]
  /** What stands in its `expires_at`, now. */
  readonly now: (instant: string) => string | number
}

/**
 * Removes rows whose time is over, now and then, before others are written. It does so in a transaction of its own: one
 * that writes a row holds nothing but that row, so that no two of them can wait for each other.
 */
export const openExpiring = (
  { exclusively, clock }: { readonly exclusively: Exclusively; readonly clock: Clock },
  { name, key, now }: Table,
): (() => Promise<void>) => {
  const columns = key.join(', ')
  const sql = `delete from ${name} where expires_at <= $1 and (${columns}) in
    (select ${columns} from ${name} where expires_at <= $1 order by expires_at limit ${MAX_ROWS})`
  let sweptAt = Number.NEGATIVE_INFINITY
  return async () => {
    const instant = clock()
    const at = Date.parse(instant)
    if (Math.abs(at - sweptAt) < EVERY_MS) return
    sweptAt = at
    await exclusively(`${name} expired`, () => run(sql, [now(instant)]))
  }
}
