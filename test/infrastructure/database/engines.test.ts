import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, describe, expect, onTestFinished, test } from 'vitest'
import { openPostgresEngine } from '../../../src/infrastructure/database/postgres-engine.ts'
import { openSqliteEngine } from '../../../src/infrastructure/database/sqlite-engine.ts'
import { run } from '../../../src/infrastructure/database/work.ts'
import { SubjectKeys } from '../../../src/infrastructure/vault/subject-keys.ts'
import { NOW } from '../../support/controls.ts'
import { temporaryFolder } from '../../support/house.ts'
import { createTestDatabase } from '../../support/postgres.ts'

describe('the engine on a file', () => {
  const { folder, remove } = temporaryFolder()
  afterEach(remove)
  const open = () => {
    const engine = openSqliteEngine(join(folder, 'a.db'), NOW)
    onTestFinished(() => engine.close())
    return engine
  }

  test('does not open what a newer version has made, and leaves it alone', async () => {
    const first = openSqliteEngine(join(folder, 'a.db'), NOW)
    first.sqlite.db.exec(`update migrations set checksum = 'another' where number = 1`)
    await first.close()
    expect(open).toThrow('Migration 1 (history) was changed after it was applied')
    const db = new Database(join(folder, 'a.db'))
    db.pragma('locking_mode = exclusive')
    db.exec('begin exclusive') // nobody has it open any more
    db.close()
  })
  test('carries work out alone before there is a store, all of it or nothing', async () => {
    const { exclusively, reader } = open()
    const count = () => reader.get('select count(*) as n from throttles')
    const insert = `insert into throttles (key, points, expires_at) values ('a', 0, 0)`
    await exclusively('test', () => run(insert))
    const failing = exclusively('test', function* () {
      yield* run('delete from throttles')
      yield* run('insert into nothing values (1)')
    })
    await expect(failing).rejects.toMatchObject({ name: 'SqliteError' })
    expect(await count()).toStrictEqual({ n: 1 })
  })
  test('has a doctor who says what is wrong', async () => {
    const { doctor, sqlite } = open()
    const { db } = sqlite
    const told = async () =>
      (await doctor()).flatMap(({ what, ok, detail }) => (ok ? [] : [`${what}: ${detail}`]))
    expect(await told()).toStrictEqual([])
    db.pragma('synchronous = NORMAL')
    db.exec('delete from migrations where number > 2')
    const pragma = db.pragma.bind(db)
    let integrity = (): unknown => 'row 1 missing\nfrom index'
    db.pragma = (source, options) => (source === 'integrity_check' ? integrity() : pragma(source, options))
    const [durability, damaged, migrations] = await told()
    expect([durability, damaged]).toStrictEqual([
      'durability: commits can be lost',
      'integrity: the file is damaged: row 1 missing from index',
    ])
    expect(migrations).toMatch(/^migrations: \d+ missing: latchkey migrate up$/)
    integrity = () => {
      throw new Database.SqliteError('cannot even be looked at', 'SQLITE_CORRUPT')
    }
    expect((await told())[1]).toBe('integrity: the file is damaged: SQLITE_CORRUPT')
    db.pragma = pragma as typeof db.pragma
  })
})

test('the engine on a server asks a replica for lists where it is told of one, and has no past before a history', async () => {
  const database = await createTestDatabase()
  const engine = await openPostgresEngine({
    url: database.url,
    readUrl: database.url,
    max: 2,
    unsafe: true,
    now: NOW,
  })
  onTestFinished(async () => {
    await engine.close()
    await database.drop()
  })
  expect(engine.lists).not.toBe(engine.reader)
  expect(await engine.lists.get('select 1 as one')).toStrictEqual({ one: 1 })
  const keys = new SubjectKeys(Buffer.alloc(32))
  await expect(engine.past('none', 1, { keys, encodeTag: (tag) => tag })).rejects.toThrow(
    'there is no history yet',
  )
  const [, , server] = await engine.doctor()
  expect(server?.detail).toMatch(/^[1-9]\d* connections, room for [1-9]\d* locks$/)
})
