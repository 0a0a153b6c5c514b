import type { Projection, Reader } from '../../projections/projection.ts'
import { type Clock, plus } from '../clock.ts'
import { type Beyond, pagesOf } from '../database/rows.ts'
import { sqliteReader } from '../database/sqlite.ts'
import { shapeOf } from '../database/template.ts'
import { readBy } from '../database/work.ts'
import type { Engine } from '../engine.ts'
import type { Origin } from './build.ts'
import { FEW, type FreshTables, type Progress, type Source } from './fresh.ts'
import { freshTables } from './fresh-in-threads.ts'

export type ComparedParts = {
  readonly store: Source
  readonly engine: Pick<Engine, 'snapshot'>
  readonly projections: readonly Projection[]
  readonly clock: Clock
  /** Where threads find the history. Without it everything is built here. */
  readonly origin?: Origin
}

/** The first row in which a live table and a fresh build differ. */
export type Difference = {
  readonly table: string
  readonly live: Readonly<Record<string, unknown>> | null
  readonly fresh: Readonly<Record<string, unknown>> | null
}

async function* rowsOf(...place: Parameters<typeof pagesOf>) {
  for await (const page of pagesOf(...place)) yield* page
}

const firstDifference = async (
  live: Reader,
  fresh: FreshTables,
  table: string,
  kept: Beyond,
): Promise<Difference | null> => {
  const shape = shapeOf(fresh.db, table)
  const liveRows = rowsOf(live, table, shape, kept)
  const freshRows = rowsOf(sqliteReader(fresh.db), table, shape, kept)
  for (;;) {
    const a = await liveRows.next()
    const b = await freshRows.next()
    if (a.done && b.done) return null
    if (a.done || b.done || JSON.stringify(a.value) !== JSON.stringify(b.value)) {
      return { table, live: a.done ? null : a.value, fresh: b.done ? null : b.value }
    }
  }
}

const differencesOf = async (
  { projections, clock }: ComparedParts,
  live: Reader,
  fresh: FreshTables,
): Promise<readonly Difference[]> => {
  const differences: Difference[] = []
  for (const { tables, retention } of projections) {
    for (const table of tables) {
      const kept =
        retention?.table === table ? { column: retention.column, value: plus(clock(), -retention.ms) } : null
      const difference = await firstDifference(live, fresh, table, kept)
      if (difference) differences.push(difference)
    }
  }
  return differences
}

/**
 * Compares every live table with a fresh build, row by row and column by column, as both are at one moment, whoever
 * writes meanwhile; rows that may have been swept are left out.
 */
export const compareProjections = async (
  parts: ComparedParts,
  progress?: Progress,
): Promise<readonly Difference[]> => {
  const { store, engine } = parts
  const fresh = await freshTables(parts, await store.head(), progress)
  try {
    for (;;) {
      await fresh.follow(store, progress)
      const differences = await engine.snapshot(async (reader) => {
        const row = await reader.get<{ head: number | null }>('select max(position) as head from events')
        if ((row?.head ?? 0) - fresh.position > FEW) return null
        fresh.catchUp(await readBy(reader, store.readNow(fresh.position)))
        return differencesOf(parts, reader, fresh)
      })
      if (differences) return differences
    }
  } finally {
    fresh.close()
  }
}
