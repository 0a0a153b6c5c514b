import Database from 'better-sqlite3'
import { type Definition, definitionsOf } from './beside.ts'
import { migrateUp, sqliteMigrations } from './migrations.ts'
import type { SqliteConnection } from './sqlite.ts'

let template: SqliteConnection | undefined

const emptyDatabase = (): SqliteConnection => {
  if (!template) {
    template = new Database(':memory:')
    migrateUp(template, sqliteMigrations(), '')
  }
  return template
}

/** How a read table is made in SQLite, whatever engine the live one lies in. */
export const templateOf = (table: string): readonly Definition[] => definitionsOf(emptyDatabase(), table)

/** The columns of a table, and those of its primary key in their order. */
export type Shape = { readonly columns: readonly string[]; readonly key: readonly string[] }

export const shapeOf = (db: SqliteConnection, table: string): Shape => {
  const info = db.pragma(`table_info(${table})`) as { name: string; pk: number }[]
  const key = info.filter(({ pk }) => pk > 0).toSorted((a, b) => a.pk - b.pk)
  return { columns: info.map(({ name }) => name), key: key.map(({ name }) => name) }
}

/** Every table that both engines have, by name. */
export const allTables = (): ReadonlyMap<string, Shape> => {
  const db = emptyDatabase()
  const names = db
    .prepare(`select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by name`)
    .pluck()
    .all() as string[]
  return new Map(names.map((name) => [name, shapeOf(db, name)]))
}
