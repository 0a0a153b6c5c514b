import Database from 'better-sqlite3'
import { type Definition, definitionsOf } from './beside.ts'
import { migrateUp, sqliteMigrations } from './migrations.ts'
import type { SqliteConnection } from './sqlite.ts'

let template: SqliteConnection | undefined

/** How a read table is made in SQLite, whatever engine the live one lies in. */
export const templateOf = (table: string): readonly Definition[] => {
  if (!template) {
    template = new Database(':memory:')
    migrateUp(template, sqliteMigrations(), '')
  }
  return definitionsOf(template, table)
}
