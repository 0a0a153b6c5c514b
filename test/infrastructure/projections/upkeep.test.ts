import { Writable } from 'node:stream'
import pino from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { NewEvent } from '../../../src/domain/catalogue.ts'
import { accept } from '../../../src/domain/decision.ts'
import { Upkeep } from '../../../src/infrastructure/projections/upkeep.ts'
import { projections } from '../../../src/projections/index.ts'
import * as cast from '../../support/controls.ts'
import { openTestFloor, rawSqlite } from '../../support/house.ts'
import { expectProjectionsEqualRebuild } from '../../support/rebuild.ts'

const { BEN, BEN_ADDRESS } = cast

let floor: Awaited<ReturnType<typeof openTestFloor>>
let said: Record<string, unknown>[]
beforeEach(async () => {
  floor = await openTestFloor()
  said = []
  await append(...cast.member(BEN, BEN_ADDRESS), cast.loggedIn('password'))
})
afterEach(() => floor.dispose())

const append = (...events: NewEvent[]) =>
  floor.store.decide({ readings: {}, decide: () => accept(...events), actor: 'operator', correlation: 'C' })

const open = (built = projections) => {
  const sink = new Writable({
    write: (line, _, done) => {
      const { level, msg, projections: names } = JSON.parse(String(line)) as Record<string, unknown>
      said.push({ level, msg, names })
      done()
    },
  })
  const { store, database, engine, clock, ids } = floor
  return new Upkeep({
    store,
    database,
    liveTables: engine.liveTables,
    clock,
    ids,
    projections: built,
    log: pino({ base: null }, sink),
  })
}

const raised = projections.map((one) => (one.name === 'users' ? { ...one, version: 99 } : one))
const versions = () =>
  Object.fromEntries(
    rawSqlite(floor).db.prepare('select name, fingerprint from projection_versions').raw().all() as [],
  )

test('tables that this version has built are left alone', async () => {
  rawSqlite(floor).db.exec('delete from users')
  await open().start()
  expect(said).toStrictEqual([])
  expect(rawSqlite(floor).db.prepare('select count(*) from users').pluck().get()).toBe(0)
})

test('a projection of another version is built anew, and no other; then it is known', async () => {
  rawSqlite(floor).db.exec('delete from users; delete from sessions')
  await open(raised).start()
  expect(said).toStrictEqual([
    { level: 30, msg: 'read tables were built by another version; rebuilding them', names: ['users'] },
    { level: 30, msg: 'read tables are rebuilt', names: ['users'] },
  ])
  expect(rawSqlite(floor).db.prepare('select id from users').pluck().all()).toStrictEqual([BEN])
  expect(rawSqlite(floor).db.prepare('select count(*) from sessions').pluck().get()).toBe(0)
  expect(versions()).toMatchObject({ users: 'users@99', sessions: 'sessions@1' })
  said = []
  await open(raised).start()
  expect(said).toStrictEqual([])
})

test('tables that were built before versions were kept are built anew', async () => {
  rawSqlite(floor).db.exec('delete from projection_versions; delete from users')
  await open().start()
  expect(Object.keys(versions()).toSorted()).toStrictEqual(projections.map(({ name }) => name).toSorted())
  await expectProjectionsEqualRebuild(floor)
})

test('tables that a killed rebuild has left are removed', async () => {
  rawSqlite(floor).db.exec(`create table fresh_users (id text primary key) strict, without rowid;
    insert into fresh_users values ('${BEN_ADDRESS}')`)
  await open().start()
  expect(
    rawSqlite(floor).db.prepare(`select 1 from sqlite_schema where name = 'fresh_users'`).get(),
  ).toBeUndefined()
})

test('stops when it is told to, leaves the tables as they were, and is done at the next start', async () => {
  await append(...Array.from({ length: 1200 }, () => cast.loggedOut))
  const upkeep = open(raised)
  void upkeep.start()
  await upkeep.stop()
  expect(versions()).toMatchObject({ users: 'users@1' })
  await expectProjectionsEqualRebuild(floor)
  await open(raised).start()
  expect(versions()).toMatchObject({ users: 'users@99' })
  await expectProjectionsEqualRebuild(floor)
})

test('what fails is logged and changes nothing', async () => {
  const wrong = projections.map((one) =>
    one.name === 'users'
      ? {
          ...one,
          version: 99,
          project: () => [{ op: 'insert', table: 'users', row: { id: null } }] as const,
        }
      : one,
  )
  await open(wrong).start()
  expect(said.at(-1)).toMatchObject({ level: 50, msg: 'read tables could not be rebuilt' })
  await expectProjectionsEqualRebuild(floor)
})
