import { expect } from 'vitest'
import { issueInvite } from '../../src/domain/invites/issue-invite.ts'
import { plus } from '../../src/infrastructure/clock.ts'
import { openTestFloor } from '../support/house.ts'
import { expectProjectionsEqualRebuild } from '../support/rebuild.ts'
import { nextMessage, on, progress, startWorker } from './support.ts'

type Storm = {
  readonly processes: number
  readonly atOnce: number
  readonly rounds: number
  /** The database on a server; without it, a file. */
  readonly url?: string
}

/** One invite redeemed many times at once from several processes: one user, clean refusals, again and again. */
export const redeemStorm = async ({ processes, atOnce, rounds, url }: Storm): Promise<void> => {
  const floor = await openTestFloor({ clock: () => new Date().toISOString() }, on(url))
  const workers = Array.from({ length: processes }, () => startWorker('redeemer.ts', floor.folder, url))
  try {
    await Promise.all(workers.map((worker) => nextMessage(worker)))
    for (let round = 1; round <= rounds; round++) {
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
          worker.send({ token, times: atOnce / processes })
          return answer
        }),
      )
      const total: Record<string, number> = {}
      for (const tally of tallies)
        for (const [what, count] of Object.entries(tally)) total[what] = (total[what] ?? 0) + count
      expect(total).toStrictEqual({ redeemed: 1, invite_already_redeemed: atOnce - 1 })
      expect(await floor.reads.users.list({ search: email }, { limit: 5 })).toHaveLength(1)
      progress('redeem storm', round, rounds)
    }
    await expectProjectionsEqualRebuild(floor)
  } finally {
    for (const worker of workers) worker.kill('SIGKILL')
    await floor.dispose()
  }
}
