import type { Statement } from 'better-sqlite3'
import type { Change, Row, Value } from '../../projections/projection.ts'
import type { SqliteConnection } from './sqlite.ts'

// One statement for many rows costs a fraction of many statements; sizes are few, so that few statements are prepared.
const BUNDLE_SIZES = [64, 16, 4, 1] as const

const insertSql = (table: string, columns: readonly string[], rows: number): string => {
  const tuple = `(${columns.map(() => '?').join(',')})`
  return `insert into ${table} (${columns.join(',')}) values ${Array<string>(rows).fill(tuple).join(',')}`
}

/** Bundles rows of equal columns into as few inserts as can be. */
export class BulkInsert {
  readonly #statements: ReadonlyMap<number, Statement>
  readonly #width: number
  #values: Value[] = []

  constructor(db: SqliteConnection, table: string, columns: readonly string[]) {
    this.#width = columns.length
    this.#statements = new Map(BUNDLE_SIZES.map((n) => [n, db.prepare(insertSql(table, columns, n))]))
  }

  add(...values: readonly Value[]): void {
    for (const value of values) this.#values.push(value)
  }

  /** The columns in their order, as `hasColumns` has found them. */
  addRow(row: Row): void {
    for (const column in row) this.#values.push(row[column] ?? null)
  }

  flush(): void {
    const values = this.#values
    if (values.length === 0) return
    this.#values = []
    let from = 0
    for (const size of BUNDLE_SIZES) {
      const length = size * this.#width
      while (values.length - from >= length) {
        this.#statements.get(size)?.run(values.slice(from, from + length))
        from += length
      }
    }
  }

  discard(): void {
    this.#values = []
  }
}

const hasColumns = (row: Row, columns: readonly string[]): boolean => {
  let n = 0
  for (const column in row) if (column !== columns[n++]) return false
  return n === columns.length
}

/** Tells apart what differs in its SQL, for less than writing the SQL costs. */
const shapeOf = (change: Exclude<Change, { op: 'insert' }>): string => {
  let shape = change.table
  if (change.op === 'update') for (const column in change.set) shape += `,${column}`
  shape += '?'
  for (const column in change.where) shape += change.where[column] === null ? `,${column}!` : `,${column}`
  if (change.op === 'update' && change.except) for (const column in change.except) shape += `-${column}`
  return shape
}

const sqlOf = (change: Exclude<Change, { op: 'insert' }>, table: string): string => {
  const where = [
    ...Object.entries(change.where).map(([column, value]) =>
      value === null ? `${column} is null` : `${column} = ?`,
    ),
    ...(change.op === 'update' ? Object.keys(change.except ?? {}).map((column) => `${column} is not ?`) : []),
  ].join(' and ')
  if (change.op === 'delete') return `delete from ${table} where ${where}`
  const set = Object.keys(change.set).map((column) => `${column} = ?`)
  return `update ${table} set ${set.join(', ')} where ${where}`
}

const paramsOf = (change: Exclude<Change, { op: 'insert' }>): Value[] => {
  const params: Value[] = []
  if (change.op === 'update') for (const column in change.set) params.push(change.set[column] ?? null)
  for (const column in change.where) {
    const value = change.where[column]
    if (value !== null && value !== undefined) params.push(value)
  }
  if (change.op === 'update') for (const column in change.except) params.push(change.except[column] ?? null)
  return params
}

type WriterOptions = {
  /** The table that is written to instead of the one that changes name. */
  readonly nameOf?: (table: string) => string
  /** Told of the columns that rows to be changed are sought by. */
  readonly beforeSeeking?: (table: string, columns: readonly string[]) => void
}

/** Carries out changes to tables in their order, bundling inserts until something else touches their table. */
export class ChangeWriter {
  readonly #db: SqliteConnection
  readonly #statements = new Map<string, Statement>()
  readonly #nameOf: (table: string) => string
  readonly #beforeSeeking: ((table: string, columns: readonly string[]) => void) | undefined
  readonly #inserts = new Map<string, { readonly columns: readonly string[]; readonly bulk: BulkInsert }>()

  constructor(db: SqliteConnection, { nameOf, beforeSeeking }: WriterOptions = {}) {
    this.#db = db
    this.#nameOf = nameOf ?? ((table) => table)
    this.#beforeSeeking = beforeSeeking
  }

  write(changes: readonly Change[]): void {
    for (const change of changes) {
      if (change.op === 'insert') this.#insertLater(change.table, change.row)
      else this.#run(change)
    }
  }

  flush(): void {
    for (const { bulk } of this.#inserts.values()) bulk.flush()
  }

  discard(): void {
    for (const { bulk } of this.#inserts.values()) bulk.discard()
  }

  #run(change: Exclude<Change, { op: 'insert' }>): void {
    this.#inserts.get(change.table)?.bulk.flush()
    const shape = shapeOf(change)
    let statement = this.#statements.get(shape)
    if (!statement) {
      this.#beforeSeeking?.(change.table, Object.keys(change.where))
      statement = this.#db.prepare(sqlOf(change, this.#nameOf(change.table)))
      this.#statements.set(shape, statement)
    }
    statement.run(paramsOf(change))
  }

  #insertLater(table: string, row: Row): void {
    let known = this.#inserts.get(table)
    if (!known || !hasColumns(row, known.columns)) {
      known?.bulk.flush()
      const columns = Object.keys(row)
      known = { columns, bulk: new BulkInsert(this.#db, this.#nameOf(table), columns) }
      this.#inserts.set(table, known)
    }
    known.bulk.addRow(row)
  }
}
