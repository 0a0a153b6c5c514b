import type { Projection } from '../../projections/projection.ts'
import { type Clock, plus } from '../clock.ts'
import { keyOf } from '../database/beside.ts'
import type { SqliteConnection } from '../database/sqlite.ts'
import { FEW, FreshTables, type Progress, type Source } from './fresh.ts'

export type ComparedParts = {
  readonly store: Source
  /** A connection to the live database; it is in a transaction while rows are compared. */
  readonly live: SqliteConnection
  readonly projections: readonly Projection[]
  readonly clock: Clock
}

/** The first row in which a live table and a fresh build differ. */
export type Difference = {
  readonly table: string
  readonly live: Readonly<Record<string, unknown>> | null
  readonly fresh: Readonly<Record<string, unknown>> | null
}

type Kept = { readonly column: string; readonly since: string } | null

const firstDifference = (
  live: SqliteConnection,
  fresh: SqliteConnection,
  table: string,
  kept: Kept,
): Difference | null => {
  const condition = kept ? `where ${kept.column} > @since` : ''
  const sql = `select * from ${table} ${condition} order by ${keyOf(live, table)}`
  const values = kept ? [{ since: kept.since }] : []
  const liveRows = live.prepare(sql).iterate(...values) as IterableIterator<Record<string, unknown>>
  const freshRows = fresh.prepare(sql).iterate(...values) as IterableIterator<Record<string, unknown>>
  try {
    for (;;) {
      const a = liveRows.next()
      const b = freshRows.next()
      if (a.done && b.done) return null
      if (a.done || b.done || JSON.stringify(a.value) !== JSON.stringify(b.value)) {
        return { table, live: a.done ? null : a.value, fresh: b.done ? null : b.value }
      }
    }
  } finally {
    liveRows.return?.()
    freshRows.return?.()
  }
}

const differencesOf = (
  { live, projections, clock }: ComparedParts,
  fresh: SqliteConnection,
): readonly Difference[] =>
  projections.flatMap(({ tables, retention }) =>
    tables.flatMap((table) => {
      const kept =
        retention?.table === table ? { column: retention.column, since: plus(clock(), -retention.ms) } : null
      return firstDifference(live, fresh, table, kept) ?? []
    }),
  )

/**
 * Compares every live table with a fresh build, row by row and column by column, as both are at one moment, whoever
 * writes meanwhile; rows that may have been swept are left out.
 */
export const compareProjections = async (
  parts: ComparedParts,
  progress?: Progress,
): Promise<readonly Difference[]> => {
  const { store, live, projections } = parts
  const fresh = new FreshTables(live, projections)
  const head = live.prepare('select max(position) from events').pluck()
  try {
    for (;;) {
      await fresh.follow(store, progress)
      live.exec('begin')
      try {
        if (((head.get() as number | null) ?? 0) - fresh.position > FEW) continue
        fresh.catchUp(store, live)
        return differencesOf(parts, fresh.db)
      } finally {
        live.exec('commit')
      }
    }
  } finally {
    fresh.close()
  }
}
