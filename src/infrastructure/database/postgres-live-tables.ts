import type { Reader } from '../../projections/projection.ts'
import type { LiveTables } from '../projections/live-tables.ts'
import { freshName, retiredName } from './beside.ts'
import { statementsFor, valuesOf } from './postgres-changes.ts'
import { all, first, run, type Statement, type Work } from './work.ts'

type Index = { readonly name: string; readonly definition: string; readonly primary: boolean }

/** Indexes keep their plain names for migrations: one beside bears its table's prefix until it takes its place. */
const INDEXES = `select i.relname as name, pg_get_indexdef(x.indexrelid) as definition, x.indisprimary as "primary"
  from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid
  where t.oid = to_regclass($1) order by i.relname`

const CREATE_INDEX = /^(CREATE (?:UNIQUE )?INDEX )("?\w+"?)( ON )((?:\w+\.)?"?\w+"?)/

function* carriedOut(statements: readonly Statement[]): Work<void> {
  for (const { sql, params } of statements) yield* run(sql, params)
}

function* createBeside(table: string): Work<void> {
  const beside = freshName(table)
  yield* run(`create table ${beside} (like ${table} including defaults including constraints)`)
  for (const { name, definition, primary } of yield* all<Index>(INDEXES, [table])) {
    yield* run(definition.replace(CREATE_INDEX, `$1${freshName(name)}$3${beside}`))
    if (primary) yield* run(`alter table ${beside} add primary key using index ${freshName(name)}`)
  }
}

function* swapIn(table: string): Work<void> {
  for (const { name } of yield* all<Index>(INDEXES, [table])) {
    yield* run(`alter index ${name} rename to ${retiredName(name)}`)
    yield* run(`alter index ${freshName(name)} rename to ${name}`)
  }
  yield* run(`alter table ${table} rename to ${retiredName(table)}`)
  yield* run(`alter table ${freshName(table)} rename to ${table}`)
}

/** Rows of a table that is dropped cost nothing here. */
function* none(): Work<number> {
  yield* []
  return 0
}

export const postgresLiveTables = (reader: Reader): LiveTables => ({
  async leftovers(tables) {
    const names = tables.flatMap((table) => [freshName(table), retiredName(table)])
    const present = await reader.all<{ name: string }>(
      `select table_name::text as name from information_schema.tables where table_schema = current_schema()`,
    )
    const there = new Set(present.map(({ name }) => name))
    return names.filter((name) => there.has(name))
  },
  createBeside,
  writeBeside: (changes) => carriedOut(statementsFor(changes, freshName)),
  fillBeside: (table, rows) =>
    carriedOut(
      valuesOf(
        freshName(table),
        Object.keys(rows[0] ?? {}),
        rows.map((row) => Object.values(row)),
      ),
    ),
  *holdWriters() {
    yield* first('select position from history_head for update')
  },
  *swapIn(tables) {
    for (const table of tables) yield* swapIn(table)
  },
  removeSome: none,
  *drop(leftover) {
    yield* run(`drop table ${leftover}`)
  },
})
