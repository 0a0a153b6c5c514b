import { expect, test } from 'vitest'
import { openExpiring } from '../../../src/infrastructure/database/expiring.ts'
import type { Exclusively } from '../../../src/infrastructure/database/work.ts'
import { MINUTE, testClock } from '../../support/house.ts'

/** Notes what is wished to be carried out, under which name, and finds as many rows as there are. */
const opened = () => {
  const clock = testClock()
  const wished: unknown[] = []
  const exclusively: Exclusively = async (name, work) => {
    const running = work()
    const step = running.next()
    if (step.done) throw new Error('nothing was wished')
    wished.push([name, step.value.sql.replaceAll(/\s+/g, ' '), step.value.params])
    const end = running.next({ rows: [], changes: 1 })
    if (!end.done) throw new Error('more was wished')
    return end.value
  }
  const table = { name: 'leases', key: ['owner', 'number'], now: (instant: string) => `at ${instant}` }
  return { clock, wished, removeExpired: openExpiring({ exclusively, clock }, table) }
}

const SQL =
  'delete from leases where expires_at <= $1 and (owner, number) in ' +
  '(select owner, number from leases where expires_at <= $1 order by expires_at limit 1000)'

test('rows whose time is over go, a thousand at most, those that ended first before others', async () => {
  const { clock, wished, removeExpired } = opened()
  await removeExpired()
  expect(wished).toStrictEqual([['leases expired', SQL, [`at ${clock()}`]]])
})

test('once a minute is enough, forwards and backwards', async () => {
  const { clock, wished, removeExpired } = opened()
  const sweeps = async (ms: number) => {
    clock.advance(ms)
    await removeExpired()
    return wished.length
  }
  expect(await sweeps(0)).toBe(1)
  expect(await sweeps(MINUTE - 1)).toBe(1)
  expect(await sweeps(1)).toBe(2)
  expect(await sweeps(1 - MINUTE)).toBe(2)
  expect(await sweeps(-1)).toBe(3)
})
