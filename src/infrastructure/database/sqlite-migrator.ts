import { migrateDown, migrateUp, migrationStatus, sqliteMigrations } from './migrations.ts'
import type { Migrator } from './migrator.ts'
import { openWriter, type SqliteConnection } from './sqlite.ts'

const hasEvents = (db: SqliteConnection): boolean =>
  db.prepare(`select 1 from sqlite_schema where name = 'events'`).get() !== undefined &&
  db.prepare('select 1 from events limit 1').get() !== undefined

export const openSqliteMigrator = (file: string): Migrator => {
  const db = openWriter(file)
  const all = sqliteMigrations()
  return {
    all,
    up: async (now, to) => migrateUp(db, all, now, to),
    down: async (to) => migrateDown(db, all, to),
    status: async () => migrationStatus(db, all),
    hasEvents: async () => hasEvents(db),
    close: async () => {
      db.close()
    },
  }
}
