import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { NewEvent } from '../../../src/domain/catalogue.ts'
import { accept } from '../../../src/domain/decision.ts'
import { plus, systemClock } from '../../../src/infrastructure/clock.ts'
import { migrateDown, migrateUp, sqliteMigrations } from '../../../src/infrastructure/database/migrations.ts'
import type { Progress } from '../../../src/infrastructure/projections/fresh.ts'
import { rebuildProjections } from '../../../src/infrastructure/projections/rebuild.ts'
import { projections } from '../../../src/projections/index.ts'
import * as cast from '../../support/controls.ts'
import { openTestFloor, rawSqlite } from '../../support/house.ts'
import { expectProjectionsEqualRebuild } from '../../support/rebuild.ts'

const { ADA, ADA_ADDRESS, BEN, BEN_ADDRESS, INVITE } = cast

let floor: Awaited<ReturnType<typeof openTestFloor>>
beforeEach(async () => {
  // Ahead of other processes here, whose claims have ended when this one looks.
  floor = await openTestFloor({ clock: () => plus(systemClock(), 60_000) })
  await append(
    cast.issued(),
    cast.redeemed(),
    cast.registered(BEN, BEN_ADDRESS, { kind: 'invite', inviteId: INVITE }),
    cast.verified(BEN, BEN_ADDRESS, 'invite'),
    cast.loggedIn('invite'),
    ...cast.admin(ADA, ADA_ADDRESS),
  )
})
afterEach(() => floor.dispose())

const append = (...events: NewEvent[]) =>
  floor.store.decide({ readings: {}, decide: () => accept(...events), actor: 'operator', correlation: 'C' })

const rebuild = (progress?: Progress) => {
  const { store, database, engine, clock, ids } = floor
  return rebuildProjections(
    { store, database, liveTables: engine.liveTables, projections, clock, builder: ids() },
    progress,
  )
}

const schema = (): string[] =>
  rawSqlite(floor)
    .db.prepare(`select tbl_name || '.' || name from sqlite_schema where name not like 'sqlite_%' order by 1`)
    .pluck()
    .all() as string[]

const beside = () => schema().filter((name) => /^(fresh|retired)_/.test(name))

describe('tables beside the live ones', () => {
  test('are gone when they have taken their place, and every index is there again', async () => {
    const before = schema()
    await rebuild()
    expect(schema().map((name) => name.replace(/_anew$/, ''))).toStrictEqual(before)
    expect(schema()).toContain('users.users_waiting_anew')
    await rebuild()
    expect(schema()).toStrictEqual(before)
    await expectProjectionsEqualRebuild(floor)
  })

  test('have the plain names of indexes for migrations, down and up again', async () => {
    const before = schema()
    await rebuild()
    const all = sqliteMigrations()
    expect(migrateDown(rawSqlite(floor).db, all, 2).map(({ number }) => number)).toContain(4)
    migrateUp(rawSqlite(floor).db, all, floor.clock())
    expect(schema()).toStrictEqual(before)
  })

  test('leave statements that were prepared before as good as they were', async () => {
    const one = rawSqlite(floor).reader.prepare('select email from users where id = ?').pluck()
    expect(one.get(BEN)).toBe(BEN_ADDRESS)
    await rebuild()
    expect(one.get(BEN)).toBe(BEN_ADDRESS)
    await append(cast.registered(cast.CYD, 'cyd@example.org'))
    expect(one.get(cast.CYD)).toBe('cyd@example.org')
    await expectProjectionsEqualRebuild(floor)
  })

  test('hold nobody who is forgotten while they are made, and neither does the file', async () => {
    const late: Promise<unknown>[] = []
    await rebuild(() => {
      if (late.length === 0) late.push(append(cast.erased(BEN, { inviteIds: [INVITE] })))
    })
    expect(late).toHaveLength(1)
    await expectProjectionsEqualRebuild(floor)
    expect(rawSqlite(floor).db.prepare('select id from users').pluck().all()).toStrictEqual([ADA])
    const files = ['latchkey.db', 'latchkey.db-wal'].map((name) =>
      readFileSync(join(floor.folder, name), 'latin1'),
    )
    expect(files.join('')).toContain(ADA_ADDRESS)
    expect(files.join('')).not.toMatch(/ben@|Browser\/1\.0/)
  })

  test('that a killed rebuild left are removed by the next one', async () => {
    await append(...Array.from({ length: 60 }, () => cast.registered(floor.ids(), null)))
    const killed = fork(join(import.meta.dirname, 'rebuilder.ts'), [floor.folder])
    expect(await once(killed, 'exit')).toStrictEqual([null, 'SIGKILL'])
    expect(beside()).toContain('fresh_users.fresh_users')
    await expectProjectionsEqualRebuild(floor)
    await rebuild()
    expect(beside()).toStrictEqual([])
    await expectProjectionsEqualRebuild(floor)
  })

  test('are made by one at a time: the second waits for the first', async () => {
    const results = await Promise.all([rebuild(), rebuild()])
    expect(results).toStrictEqual([8, 8])
    await expectProjectionsEqualRebuild(floor)
  })

  test('belong to whoever took them over from one that was not heard of', async () => {
    const { store, database, engine, ids } = floor
    const later = () => plus(floor.clock(), 60_000)
    let other: Promise<number> | undefined
    const first = rebuild(async () => {
      other ??= rebuildProjections({
        store,
        database,
        liveTables: engine.liveTables,
        projections,
        clock: later,
        builder: ids(),
      })
      await other
    })
    await expect(first).rejects.toThrow('another process has taken over')
    expect(await other).toBe(8)
    expect(beside()).toStrictEqual([])
    await expectProjectionsEqualRebuild(floor)
  })
})

test('rebuilding while another process writes two hundred events a second loses and doubles nothing', async () => {
  const writer = fork(join(import.meta.dirname, 'writer.ts'), [floor.folder])
  await once(writer, 'message')
  const reached = [await rebuild(), await rebuild()]
  const counted = once(writer, 'message')
  writer.send('stop')
  const [written] = await counted
  await once(writer, 'exit')
  expect(await floor.store.head()).toBe(8 + written)
  expect(reached[1]).toBeGreaterThan(reached[0] ?? 0)
  await expectProjectionsEqualRebuild(floor)
})
