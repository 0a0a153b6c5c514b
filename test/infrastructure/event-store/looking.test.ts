import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { issueInvite } from '../../../src/domain/invites/issue-invite.ts'
import { openLooking } from '../../../src/infrastructure/event-store/looking.ts'
import { openTestFloor, rawSqlite, testClock } from '../../support/house.ts'

const START = '2026-03-01T09:00:00.000Z'
const HOUR = 3_600_000
const at = (hours: number) => new Date(Date.parse(START) + hours * HOUR).toISOString()

const clock = testClock(START)
let floor: Awaited<ReturnType<typeof openTestFloor>>
let looking: ReturnType<typeof openLooking>
beforeEach(async () => {
  clock.set(START)
  floor = await openTestFloor({ clock })
  looking = openLooking({ ...floor })
})
afterEach(() => floor.dispose())

let people = 0
const invite = async (count = 1): Promise<void> => {
  for (let n = 0; n < count; n++) {
    const wish = { email: `guest${++people}@example.org`, role: 'member', locale: 'en' } as const
    const more = { inviteId: floor.ids(), expiresAt: at(100) }
    await floor.execute(issueInvite, { ...wish, ...more }, { actor: 'operator', correlation: floor.ids() })
  }
}
const places = async (question: Parameters<typeof looking.page>[0]) =>
  (await looking.page(question, { limit: 100 })).map(({ position }) => position)

describe('the history by time', () => {
  test('is found from a moment on and before another, however many events are of the same moment', async () => {
    for (const [hour, count] of [
      [1, 3],
      [2, 1],
      [4, 5],
    ] as const) {
      clock.set(at(hour))
      await invite(count)
    }
    expect(await places({ since: at(0) })).toHaveLength(9)
    expect(await places({ since: at(1), before: at(2) })).toStrictEqual([3, 2, 1])
    expect(await places({ since: at(2), before: at(4) })).toStrictEqual([4])
    expect(await places({ since: at(3) })).toStrictEqual([9, 8, 7, 6, 5])
    expect(await places({ since: at(5) })).toStrictEqual([])
    expect(await places({ before: at(1) })).toStrictEqual([])
    expect(await places({ since: at(4), before: at(1) })).toStrictEqual([])
  })

  test('is counted from each moment to the next, and what is still going on is counted again', async () => {
    await invite(2)
    clock.set(at(1))
    await invite(1)
    const hours = [at(0), at(1), at(2), at(3)]
    expect(await looking.counts(hours)).toStrictEqual([{ InviteIssued: 2 }, { InviteIssued: 1 }, {}])
    await invite(1)
    expect((await looking.counts(hours))[1]).toStrictEqual({ InviteIssued: 2 })
    clock.set(at(2.5))
    await invite(3)
    expect(await looking.counts(hours)).toStrictEqual([
      { InviteIssued: 2 },
      { InviteIssued: 2 },
      { InviteIssued: 3 },
    ])
  })

  test('of nothing at all is nothing', async () => {
    expect(await places({ since: at(0), before: at(1) })).toStrictEqual([])
    expect(await looking.counts([at(0), at(1)])).toStrictEqual([{}])
  })
})

test('whoever waits for the bell hears it at once, and is woken without one', async () => {
  const rung = looking.ring(60_000)
  await invite()
  await rung
  await looking.ring(1)
})

test.each([
  ['id', 'events_by_id', `json_extract(bytes, '$.id') = 'x'`],
  ['actor', 'events_by_actor', `json_extract(bytes, '$.actor') = 'x' order by position desc`],
  ['request', 'events_by_correlation', `json_extract(bytes, '$.correlation') = 'x' order by position`],
  ['cause', 'events_by_causation', `json_extract(bytes, '$.causation') = 'x' order by position`],
])('is found by %s in an index, and sorted by nothing else', (_, index, where) => {
  const plan = rawSqlite(floor)
    .reader.prepare(`explain query plan select bytes from events where ${where}`)
    .all()
  expect(JSON.stringify(plan)).toContain(index)
  expect(JSON.stringify(plan)).not.toContain('TEMP B-TREE')
})
