import pino from 'pino'
import { afterAll, expect, test } from 'vitest'
import { issueInvite } from '../../src/domain/invites/issue-invite.ts'
import { grantRole } from '../../src/domain/users/grant-role.ts'
import { openHouse } from '../../src/doors.ts'
import { plus } from '../../src/infrastructure/clock.ts'
import { openTestFloor } from '../support/house.ts'
import { createTestDatabase } from '../support/postgres.ts'
import { expectProjectionsEqualRebuild } from '../support/rebuild.ts'
import { redeemStorm } from './redeem-storm.ts'
import { referralStorm } from './referral-storm.ts'
import type { Wish } from './referrer.ts'
import { nextMessage, on, progress, rounds, startWorker } from './support.ts'

const PROCESSES = 4
const AT_ONCE = rounds(200, 1000)
const ROUNDS = rounds(2, 100)
const TWO = 2
const CODES = rounds(2, 100)
const EVERYBODY = rounds(200, 1000)
const DEMOTIONS = rounds(5, 200)

const databases: { readonly drop: () => Promise<void> }[] = []
const freshUrl = async () => {
  const database = await createTestDatabase()
  databases.push(database)
  return database.url
}
afterAll(async () => {
  for (const { drop } of databases) await drop()
})

test(
  `F05 one invite, ${AT_ONCE} redemptions at once from ${PROCESSES} processes on one PostgreSQL, ${ROUNDS} rounds: one user, clean refusals`,
  {
    timeout: rounds(240_000, 3_600_000),
  },
  async () => redeemStorm({ processes: PROCESSES, atOnce: AT_ONCE, rounds: ROUNDS, url: await freshUrl() }),
)

test(
  `S1-13, C-21, T19: codes wished for at once, and circles closed at once from ${TWO} processes on one PostgreSQL, ${CODES} rounds`,
  {
    timeout: rounds(240_000, 3_600_000),
  },
  async () => referralStorm({ processes: TWO, rounds: CODES, url: await freshUrl() }),
)

test(`T49: the last admins demote each other at once from ${TWO} processes on one PostgreSQL, ${DEMOTIONS} rounds: one stays`, {
  timeout: rounds(240_000, 3_600_000),
}, async () => {
  const url = await freshUrl()
  const floor = await openTestFloor({ clock: () => new Date().toISOString() }, on(url))
  const workers = Array.from({ length: TWO }, () => startWorker('referrer.ts', floor.folder, url))
  const makeAdmin = (userId: string, enrol: { email: string; locale: 'en' } | null) =>
    floor.execute(
      grantRole,
      { userId, role: 'admin', enrol, newCredentialId: null },
      { actor: 'operator', correlation: 'C' },
    )
  try {
    await Promise.all(workers.map((worker) => nextMessage(worker)))
    const ids = Array.from({ length: TWO }, () => floor.ids())
    for (const [n, id] of ids.entries()) await makeAdmin(id, { email: `a${n}@example.org`, locale: 'en' })
    for (let round = 1; round <= DEMOTIONS; round++) {
      const told = await Promise.all(
        workers.map((worker, n) => {
          const answer = nextMessage<string[]>(worker)
          const wish: Wish = { kind: 'demote', userId: ids[1 - n] ?? '', by: ids[n] ?? '' }
          worker.send([wish])
          return answer
        }),
      )
      // The slower one is told that they are no admin any more, or that they speak of the last one.
      const answers = told.flat().toSorted()
      expect(answers[0]).toBe('accepted')
      expect(['not_allowed', 'last_admin']).toContain(answers[1])
      expect(await floor.reads.users.countByRole('admin')).toBe(1)
      for (const id of ids) await makeAdmin(id, null)
      progress('demotions', round, DEMOTIONS)
    }
    await expectProjectionsEqualRebuild(floor)
  } finally {
    for (const worker of workers) worker.kill('SIGKILL')
    await floor.dispose()
  }
})

test(`${EVERYBODY} commands, ${EVERYBODY} notes and ${EVERYBODY} questions at once through the smallest pool: none waits for one that waits for it`, {
  timeout: 120_000,
}, async () => {
  const url = await freshUrl()
  const floor = await openTestFloor({}, { DATABASE_URL: url, DATABASE_POOL: '4' })
  const house = openHouse(floor, pino({ level: 'silent' }), () => false)
  const expiresAt = plus(floor.clock(), 3_600_000)
  const issue = (n: number) =>
    floor.execute(
      issueInvite,
      { inviteId: floor.ids(), email: `n${n}@example.org`, role: 'member', locale: 'en', expiresAt },
      { actor: 'operator', correlation: 'C' },
    )
  try {
    const all = Array.from({ length: EVERYBODY }, (_, n) => [
      issue(n),
      house.pageSessions.set(`cookie-${n}`, { csrf: 'x' }, 60_000),
      house.pageSessions.get(`cookie-${n}`),
    ]).flat()
    const results = await Promise.allSettled(all)
    expect(results.filter(({ status }) => status === 'rejected')).toStrictEqual([])
    expect(await floor.store.head()).toBe(EVERYBODY)
  } finally {
    await floor.dispose()
  }
})
