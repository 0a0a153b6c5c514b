import { afterAll, beforeAll, expect, test } from 'vitest'
import { accept } from '../../../src/domain/decision.ts'
import { run } from '../../../src/infrastructure/database/work.ts'
import { compareProjections } from '../../../src/infrastructure/projections/compare.ts'
import { tablesOf } from '../../../src/infrastructure/projections/fresh.ts'
import { rebuildProjections } from '../../../src/infrastructure/projections/rebuild.ts'
import { projections } from '../../../src/projections/index.ts'
import * as cast from '../../support/controls.ts'
import { openTestFloor } from '../../support/house.ts'

const { ADA, ADA_ADDRESS, BEN, BEN_ADDRESS } = cast
let floor: Awaited<ReturnType<typeof openTestFloor>>
beforeAll(async () => {
  floor = await openTestFloor()
  const events = [
    cast.issued(),
    ...cast.admin(ADA, ADA_ADDRESS),
    ...cast.member(BEN, BEN_ADDRESS),
    cast.loggedIn('password'),
  ]
  await floor.store.decide({
    readings: {},
    decide: () => accept(...events),
    actor: 'operator',
    correlation: 'C',
  })
})
afterAll(() => floor.dispose())

const change = (sql: string) => floor.database.exclusively('test', () => run(sql))
const differences = async () => {
  const found = await compareProjections({ ...floor, projections })
  return found.map(({ table }) => table)
}
const rebuild = () =>
  rebuildProjections({
    ...floor,
    liveTables: floor.engine.liveTables,
    projections,
    builder: floor.ids(),
  })

test('read tables are made anew from the history and take the place of the old ones, again and again', async () => {
  expect(await differences()).toStrictEqual([])
  for (const damage of [
    'delete from users',
    `update invites set status = 'revoked'`,
    'delete from sessions',
  ]) {
    await change(damage)
  }
  expect(await differences()).toStrictEqual(['invites', 'users', 'sessions'])
  const { liveTables } = floor.engine
  const tables = tablesOf(projections)
  await rebuild()
  expect([await differences(), await liveTables.leftovers(tables)]).toStrictEqual([[], []])
  await change('delete from users')
  // Another rebuild was broken off meanwhile.
  await floor.database.exclusively('test', () => liveTables.createBeside('users'))
  expect(await liveTables.leftovers(tables)).toStrictEqual(['fresh_users'])
  await rebuild()
  expect([await differences(), await liveTables.leftovers(tables)]).toStrictEqual([[], []])
  expect((await floor.reads.users.get(BEN))?.email).toBe(BEN_ADDRESS)
})
