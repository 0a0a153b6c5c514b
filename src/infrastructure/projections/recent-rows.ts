import type { Change, Row, Value } from '../../projections/projection.ts'
import type { Shape } from '../database/template.ts'
import { BloomFilter } from './bloom-filter.ts'

/** Carries out changes in the tables themselves. */
export type Tables = { readonly write: (changes: readonly Change[]) => void; readonly flush: () => void }

type MutableRow = Record<string, Value>
type Sought = Exclude<Change, { op: 'insert' }>
/** Told of each change that may mean rows that are neither in memory nor in the table. */
type Note = (change: Sought) => void

type RecentOptions = {
  /** Of each table so many rows are in memory at most. */
  readonly most?: number
  /** For tables of which some rows are elsewhere. */
  readonly note?: Note
  /** Whether the tables begin without rows. */
  readonly isEmpty?: boolean
}
type Key = Value | undefined

/** Rows of one column's value, among those in memory; and whether rows with it may have gone to the table. */
type ColumnIndex = { readonly keys: Map<Value, Set<Key>>; readonly gone: BloomFilter | null }

const MOST_ROWS = 4096

const matches = (row: MutableRow, change: Sought): boolean => {
  for (const column in change.where) if (row[column] !== change.where[column]) return false
  if (change.op === 'update' && change.except) {
    for (const column in change.except) if (row[column] === change.except[column]) return false
  }
  return true
}

/** The newest rows of one table. Each row is in memory or in the table, never in both. */
class RecentTable {
  readonly #shape: Shape
  readonly #tables: Tables
  readonly #name: string
  readonly #most: number
  readonly #note: Note
  readonly #rows = new Map<Key, MutableRow>()
  readonly #indexes = new Map<string, ColumnIndex>()
  #anyGone: boolean

  constructor(name: string, shape: Shape, tables: Tables, { most, note, isEmpty }: Required<RecentOptions>) {
    this.#name = name
    this.#most = most
    this.#note = note
    this.#anyGone = !isEmpty
    this.#shape = shape
    this.#tables = tables
  }

  insert(row: Row): void {
    const key = this.#keyIn(row)
    if (key === undefined || !this.#isWhole(row) || this.#rows.has(key)) {
      this.#toTable([...this.#rows.keys()])
      this.#put(row)
      return
    }
    this.#rows.set(key, row as MutableRow)
    for (const [column, { keys }] of this.#indexes) this.#enter(keys, row[column] ?? null, key)
    if (this.#rows.size > this.#most) this.#toTable(this.#oldest(this.#rows.size / 2))
  }

  change(change: Sought): void {
    const key = this.#keyIn(change.where)
    if (key !== undefined) {
      const row = this.#rows.get(key)
      if (!row) {
        this.#note(change)
        this.#inTable(change)
      } else if (matches(row, change)) this.#carryOut(change, key, row)
      return
    }
    this.#note(change)
    const column = Object.keys(change.where).find((name) => change.where[name] !== null)
    const value = column === undefined ? undefined : change.where[column]
    if (column === undefined || value === undefined) {
      this.#toTable([...this.#rows.keys()])
      this.#inTable(change)
      return
    }
    const { keys, gone } = this.#indexOf(column)
    const found = [...(keys.get(value) ?? [])] // a copy: rows leave the set and enter it again meanwhile
    for (const one of found) {
      const row = this.#rows.get(one)
      if (row && matches(row, change)) this.#carryOut(change, one, row)
    }
    if (gone ? gone.mayHave(String(value)) : this.#anyGone) this.#inTable(change)
  }

  flush(): void {
    this.#toTable([...this.#rows.keys()])
  }

  /** Undefined if the columns do not say it all. */
  #keyIn(row: Row): Key {
    const { key } = this.#shape
    const [first, ...others] = key
    if (first === undefined || others.length === 0) return first === undefined ? undefined : row[first]
    const parts = key.map((column) => row[column])
    return parts.includes(undefined) ? undefined : JSON.stringify(parts)
  }

  #isWhole(row: Row): boolean {
    return this.#shape.columns.every((column) => row[column] !== undefined)
  }

  #carryOut(change: Sought, key: Key, row: MutableRow): void {
    if (change.op === 'delete') {
      this.#forget(key, row)
      return
    }
    for (const column in change.set) {
      const value = change.set[column] ?? null
      const index = this.#indexes.get(column)
      if (index) {
        this.#leave(index.keys, row[column] ?? null, key)
        this.#enter(index.keys, value, key)
      }
      row[column] = value
    }
  }

  #inTable(change: Sought): void {
    if (change.op === 'update') {
      for (const column in change.set) this.#indexes.get(column)?.gone?.add(String(change.set[column]))
    }
    this.#tables.write([change])
  }

  #put(row: Row): void {
    this.#anyGone = true
    for (const [column, { gone }] of this.#indexes) gone?.add(String(row[column]))
    this.#tables.write([{ op: 'insert', table: this.#name, row }])
  }

  #toTable(keys: readonly Key[]): void {
    for (const key of keys) {
      const row = this.#rows.get(key)
      if (!row) continue
      this.#forget(key, row)
      this.#put(row)
    }
    this.#tables.flush()
  }

  #oldest(count: number): Key[] {
    return this.#rows.keys().take(Math.ceil(count)).toArray()
  }

  #forget(key: Key, row: MutableRow): void {
    this.#rows.delete(key)
    for (const [column, { keys }] of this.#indexes) this.#leave(keys, row[column] ?? null, key)
  }

  /** What has gone to the table before anybody sought by this column is not known. */
  #indexOf(column: string): ColumnIndex {
    let index = this.#indexes.get(column)
    if (!index) {
      index = { keys: new Map(), gone: this.#anyGone ? null : new BloomFilter() }
      this.#indexes.set(column, index)
      for (const [key, row] of this.#rows) this.#enter(index.keys, row[column] ?? null, key)
    }
    return index
  }

  #enter(keys: ColumnIndex['keys'], value: Value, key: Key): void {
    const some = keys.get(value)
    if (some) some.add(key)
    else keys.set(value, new Set([key]))
  }

  #leave(keys: ColumnIndex['keys'], value: Value, key: Key): void {
    const some = keys.get(value)
    some?.delete(key)
    if (some?.size === 0) keys.delete(value)
  }
}

/**
 * Changes to the newest rows are carried out in memory, where they cost next to nothing, and the rows go to their tables
 * in large bundles: while a history is replayed most changes are to rows that came about a moment ago.
 */
export class RecentRows {
  readonly #tables: Tables
  readonly #recent = new Map<string, RecentTable>()
  readonly #shapeOf: (table: string) => Shape
  readonly #options: Required<RecentOptions>

  constructor(
    tables: Tables,
    shapeOf: (table: string) => Shape,
    { most = MOST_ROWS, note = () => {}, isEmpty = true }: RecentOptions = {},
  ) {
    this.#tables = tables
    this.#shapeOf = shapeOf
    this.#options = { most, note, isEmpty }
  }

  write(changes: readonly Change[]): void {
    for (const change of changes) {
      let table = this.#recent.get(change.table)
      if (!table) {
        table = new RecentTable(change.table, this.#shapeOf(change.table), this.#tables, this.#options)
        this.#recent.set(change.table, table)
      }
      if (change.op === 'insert') table.insert(change.row)
      else table.change(change)
    }
  }

  /** Everything is in the tables. */
  flush(): void {
    for (const table of this.#recent.values()) table.flush()
    this.#tables.flush()
  }
}
