import type { Statement } from 'better-sqlite3'
import type { Change, Row, Value } from '../../projections/projection.ts'
import { type SqliteConnection, statementsOf } from './sqlite.ts'

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

const whereSql = (where: Row, except: Row | undefined, params: Value[]): string =>
  [
    ...Object.entries(where).map(([column, value]) => {
      if (value === null) return `${column} is null`
      params.push(value)
      return `${column} = ?`
    }),
    ...Object.entries(except ?? {}).map(([column, value]) => {
      params.push(value)
      return `${column} is not ?`
    }),
  ].join(' and ')

type WriterOptions = {
  /** The table that is written to instead of the one that changes name. */
  readonly nameOf?: (table: string) => string
  /** Told of the columns that rows to be changed are sought by. */
  readonly beforeSeeking?: (table: string, columns: readonly string[]) => void
}

/** Carries out changes to tables in their order, bundling inserts until something else touches their table. */
export class ChangeWriter {
  readonly #db: SqliteConnection
  readonly #statement: (sql: string) => Statement
  readonly #nameOf: (table: string) => string
  readonly #beforeSeeking: ((table: string, columns: readonly string[]) => void) | undefined
  readonly #inserts = new Map<string, { readonly columns: string; readonly bulk: BulkInsert }>()

  constructor(db: SqliteConnection, { nameOf, beforeSeeking }: WriterOptions = {}) {
    this.#db = db
    this.#statement = statementsOf(db)
    this.#nameOf = nameOf ?? ((table) => table)
    this.#beforeSeeking = beforeSeeking
  }

  write(changes: readonly Change[]): void {
    for (const change of changes) {
      switch (change.op) {
        case 'insert':
          this.#insertLater(change.table, change.row)
          break
        case 'update': {
          this.#beforeChanging(change.table, change.where)
          const params: Value[] = Object.values(change.set)
          const set = Object.keys(change.set)
            .map((column) => `${column} = ?`)
            .join(', ')
          const where = whereSql(change.where, change.except, params)
          this.#statement(`update ${this.#nameOf(change.table)} set ${set} where ${where}`).run(params)
          break
        }
        case 'delete': {
          this.#beforeChanging(change.table, change.where)
          const params: Value[] = []
          this.#statement(
            `delete from ${this.#nameOf(change.table)} where ${whereSql(change.where, undefined, params)}`,
          ).run(params)
          break
        }
      }
    }
  }

  flush(): void {
    for (const { bulk } of this.#inserts.values()) bulk.flush()
  }

  discard(): void {
    for (const { bulk } of this.#inserts.values()) bulk.discard()
  }

  #beforeChanging(table: string, where: Row): void {
    this.#inserts.get(table)?.bulk.flush()
    this.#beforeSeeking?.(table, Object.keys(where))
  }

  #insertLater(table: string, row: Row): void {
    const columns = Object.keys(row)
    const key = columns.join(',')
    let known = this.#inserts.get(table)
    if (known?.columns !== key) {
      known?.bulk.flush()
      known = { columns: key, bulk: new BulkInsert(this.#db, this.#nameOf(table), columns) }
      this.#inserts.set(table, known)
    }
    known.bulk.add(...Object.values(row))
  }
}
