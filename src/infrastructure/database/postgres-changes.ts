import type { Change, Parameter, Row } from '../../projections/projection.ts'
import type { Statement } from './work.ts'

type Sought = Exclude<Change, { op: 'insert' }>

/** Sets, conditions and their parameters; a null is sought by `is null`. */
const sqlOf = (change: Sought, table: string): Statement => {
  const params: Parameter[] = []
  const bind = (value: Parameter) => `$${params.push(value)}`
  const set =
    change.op === 'update'
      ? Object.entries(change.set).map(([column, value]) => `${column} = ${bind(value)}`)
      : []
  const where = Object.entries(change.where).map(([column, value]) =>
    value === null ? `${column} is null` : `${column} = ${bind(value)}`,
  )
  if (change.op === 'update') {
    for (const [column, value] of Object.entries(change.except ?? {})) {
      where.push(`${column} is distinct from ${bind(value)}`)
    }
  }
  const condition = where.join(' and ')
  const sql =
    change.op === 'delete'
      ? `delete from ${table} where ${condition}`
      : `update ${table} set ${set.join(', ')} where ${condition}`
  return { sql, params }
}

// Sizes are few, so that few statements are prepared on each connection.
const BUNDLE_SIZES = [64, 32, 16, 8, 4, 2, 1] as const

const inserts = new Map<string, string>()

const insertSql = (table: string, columns: readonly string[], rows: number): string => {
  const key = `${rows} ${table} ${columns.join()}`
  const known = inserts.get(key)
  if (known !== undefined) return known
  let n = 0
  const tuples = Array.from({ length: rows }, () => `(${columns.map(() => `$${++n}`).join()})`)
  const sql = `insert into ${table} (${columns.join()}) values ${tuples.join()}`
  inserts.set(key, sql)
  return sql
}

/** Rows of equal columns in as few inserts as can be. */
export const valuesOf = (
  table: string,
  columns: readonly string[],
  rows: readonly (readonly Parameter[])[],
): readonly Statement[] => {
  const statements: Statement[] = []
  for (let from = 0; from < rows.length; ) {
    const size = BUNDLE_SIZES.find((n) => n <= rows.length - from) as number // the least is 1
    statements.push({
      sql: insertSql(table, columns, size),
      params: rows.slice(from, from + size).flat(),
    })
    from += size
  }
  return statements
}

type Bundle = {
  readonly table: string
  readonly columns: readonly string[]
  readonly rows: (readonly Parameter[])[]
}

const hasColumns = (row: Row, columns: readonly string[]): boolean => {
  let n = 0
  for (const column in row) if (column !== columns[n++]) return false
  return n === columns.length
}

/** Changes as statements in their order; inserts are bundled until something else touches their table. */
export const statementsFor = (
  changes: readonly Change[],
  nameOf: (table: string) => string = (table) => table,
): readonly Statement[] => {
  const statements: Statement[] = []
  const waiting = new Map<string, Bundle>()
  const flush = (table: string) => {
    const bundle = waiting.get(table)
    if (bundle) statements.push(...valuesOf(nameOf(table), bundle.columns, bundle.rows))
    waiting.delete(table)
  }
  for (const change of changes) {
    if (change.op !== 'insert') {
      flush(change.table)
      statements.push(sqlOf(change, nameOf(change.table)))
      continue
    }
    let bundle = waiting.get(change.table)
    if (!bundle || !hasColumns(change.row, bundle.columns)) {
      flush(change.table)
      bundle = { table: change.table, columns: Object.keys(change.row), rows: [] }
      waiting.set(change.table, bundle)
    }
    bundle.rows.push(Object.values(change.row))
  }
  for (const { columns, rows, table } of waiting.values())
    statements.push(...valuesOf(nameOf(table), columns, rows))
  return statements
}
