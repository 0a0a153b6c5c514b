import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { accept } from '../../../src/domain/decision.ts'
import { openEngine, openFoundation, openMigrator } from '../../../src/foundation.ts'
import { issued, NOW } from '../../support/controls.ts'
import { temporaryFolder, testClock, testSettings } from '../../support/house.ts'
import { createTestDatabase } from '../../support/postgres.ts'

const engines = [
  ['SQLite', async (folder: string) => ({ url: `sqlite:${join(folder, 'a.db')}`, drop: async () => {} })],
  ['PostgreSQL', () => createTestDatabase(undefined, 'template0')],
] as const

describe.each(engines)('the schema on %s', (name, create) => {
  const prepared = async () => {
    const { folder, remove } = temporaryFolder()
    const { url, drop } = await create(folder)
    onTestFinished(async () => {
      await drop()
      remove()
    })
    return testSettings(folder, 3000, { DATABASE_URL: url })
  }

  test('goes up as far as it is told, and down again; and knows whether anything has happened', async () => {
    const settings = await prepared()
    const migrator = await openMigrator(settings)
    const appliedNow = async () =>
      (await migrator.status()).filter(({ appliedAt }) => appliedAt !== null).map(({ number }) => number)
    expect([await appliedNow(), await migrator.hasEvents()]).toStrictEqual([[], false])
    expect((await migrator.up(NOW, 2)).map(({ number }) => number)).toStrictEqual([1, 2])
    expect(await migrator.up(NOW, 2)).toStrictEqual([])
    expect(await appliedNow()).toStrictEqual([1, 2])
    expect((await migrator.down(1)).map(({ number }) => number)).toStrictEqual([2])
    expect(await migrator.down(1)).toStrictEqual([])
    expect(await migrator.up(NOW)).toHaveLength(migrator.all.length - 1)
    expect([await appliedNow(), await migrator.hasEvents()]).toStrictEqual([
      migrator.all.map(({ number }) => number),
      false,
    ])
    const floor = await openFoundation(settings, { clock: testClock() })
    await floor.store.decide({
      readings: {},
      decide: () => accept(issued()),
      actor: 'operator',
      correlation: 'C',
    })
    await floor.close()
    expect(await migrator.hasEvents()).toBe(true)
    await migrator.close()
  })

  test('is looked at by the doctor, with what durability rests on', async () => {
    const settings = await prepared()
    const engine = await openEngine(settings, NOW)
    const checked = async () =>
      Object.fromEntries((await engine.doctor()).map(({ what, ok, detail }) => [what, `${ok}: ${detail}`]))
    const durability =
      name === 'SQLite'
        ? { durability: 'true: write-ahead log, synchronous=FULL', integrity: 'true: ok' }
        : // The server of the tests forgets at a power cut; the doctor says so.
          {
            durability: expect.stringMatching(/^false: PostgreSQL runs with fsync=off/),
            server: expect.stringMatching(/^true: \d+ connections, room for \d+ locks$/),
          }
    expect(await checked()).toStrictEqual({ ...durability, migrations: 'true: all applied' })
    const migrator = await openMigrator(settings)
    await migrator.down(migrator.all.length - 2)
    await migrator.close()
    expect((await checked())['migrations']).toBe('false: 2 missing: latchkey migrate up')
    expect(await engine.isMigrated()).toBe(false)
    await engine.close()
  })
})
