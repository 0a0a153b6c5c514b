import Database from 'better-sqlite3'
import type { DomainEvent } from '../../domain/catalogue.ts'
import type { Projection } from '../../projections/projection.ts'
import { ChangeWriter } from '../database/changes.ts'
import type { SqliteConnection } from '../database/sqlite.ts'
import { shapeOf, templateOf } from '../database/template.ts'
import type { Work } from '../database/work.ts'
import type { EventStore } from '../event-store/store.ts'
import { RecentRows } from './recent-rows.ts'

/** The history, and the last of it read at once, in whatever transaction. */
export type Source = Pick<EventStore, 'read' | 'head'> & {
  readonly readNow: (after: number) => Work<readonly DomainEvent[]>
}

/** Called now and then with the position reached and the last one. */
export type Progress = (position: number, of: number) => void | Promise<void>

const PROGRESS_EVERY = 500
/** So few events are read at once, with everybody else waiting. */
export const FEW = 500

export const tablesOf = (projections: readonly Projection[]) => projections.flatMap(({ tables }) => tables)

const INDEXED = /\((\w+)/ // the first column, which is what rows are sought by

/**
 * Read tables built from the history in a temporary file that SQLite removes by itself: memory stays flat. Their
 * indexes wait until rows are sought by them, for most never are while a history is replayed.
 */
export class FreshTables {
  readonly db: SqliteConnection
  readonly #projections: readonly Projection[]
  readonly #writer: ChangeWriter
  readonly #rows: RecentRows
  readonly #waiting = new Map<string, { readonly column: string; readonly sql: string }[]>()
  readonly #sought = new Set<string>()
  readonly #indexed = new Set<string>()
  #position = 0
  #seen = 0

  /** In `file` the tables stay when everything is done. */
  constructor(projections: readonly Projection[], file = '') {
    this.db = new Database(file)
    // Whatever goes wrong, it is thrown away: it needs neither journal nor disk.
    this.db.pragma('journal_mode = off')
    this.db.pragma('synchronous = off')
    this.db.pragma('cache_size = -65536')
    this.#projections = projections
    for (const table of tablesOf(projections)) this.#create(table)
    this.#writer = new ChangeWriter(this.db, {
      beforeSeeking: (table, columns) => this.#indexFor(table, columns),
    })
    this.#rows = new RecentRows(this.#writer, (table) => shapeOf(this.db, table))
    this.db.exec('begin')
  }

  /** Up to and with this event everything is in the tables. */
  get position(): number {
    return this.#position
  }

  apply(event: DomainEvent): void {
    for (const projection of this.#projections) this.#rows.write(projection.project(event))
    this.#position = event.position
  }

  flush(): void {
    this.#rows.flush()
  }

  /** Follows the history until no more than a few events are missing. */
  async follow(source: Source, progress?: Progress): Promise<void> {
    let until = await source.head()
    do {
      await this.replay(source, until, progress)
      until = await source.head()
    } while (until - this.#position > FEW)
  }

  /** Replays the history up to and with a position. */
  async replay(source: Source, until: number, progress: Progress = () => {}): Promise<void> {
    for await (const event of source.read({ after: this.#position, until })) {
      this.apply(event)
      if (++this.#seen % PROGRESS_EVERY === 0) await progress(event.position, until)
    }
    this.flush()
    await progress(until, until)
  }

  /** The few that are missing. */
  catchUp(events: readonly DomainEvent[]): void {
    for (const event of events) this.apply(event)
    this.flush()
  }

  /** Makes the indexes that nobody asked for yet, and writes everything to the file. */
  finish(): void {
    this.flush()
    for (const table of this.#waiting.keys()) this.#make(table, () => true)
    this.db.exec('commit')
  }

  close(): void {
    this.db.close()
  }

  #create(table: string): void {
    const waiting: { column: string; sql: string }[] = []
    for (const { type, sql } of templateOf(table)) {
      if (type === 'table') this.db.exec(sql)
      else waiting.push({ column: INDEXED.exec(sql)?.[1] ?? '', sql })
    }
    this.#waiting.set(table, waiting)
  }

  #indexFor(table: string, columns: readonly string[]): void {
    const search = `${table}(${columns.join()})`
    if (this.#sought.has(search)) return
    this.#sought.add(search)
    const info = this.db.pragma(`table_info(${table})`) as { name: string; pk: number }[]
    if (columns.includes(info.find(({ pk }) => pk === 1)?.name ?? '')) return
    this.#writer.flush()
    this.#make(table, ({ column }) => columns.includes(column))
    if (columns.some((column) => this.#indexed.has(`${table}.${column}`))) return
    // Rare enough that the live table does without, but here all of them come at once.
    this.db.exec(`create index ${table}_sought_${this.#sought.size} on ${table} (${columns.join()})`)
  }

  #make(table: string, wanted: (index: { readonly column: string }) => boolean): void {
    const waiting = this.#waiting.get(table) ?? []
    for (const { column, sql } of waiting.filter(wanted)) {
      this.db.exec(sql)
      this.#indexed.add(`${table}.${column}`)
    }
    this.#waiting.set(
      table,
      waiting.filter((index) => !wanted(index)),
    )
  }
}
