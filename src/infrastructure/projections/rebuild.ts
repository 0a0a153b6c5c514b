import Database from 'better-sqlite3'
import type { Projection } from '../../projections/projection.ts'
import { type Clock, plus } from '../clock.ts'
import { ChangeWriter } from '../database/changes.ts'
import type { SqliteConnection } from '../database/sqlite.ts'
import type { EventStore } from '../event-store/store.ts'

/** The read tables of a projection set, built anew from the history in a database of their own. */
type Fresh = { readonly db: SqliteConnection; readonly until: number }

type Parts = {
  readonly store: Pick<EventStore, 'read' | 'head'>
  /** A connection to the live database, for table definitions and live rows. */
  readonly live: SqliteConnection
  readonly projections: readonly Projection[]
}

type ComparedParts = Parts & { readonly clock: Clock }

/** Called now and then with the position reached and the last one. */
export type Progress = (position: number, of: number) => void

const FLUSH_EVERY = 500

const tablesOf = (projections: readonly Projection[]) => projections.flatMap(({ tables }) => tables)

/** Creates the projections' tables in a temporary database, by the live definitions. */
const emptyCopy = (live: SqliteConnection, projections: readonly Projection[]): SqliteConnection => {
  const db = new Database('') // a temporary file that SQLite removes by itself: memory stays flat
  // Whatever goes wrong, it is thrown away: it needs neither journal nor disk.
  db.pragma('journal_mode = off')
  db.pragma('synchronous = off')
  db.pragma('cache_size = -65536')
  const definitions = live.prepare(
    'select sql from sqlite_schema where tbl_name = ? and sql is not null order by type desc',
  )
  for (const table of tablesOf(projections)) {
    for (const sql of definitions.pluck().all(table) as string[]) db.exec(sql)
  }
  return db
}

/** Replays the history into fresh tables. Pure projections make this repeatable at any time. */
export const buildFresh = async (
  { store, live, projections }: Parts,
  progress: Progress = () => {},
): Promise<Fresh> => {
  const db = emptyCopy(live, projections)
  const writer = new ChangeWriter(db)
  const until = await store.head()
  let seen = 0
  db.exec('begin')
  for await (const event of store.read({ until })) {
    for (const projection of projections) writer.write(projection.project(event))
    if (++seen % FLUSH_EVERY === 0) {
      writer.flush()
      progress(event.position, until)
    }
  }
  writer.flush()
  db.exec('commit')
  progress(until, until)
  return { db, until }
}

/** The first row in which a live table and a fresh build differ. */
export type Difference = {
  readonly table: string
  readonly live: Readonly<Record<string, unknown>> | null
  readonly fresh: Readonly<Record<string, unknown>> | null
}

const keyOf = (db: SqliteConnection, table: string): string => {
  const columns = db.pragma(`table_info(${table})`) as { name: string; pk: number }[]
  const key = columns.filter(({ pk }) => pk > 0).toSorted((a, b) => a.pk - b.pk)
  return key.map(({ name }) => name).join(', ')
}

const firstDifference = (
  live: SqliteConnection,
  fresh: SqliteConnection,
  table: string,
  kept: { readonly column: string; readonly since: string } | null,
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

/**
 * Compares every live table with a fresh build, row by row and column by column; rows that may have been swept are left
 * out. Nothing may be written meanwhile.
 */
export const compareProjections = async (
  parts: ComparedParts,
  progress?: Progress,
): Promise<readonly Difference[]> => {
  const { db } = await buildFresh(parts, progress)
  try {
    return parts.projections.flatMap(({ tables, retention }) =>
      tables.flatMap((table) => {
        const kept =
          retention?.table === table
            ? { column: retention.column, since: plus(parts.clock(), -retention.ms) }
            : null
        return firstDifference(parts.live, db, table, kept) ?? []
      }),
    )
  } finally {
    db.close()
  }
}

/**
 * Replaces the rows of projections by what the history says, in one transaction: readers see the old rows or the
 * new ones, never a mixture. Answers how many events were replayed.
 */
export const rebuildProjections = async (
  { live, projections, store }: Parts,
  exclusively: <T>(work: () => T) => Promise<T>,
  progress?: Progress,
): Promise<number> => {
  for (;;) {
    const { db, until } = await buildFresh({ live, projections, store }, progress)
    try {
      const done = await exclusively(() => {
        // Events that came while we were building are not in the fresh rows: then it is done again.
        if ((live.prepare('select max(position) from events').pluck().get() ?? 0) !== until) return false
        for (const table of tablesOf(projections)) {
          live.exec(`delete from ${table}`)
          copyRows(db, live, table)
        }
        return true
      })
      if (done) return until
    } finally {
      db.close()
    }
  }
}

const copyRows = (from: SqliteConnection, to: SqliteConnection, table: string): void => {
  const writer = new ChangeWriter(to)
  for (const row of from.prepare(`select * from ${table}`).iterate() as IterableIterator<
    Record<string, string | number | null>
  >) {
    writer.write([{ op: 'insert', table, row }])
  }
  writer.flush()
}
