import type { Change, Row } from '../../projections/projection.ts'
import type { Parameter, Statement } from './work.ts'

type Sought = Exclude<Change, { op: 'insert' }>

/** Sets, conditions and their parameters; a null is sought by `is null`. */
const sqlOf = (change: Sought, table: string): Statement => {
  const params: Parameter[] = []
  const bind = (value: Parameter) => `$${params.push(value)}`
  const set = change.op === 'update' ? Object.entries(change.set).map(([column, value]) => `${column} = ${bind(value)}`) : []
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

/** PostgreSQL reads no NUL out of JSON, and keeps none in a text. */
const withoutNul = (_: string, value: unknown): unknown =>
  typeof value === 'string' ? value.replaceAll('\u0000', '\ufffd') : value

const jsonOf = (rows: readonly Row[]): string => {
  const json = JSON.stringify(rows)
  return json.includes('\\u0000') ? JSON.stringify(rows, withoutNul) : json
}

/** Many rows by one statement, whatever their number: they travel as one JSON text. */
export const insertOf = (table: string, rows: readonly Row[]): Statement => ({
  sql: `insert into ${table} select * from json_populate_recordset(null::${table}, $1::json)`,
  params: [jsonOf(rows)],
})

/** Changes as statements in their order; inserts are bundled until something else touches their table. */
export const statementsFor = (
  changes: readonly Change[],
  nameOf: (table: string) => string = (table) => table,
): readonly Statement[] => {
  const statements: Statement[] = []
  const waiting = new Map<string, Row[]>()
  const flush = (table: string) => {
    const rows = waiting.get(table)
    if (rows) statements.push(insertOf(nameOf(table), rows))
    waiting.delete(table)
  }
  for (const change of changes) {
    if (change.op === 'insert') {
      const rows = waiting.get(change.table)
      if (rows) rows.push(change.row)
      else waiting.set(change.table, [change.row])
      continue
    }
    flush(change.table)
    statements.push(sqlOf(change, nameOf(change.table)))
  }
  for (const table of [...waiting.keys()]) flush(table)
  return statements
}
