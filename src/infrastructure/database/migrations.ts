import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Reader } from '../../projections/projection.ts'
import { SetupProblem } from '../errors.ts'
import { tidy } from './beside.ts'
import type { SqliteConnection } from './sqlite.ts'

export type Migration = {
  readonly number: number
  readonly name: string
  readonly up: string
  readonly down: string
  readonly checksum: string
}

export type MigrationStatus = {
  readonly number: number
  readonly name: string
  readonly appliedAt: string | null
}

const FILE = /^(\d{4})_([a-z0-9_]+)\.up\.sql$/

/** The numbered pairs of a folder, in order. Throws when a number is missing, doubled or has no way down. */
export const readMigrations = (folder: string): readonly Migration[] => {
  const migrations = readdirSync(folder)
    .toSorted()
    .flatMap((file) => {
      const [, number, name] = FILE.exec(file) ?? []
      if (number === undefined || name === undefined) return []
      const up = readFileSync(join(folder, file), 'utf8')
      const down = readFileSync(join(folder, file.replace('.up.sql', '.down.sql')), 'utf8')
      return [
        { number: Number(number), name, up, down, checksum: createHash('sha256').update(up).digest('hex') },
      ]
    })
  for (const [index, { number }] of migrations.entries()) {
    if (number !== index + 1) throw new Error(`migration ${index + 1} is missing in ${folder}`)
  }
  return migrations
}

export const sqliteMigrations = (): readonly Migration[] =>
  readMigrations(join(import.meta.dirname, '..', '..', '..', 'migrations', 'sqlite'))

export type AppliedRow = { number: number; name: string; checksum: string; applied_at: string }

const applied = (db: SqliteConnection): AppliedRow[] => {
  const exists = db.prepare(`select 1 from sqlite_schema where name = 'migrations'`).get()
  return exists ? (db.prepare('select * from migrations order by number').all() as AppliedRow[]) : []
}

/** Throws SetupProblem when the database knows a migration that we don't, or another one by the same number. */
export const check = (rows: readonly AppliedRow[], migrations: readonly Migration[]): void => {
  for (const row of rows) {
    const known = migrations[row.number - 1]
    if (!known) {
      throw new SetupProblem(
        `The database was made by a newer version of Latchkey (it has migration ${row.number}, ${row.name}). ` +
          'Start that version, or restore a backup made before the upgrade.',
      )
    }
    if (known.checksum !== row.checksum) {
      throw new SetupProblem(
        `Migration ${row.number} (${row.name}) was changed after it was applied. Put the original file back.`,
      )
    }
  }
}

/**
 * Whether everything has been applied that this version needs, as its files say it. What a newer version has added since
 * does no harm: nodes of two versions run side by side while one takes the other's place.
 */
export const isMigrated = async (reader: Reader, migrations: readonly Migration[]): Promise<boolean> => {
  const rows = await reader.all<AppliedRow>('select number, checksum from migrations')
  const applied = new Map(rows.map(({ number, checksum }) => [number, checksum]))
  return migrations.every(({ number, checksum }) => applied.get(number) === checksum)
}

/** Applies what is missing, each in a transaction of its own; two processes starting at once wait for each other. */
export const migrateUp = (
  db: SqliteConnection,
  migrations: readonly Migration[],
  now: string,
  to = migrations.length,
): readonly Migration[] => {
  check(applied(db), migrations)
  const done: Migration[] = []
  const step = db.transaction((): boolean => {
    db.exec(
      `create table if not exists migrations (number integer primary key, name text not null, checksum text not null,
       applied_at text not null) strict`,
    )
    const rows = applied(db)
    check(rows, migrations)
    const next = migrations[rows.length]
    if (!next || next.number > to) return false
    tidy(db)
    db.exec(next.up)
    db.prepare('insert into migrations values (?, ?, ?, ?)').run(next.number, next.name, next.checksum, now)
    done.push(next)
    return true
  })
  if (applied(db).length >= to) return done
  while (step.immediate());
  return done
}

/** Undoes the newest migrations down to, but not including, `to`. */
export const migrateDown = (
  db: SqliteConnection,
  migrations: readonly Migration[],
  to: number,
): readonly Migration[] => {
  const done: Migration[] = []
  const step = db.transaction((): boolean => {
    const rows = applied(db)
    check(rows, migrations)
    const last = migrations[rows.length - 1]
    if (!last || last.number <= to) return false
    tidy(db)
    db.exec(last.down)
    db.prepare('delete from migrations where number = ?').run(last.number)
    done.push(last)
    return true
  })
  while (step.immediate());
  return done
}

export const migrationStatus = (
  db: SqliteConnection,
  migrations: readonly Migration[],
): readonly MigrationStatus[] => {
  const rows = applied(db)
  check(rows, migrations)
  return migrations.map(({ number, name }) => ({
    number,
    name,
    appliedAt: rows.find((row) => row.number === number)?.applied_at ?? null,
  }))
}
