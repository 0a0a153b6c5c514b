import { expect, test } from 'vitest'
import { issueInvite } from '../../src/domain/invites/issue-invite.ts'
import { plus } from '../../src/infrastructure/clock.ts'
import { openTestFloor } from '../support/house.ts'
import { expectProjectionsEqualRebuild } from '../support/rebuild.ts'
import { nextMessage, progress, rounds, startWorker } from './support.ts'

const PROCESSES = 4
const AT_ONCE = rounds(200, 1000)
const ROUNDS = rounds(3, 100)

test(`F05 one invite, ${AT_ONCE} redemptions at once from ${PROCESSES} processes on one file, ${ROUNDS} rounds: one user, clean refusals`, {
  timeout: 3_600_000,
}, async () => {
  const floor = await openTestFloor({ clock: () => new Date().toISOString() })
  const workers = Array.from({ length: PROCESSES }, () => startWorker('redeemer.ts', floor.folder))
  try {
    await Promise.all(workers.map((worker) => nextMessage(worker)))
    for (let round = 1; round <= ROUNDS; round++) {
      const inviteId = floor.ids()
      const email = `storm-${round}@example.org`
      const expiresAt = plus(floor.clock(), 3_600_000)
      await floor.execute(
        issueInvite,
        { inviteId, email, role: 'member', locale: 'en', expiresAt },
        { actor: 'operator', correlation: 'C' },
      )
      const token = floor.tokens.make('invite', inviteId)
      const tallies = await Promise.all(
        workers.map((worker) => {
          const answer = nextMessage<Record<string, number>>(worker)
          worker.send({ token, times: AT_ONCE / PROCESSES })
          return answer
        }),
      )
      const total: Record<string, number> = {}
      for (const tally of tallies)
        for (const [what, count] of Object.entries(tally)) total[what] = (total[what] ?? 0) + count
      expect(total).toStrictEqual({ redeemed: 1, invite_already_redeemed: AT_ONCE - 1 })
      expect(await floor.reads.users.list({ search: email }, { limit: 5 })).toHaveLength(1)
      progress('redeem storm', round, ROUNDS)
    }
    await expectProjectionsEqualRebuild(floor)
  } finally {
    for (const worker of workers) worker.kill('SIGKILL')
    await floor.dispose()
  }
})
