import { projections } from '../projections/index.ts'
import type { Clock } from './clock.ts'
import type { Database } from './database/work.ts'
import { sweepRetired } from './projections/sweep.ts'
import type { DerivedTokens } from './vault/derived-tokens.ts'
import { refreshTokens } from './vault/refresh-tokens.ts'

type Parts = {
  readonly database: Pick<Database, 'exclusively'>
  readonly clock: Clock
  readonly tokens: DerivedTokens
  readonly refreshIdleMs: number
}

/** What is thrown away when its time is over: refresh tokens that are dead, lines of read tables that are old. */
export const openSweeps = ({ database, clock, tokens, refreshIdleMs }: Parts) => {
  const rows = { exclusively: database.exclusively, clock }
  const refresh = refreshTokens(rows, tokens, refreshIdleMs)
  return [() => refresh.sweep(), () => sweepRetired(rows, projections)]
}
