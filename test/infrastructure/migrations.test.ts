import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openFoundation } from '../../src/foundation.ts'
import {
  migrateDown,
  migrateUp,
  migrationStatus,
  readMigrations,
  sqliteMigrations,
} from '../../src/infrastructure/database/migrations.ts'
import { openReader, openWriter, type SqliteConnection } from '../../src/infrastructure/database/sqlite.ts'
import { NOW } from '../support/controls.ts'
import { temporaryFolder, testSettings } from '../support/house.ts'

let folder: string
let remove: () => void
let db: SqliteConnection
beforeEach(() => {
  ;({ folder, remove } = temporaryFolder())
  db = openWriter(join(folder, 'a.db'))
})
afterEach(() => {
  db.close()
  remove()
})

const schema = (of: SqliteConnection = db) =>
  of.prepare(`select name, sql from sqlite_schema where name not like 'sqlite_%' order by name`).all()

describe('migrations', () => {
  test('S0-33 make the schema from an empty file, and again change nothing', () => {
    expect(migrateUp(db, sqliteMigrations(), NOW)).toHaveLength(sqliteMigrations().length)
    const made = schema()
    expect(migrateUp(db, sqliteMigrations(), NOW)).toStrictEqual([])
    expect(schema()).toStrictEqual(made)
  })
  test('S0-34, S2-40, S4-26 up, down and up again give the same schema, each step of it', () => {
    const all = sqliteMigrations()
    const after = all.map(({ number }) => {
      migrateUp(db, all, NOW, number)
      return schema()
    })
    for (let number = all.length - 1; number > 0; number--) {
      migrateDown(db, all, number)
      expect(schema()).toStrictEqual(after[number - 1])
    }
    migrateUp(db, all, NOW)
    expect(schema()).toStrictEqual(after.at(-1))
  })
  test('two that start at once do it once', () => {
    const beside = openWriter(join(folder, 'a.db'))
    expect(
      migrateUp(db, sqliteMigrations(), NOW).length + migrateUp(beside, sqliteMigrations(), NOW).length,
    ).toBe(sqliteMigrations().length)
    beside.close()
  })
  test('one that was changed after it was applied is refused', () => {
    const all = sqliteMigrations()
    migrateUp(db, all, NOW)
    const changed = all.map((one) => (one.number === 2 ? { ...one, checksum: 'x' } : one))
    expect(() => migrateUp(db, changed, NOW)).toThrow(/was changed after it was applied/)
  })
  test('a database of a newer version is refused and left alone', () => {
    migrateUp(db, sqliteMigrations(), NOW)
    expect(() => migrationStatus(db, sqliteMigrations().slice(0, 1))).toThrow(/newer version/)
  })
  test('one that fails leaves nothing of itself, and what was applied before it stays', () => {
    const [first, second] = sqliteMigrations()
    if (!first || !second) throw new Error('too few migrations')
    const broken = { ...second, up: 'create table half_done (x); this is no SQL' }
    expect(() => migrateUp(db, [first, broken], NOW)).toThrow(/syntax error/)
    expect(migrationStatus(db, [first, second]).map(({ appliedAt }) => appliedAt)).toStrictEqual([NOW, null])
    expect(schema().map((one) => (one as { name: string }).name)).not.toContain('half_done')
    expect(migrateUp(db, [first, second], NOW).map(({ number }) => number)).toStrictEqual([2])
  })
  test('down to the beginning leaves the list of migrations and nothing else', () => {
    migrateUp(db, sqliteMigrations(), NOW)
    migrateDown(db, sqliteMigrations(), 0)
    expect(schema().map((one) => (one as { name: string }).name)).toStrictEqual(['migrations'])
  })
  test('one that was changed is refused on the way down too', () => {
    const all = sqliteMigrations()
    migrateUp(db, all, NOW)
    const made = schema()
    const changed = all.map((one) => ({ ...one, checksum: `${one.checksum}x` }))
    expect(() => migrateDown(db, changed, 0)).toThrow(/was changed after it was applied/)
    expect(() => migrationStatus(db, changed)).toThrow(/was changed after it was applied/)
    expect(schema()).toStrictEqual(made)
  })
  test.each([
    ['has no way down', ['0001_a.up.sql'], /0001_a\.down\.sql/],
    [
      'is there twice',
      ['0001_a.up.sql', '0001_a.down.sql', '0001_b.up.sql', '0001_b.down.sql'],
      /migration 2 is missing/,
    ],
  ])('a number that %s is an error', (_, names, message) => {
    const source = join(folder, 'migrations')
    mkdirSync(source)
    for (const name of names) writeFileSync(join(source, name), '')
    expect(() => readMigrations(source)).toThrow(message)
  })
  test('a numbered pair that is missing is an error', () => {
    const source = join(folder, 'migrations')
    mkdirSync(source)
    writeFileSync(join(source, '0002_late.up.sql'), '')
    writeFileSync(join(source, '0002_late.down.sql'), '')
    expect(() => readMigrations(source)).toThrow(/migration 1 is missing/)
  })
})

describe('a database that can’t be used', () => {
  const openWith = (file: string) => openFoundation({ ...testSettings(folder, 3000), databaseFile: file })
  test('is named when it is no database', async () => {
    writeFileSync(
      join(folder, 'text.db'),
      'this is no database, but it is long enough to be looked at'.repeat(40),
    )
    await expect(openWith(join(folder, 'text.db'))).rejects.toThrow(/is not a SQLite database/)
  })
  test('is named when its folder is a file', async () => {
    writeFileSync(join(folder, 'file'), '')
    await expect(openWith(join(folder, 'file', 'a.db'))).rejects.toThrow(/folder/)
  })
  test('a reader can’t write', () => {
    migrateUp(db, sqliteMigrations(), NOW)
    const reader = openReader(join(folder, 'a.db'))
    expect(() => reader.exec('create table x (a)')).toThrow(/readonly|read-only/)
    reader.close()
    expect(new Database(join(folder, 'a.db'), { readonly: true }).close()).toBeDefined()
  })
})
