import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { tagsOf } from '../../../src/domain/catalogue.ts'
import { issueInvite } from '../../../src/domain/invites/issue-invite.ts'
import { type Foundation, openFoundation } from '../../../src/foundation.ts'
import { plus } from '../../../src/infrastructure/clock.ts'
import { subjectOf } from '../../../src/infrastructure/event-store/codec.ts'
import { Turns } from '../../../src/infrastructure/event-store/postgres-turns.ts'
import { anyHistory } from '../../support/arbitrary-events.ts'
import { DAY, temporaryFolder, testSettings } from '../../support/house.ts'
import { createTestDatabase } from '../../support/postgres.ts'

const AT = '2026-03-01T09:00:00.000Z'
const LATER = '2026-03-01T09:00:01.000Z'

/** A group that looks at the head, and appends one event. */
const lookedFrom = (turns: Turns, position: number) => {
  const turn = turns.take(1, AT)
  turn.found({ position, at: AT })
  turn.end({ position: position + 1, at: AT })
}

test('the end of the history is foreseen once nobody else has written for three groups, with those that wait', () => {
  const turns = new Turns()
  for (const position of [7, 8, 9]) lookedFrom(turns, position)
  expect(turns.foreseen()).toBeNull()
  lookedFrom(turns, 10)
  expect(turns.foreseen()).toStrictEqual({ position: 11, at: AT })
  turns.take(5, LATER)
  turns.take(2, AT)
  expect(turns.foreseen()).toStrictEqual({ position: 18, at: LATER })
})

test('nothing is foreseen after a group that failed, or found that another process had written', () => {
  const turns = new Turns()
  for (const position of [1, 2, 3, 4]) lookedFrom(turns, position)
  turns.take(1, AT).end(null)
  expect(turns.foreseen()).toBeNull()
  for (const position of [5, 6, 7, 8]) lookedFrom(turns, position)
  expect(turns.foreseen()).not.toBeNull()
  lookedFrom(turns, 12)
  expect(turns.foreseen()).toBeNull()
})

test('a turn comes when those before it have ended', async () => {
  const turns = new Turns()
  const [first, second] = [turns.take(1, AT), turns.take(1, AT)]
  let came = false
  const coming = second.come().then(() => {
    came = true
  })
  await first.come()
  expect(came).toBe(false)
  first.end(null)
  await coming
})

test('whose key an event needs is one of its tags: so nobody gets one while somebody else holds the tag', () => {
  fc.assert(
    fc.property(anyHistory, (history) => {
      for (const event of history) {
        const subject = subjectOf(event)
        if (subject !== null) expect(tagsOf(event)).toContain(subject)
      }
    }),
    { numRuns: 50 },
  )
})

/** Two processes' worth of floors on one database. */
const openTwo = async () => {
  const database = await createTestDatabase()
  const { folder, remove } = temporaryFolder()
  const open = () =>
    openFoundation(testSettings(folder, 3000, { DATABASE_URL: database.url, DATABASE_POOL: '6' }))
  const floors = [await open(), await open()]
  onTestFinished(async () => {
    for (const floor of floors) await floor.close()
    await database.drop()
    remove()
  })
  return floors
}

test('two processes that foresee and are wrong again and again: nobody hears of it, and positions have no gap', async () => {
  const issue = async (floor: Foundation) => {
    const inviteId = floor.ids()
    const wish = {
      inviteId,
      email: `${inviteId.toLowerCase()}@example.org`,
      role: 'member',
      locale: 'en',
    } as const
    const { events } = await floor.execute(
      issueInvite,
      { ...wish, expiresAt: plus(floor.clock(), DAY) },
      { actor: 'operator', correlation: inviteId },
    )
    return events.map(({ position }) => position)
  }
  const floors = await openTwo()
  const positions: number[] = []
  for (let round = 0; round < 4; round++) {
    for (const floor of floors) for (let n = 0; n < 5; n++) positions.push(...(await issue(floor)))
    const both = await Promise.all(floors.flatMap((floor) => Array.from({ length: 20 }, () => issue(floor))))
    positions.push(...both.flat())
  }
  expect(positions.toSorted((a, b) => a - b)).toStrictEqual(Array.from({ length: 200 }, (_, n) => n + 1))
})
