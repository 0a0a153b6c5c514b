import Database from 'better-sqlite3'
import type { DomainEvent } from '../../domain/catalogue.ts'
import type { Change, Projection } from '../../projections/projection.ts'
import { BulkInsert, ChangeWriter } from '../database/changes.ts'
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

export type FreshOptions = {
  /** The tables stay in it when everything is done; what it holds already is gone on with. */
  readonly file?: string
  /** Of the last event that they hold already, or that others hold. */
  readonly position?: number
  /** Others hold what came before. */
  readonly isLater?: boolean
  /** Called once the file is let go of. */
  readonly onClose?: () => void
}

/** So many changes to earlier rows are kept in memory before they are written down. */
const NOTES_AT_ONCE = 1000

/**
 * Read tables built from the history in a temporary file that SQLite removes by itself: memory stays flat. Their
 * indexes wait until rows are sought by them, for most never are while a history is replayed.
 *
 * They may begin in the middle of the history. A change means each row for itself, so those that came about before can
 * be changed elsewhere and later: such changes are noted, for the tables that `absorb` these.
 */
export class FreshTables {
  readonly db: SqliteConnection
  readonly #projections: readonly Projection[]
  readonly #writer: ChangeWriter
  readonly #rows: RecentRows
  readonly #notes: BulkInsert | null = null
  readonly #onClose: () => void
  readonly #waiting = new Map<string, { readonly column: string; readonly sql: string }[]>()
  readonly #sought = new Set<string>()
  readonly #indexed = new Set<string>()
  #noted = 0
  #position: number
  #seen = 0

  constructor(
    projections: readonly Projection[],
    { file = '', position = 0, isLater = false, onClose = () => {} }: FreshOptions = {},
  ) {
    this.#onClose = onClose
    this.db = new Database(file)
    // Whatever goes wrong, it is thrown away: it needs neither journal nor disk.
    this.db.pragma('journal_mode = off')
    this.db.pragma('synchronous = off')
    this.db.pragma('cache_size = -16384')
    this.#projections = projections
    this.#position = position
    for (const table of tablesOf(projections)) this.#create(table)
    this.#writer = new ChangeWriter(this.db, {
      beforeSeeking: (table, columns) => this.#indexFor(table, columns),
    })
    if (isLater) {
      this.db.exec('create table notes (n integer primary key, change text not null) strict')
      this.#notes = new BulkInsert(this.db, 'notes', ['change'])
    }
    this.#rows = new RecentRows(
      this.#writer,
      (table) => shapeOf(this.db, table),
      isLater ? { note: (change) => this.#note(change) } : { isEmpty: position === 0 },
    )
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
    this.#notes?.flush()
  }

  /** Follows the history until no more than a few events are missing. */
  async follow(source: Source, progress?: Progress): Promise<void> {
    for (let until = await source.head(); until - this.#position > FEW; until = await source.head()) {
      await this.replay(source, until, progress)
    }
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

  /** Makes the indexes that nobody asked for yet. */
  index(): void {
    this.flush()
    for (const table of this.#waiting.keys()) this.#make(table, () => true)
  }

  /** Writes everything to the file. */
  keep(): void {
    this.flush()
    this.db.exec('commit')
  }

  /**
   * Takes over the rows of tables that go on where these end, up to and with a position; before that, changes here what
   * they have noted. Call with nothing else to come.
   */
  absorb(file: string, position: number): void {
    this.keep()
    this.db.prepare('attach ? as later').run(file)
    this.db.exec('begin')
    const notes = this.db.prepare('select n, change from later.notes where n > ? order by n limit ?')
    for (let last = 0; ; ) {
      const some = notes.all(last, NOTES_AT_ONCE) as { n: number; change: string }[]
      this.#writer.write(some.map(({ change }) => JSON.parse(change) as Change))
      last = some.at(-1)?.n ?? last
      if (some.length < NOTES_AT_ONCE) break
    }
    for (const table of tablesOf(this.#projections)) {
      this.db.exec(`insert into main.${table} select * from later.${table}`)
    }
    this.db.exec('commit; detach later; begin')
    this.#position = position
  }

  close(): void {
    this.db.close()
    this.#onClose()
  }

  #note(change: Change): void {
    this.#notes?.add(JSON.stringify(change))
    if (++this.#noted % NOTES_AT_ONCE === 0) this.#notes?.flush()
  }

  #create(table: string): void {
    const there = this.db.prepare('select name from sqlite_schema where tbl_name = ?').pluck().all(table)
    const waiting: { column: string; sql: string }[] = []
    for (const { type, name, sql } of templateOf(table)) {
      const column = INDEXED.exec(sql)?.[1] ?? ''
      if (there.includes(name)) this.#indexed.add(`${table}.${column}`)
      else if (type === 'table') this.db.exec(sql)
      else waiting.push({ column, sql })
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
    const name = `${table}_sought_by_${columns.join('_')}`
    this.db.exec(`create index if not exists ${name} on ${table} (${columns.join()})`)
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
