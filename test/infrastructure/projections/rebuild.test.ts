import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { NewEvent } from '../../../src/domain/catalogue.ts'
import { accept } from '../../../src/domain/decision.ts'
import { compareProjections } from '../../../src/infrastructure/projections/compare.ts'
import type { Progress } from '../../../src/infrastructure/projections/fresh.ts'
import { rebuildProjections } from '../../../src/infrastructure/projections/rebuild.ts'
import { projections } from '../../../src/projections/index.ts'
import * as cast from '../../support/controls.ts'
import { openTestFloor, rawSqlite } from '../../support/house.ts'

const { ADA, BEN, BEN_ADDRESS, INVITE } = cast

let floor: Awaited<ReturnType<typeof openTestFloor>>
beforeEach(async () => {
  floor = await openTestFloor()
  await append(
    cast.issued(),
    cast.redeemed(),
    cast.registered(BEN, BEN_ADDRESS, { kind: 'invite', inviteId: INVITE }),
    cast.verified(BEN, BEN_ADDRESS, 'invite'),
    cast.loggedIn('invite'),
    cast.firstPassword(),
    ...cast.admin(ADA, cast.ADA_ADDRESS),
  )
})
afterEach(() => floor.dispose())

const append = (...events: NewEvent[]) =>
  floor.store.decide({ readings: {}, decide: () => accept(...events), actor: 'operator', correlation: 'C' })

const differences = () =>
  compareProjections({ store: floor.store, engine: floor.engine, projections, clock: floor.clock })
const rebuild = (only = projections, progress?: Progress) => {
  const { store, database, engine, clock, ids } = floor
  return rebuildProjections(
    { store, database, liveTables: engine.liveTables, projections: only, clock, builder: ids() },
    progress,
  )
}

describe('comparing the read tables with the history', () => {
  test('finds nothing where nothing is wrong', async () => {
    expect(await differences()).toStrictEqual([])
  })

  test('shows a row that was changed, as it is and as it should be', async () => {
    rawSqlite(floor).db.exec(`update users set last_login_at = null where id = '${BEN}'`)
    expect(await differences()).toMatchObject([
      { table: 'users', live: { id: BEN, last_login_at: null }, fresh: { id: BEN, last_login_at: cast.NOW } },
    ])
  })

  test('shows a row that is missing, and one that nobody knows of', async () => {
    rawSqlite(floor).db.exec(
      `delete from sessions; insert into user_roles values ('${BEN}', 'admin', '${cast.NOW}')`,
    )
    expect(await differences()).toMatchObject([
      { table: 'user_roles', live: { user_id: BEN, role: 'admin' }, fresh: null },
      { table: 'sessions', live: null, fresh: { id: cast.SESSION } },
    ])
  })

  test('tells nothing from null and an empty text', async () => {
    rawSqlite(floor).db.exec(`update users set name = '' where id = '${BEN}'`)
    expect(await differences()).toMatchObject([{ table: 'users', live: { name: '' }, fresh: { name: null } }])
  })
})

describe('rebuilding', () => {
  const damage = () =>
    rawSqlite(floor).db.exec(
      `delete from users; update invites set status = 'open'; update mails set status = 'sent'; delete from sessions`,
    )

  test('makes the tables what the history says, and leaves history and vault alone', async () => {
    const kept = () =>
      ['events', 'event_tags', 'subject_keys', 'vault_keys'].map((table) =>
        rawSqlite(floor).db.prepare(`select * from ${table}`).all(),
      )
    const before = kept()
    damage()
    expect(await rebuild()).toBe(9)
    expect(await differences()).toStrictEqual([])
    expect(kept()).toStrictEqual(before)
  })

  test('of one projection leaves the others as they are', async () => {
    damage()
    await rebuild(projections.filter(({ name }) => name === 'users'))
    expect(new Set((await differences()).map(({ table }) => table))).toStrictEqual(
      new Set(['invites', 'sessions', 'mails']),
    )
  })

  test('counts in what is decided meanwhile', async () => {
    damage()
    const late: Promise<unknown>[] = []
    await rebuild(projections, () => {
      if (late.length === 0) late.push(append(cast.registered(cast.CYD, 'cyd@example.org')))
    })
    await Promise.all(late)
    expect(await differences()).toStrictEqual([])
    expect(rawSqlite(floor).db.prepare('select id from users order by id').pluck().all()).toContain(cast.CYD)
  })

  test('says how far it has come', async () => {
    await append(...Array.from({ length: 1200 }, () => cast.loggedOut))
    const steps: [number, number][] = []
    await rebuild(projections, (position, of) => void steps.push([position, of]))
    expect(steps).toStrictEqual([
      [500, 1209],
      [1000, 1209],
      [1209, 1209],
    ])
  })

  test('brings nobody back who was forgotten', async () => {
    await append(cast.erased(BEN, { inviteIds: [INVITE] }))
    await rebuild()
    expect(await differences()).toStrictEqual([])
    const rows = ['users', 'invites', 'mails', 'sessions'].map((table) =>
      rawSqlite(floor).db.prepare(`select * from ${table}`).all(),
    )
    expect(JSON.stringify(rows)).not.toMatch(/ben@|Browser\/1\.0/)
  })

  test('that the database refuses changes nothing', async () => {
    const before = rawSqlite(floor).db.prepare('select * from users order by id').all()
    const wrong = projections.map((one) =>
      one.name === 'users'
        ? { ...one, project: () => [{ op: 'insert', table: 'users', row: { id: null } }] as const }
        : one,
    )
    await expect(rebuild(wrong)).rejects.toThrow(/NOT NULL/)
    expect(rawSqlite(floor).db.prepare('select * from users order by id').all()).toStrictEqual(before)
  })
})
