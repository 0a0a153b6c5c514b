import { projections } from '../projections/index.ts'
import type { Clock } from './clock.ts'
import type { SqliteConnection } from './database/sqlite.ts'
import { sweepRetired } from './projections/sweep.ts'
import type { DerivedTokens } from './vault/derived-tokens.ts'
import { refreshTokens } from './vault/sqlite-rows.ts'

type Parts = {
  readonly db: SqliteConnection
  readonly store: { readonly exclusively: <T>(work: () => T) => Promise<T> }
  readonly clock: Clock
  readonly tokens: DerivedTokens
  readonly refreshIdleMs: number
}

/** What is thrown away when its time is over: refresh tokens that are dead, lines of read tables that are old. */
export const openSweeps = ({ db, store, clock, tokens, refreshIdleMs }: Parts) => {
  const rows = { db, clock, exclusively: <T>(work: () => T) => store.exclusively(work) }
  const refresh = refreshTokens(rows, tokens, refreshIdleMs)
  return [() => refresh.sweep(), () => sweepRetired(rows, projections)]
}
