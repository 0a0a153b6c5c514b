import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { positions } from '../../../src/infrastructure/database/positions.ts'
import { openPool, type Pool } from '../../../src/infrastructure/database/postgres.ts'
import { openReplica, type Replica } from '../../../src/infrastructure/database/postgres-replica.ts'
import type { Reader } from '../../../src/projections/projection.ts'
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts'

/** The primary is one that says its name; what plays the replica is a database that answers by itself. */
const WHO = `select 'replica' as who`
const primary: Reader = {
  all: async <R>() => [{ who: 'primary' }] as R[],
  get: async <R>() => ({ who: 'primary' }) as R,
}
let database: TestDatabase
let pool: Pool
let replica: Replica

beforeAll(async () => {
  database = await createTestDatabase()
  pool = openPool({ url: database.url, max: 1, name: 'test' })
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})
beforeEach(() => {
  replica = openReplica(database.url, primary)
})
afterEach(async () => {
  vi.restoreAllMocks()
  await replica.close()
})

const headIs = (position: number) => pool.query('update history_head set position = $1', [position])
/** Who answers a request that has to see a position. */
const answering = (least: number, sql = WHO) =>
  positions.run(least, async () => (await replica.reader.get<{ who: string }>(sql))?.who)

test('a replica answers who has nothing to see yet', async () => {
  expect(await answering(0)).toBe('replica')
  expect(await replica.reader.all(WHO)).toStrictEqual([{ who: 'replica' }])
})

test('and who has to see no more than it has seen; for all others the primary does, until it has caught up', async () => {
  await headIs(7)
  expect([await answering(7), await answering(8)]).toStrictEqual(['replica', 'primary'])
  await headIs(8)
  expect(await answering(8)).toBe('replica')
})

test('one that fails is left alone for five seconds, and has to show anew what it has seen', async () => {
  await headIs(7)
  expect(await answering(7)).toBe('replica')
  const began = performance.now()
  const now = vi.spyOn(performance, 'now').mockReturnValue(began)
  expect(await answering(0, 'select who from nowhere')).toBe('primary')
  now.mockReturnValue(began + 4999)
  expect(await answering(0)).toBe('primary')
  now.mockReturnValue(began + 5000)
  await headIs(3) // another one has taken its place
  expect([await answering(7), await answering(3)]).toStrictEqual(['primary', 'replica'])
})
