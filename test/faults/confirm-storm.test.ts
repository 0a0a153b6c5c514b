import { expect, test } from 'vitest'
import { openTestFloor } from '../support/house.ts'
import { expectProjectionsEqualRebuild } from '../support/rebuild.ts'
import type { Order, Told } from './registrant.ts'
import { nextMessage, progress, rounds, startWorker } from './support.ts'

const PROCESSES = 2
const EACH = 3
const ROUNDS = rounds(8, 1000)

test(`T10, S4-7: one address, registered ${PROCESSES * EACH} times at once and confirmed by everybody at once from ${PROCESSES} processes, ${ROUNDS} rounds: one confirmed user each`, {
  timeout: rounds(240_000, 3_600_000),
}, async () => {
  const floor = await openTestFloor({ clock: () => new Date().toISOString() })
  const workers = Array.from({ length: PROCESSES }, () => startWorker('registrant.ts', floor.folder))
  const tell = async (orders: readonly Order[]): Promise<Told[]> => {
    const answers = await Promise.all(
      workers.map((worker, n) => {
        const answer = nextMessage<Told[]>(worker)
        worker.send(orders[n] ?? [])
        return answer
      }),
    )
    return answers.flat()
  }
  try {
    await Promise.all(workers.map((worker) => nextMessage(worker)))
    for (let round = 1; round <= ROUNDS; round++) {
      const email = `storm-${round}@example.org`
      const password = (n: number) => (n === 0 ? null : `password-${round}-${n}`)
      const registered = await tell(
        workers.map(() => ({
          email,
          register: Array.from({ length: EACH }, (_, n) => password(n)),
          confirm: [],
        })),
      )
      expect(registered.map(({ code }) => code)).toStrictEqual(Array(PROCESSES * EACH).fill('done'))

      // Everybody confirms, in both processes at once, while one more person comes with the same address.
      const everybody = registered.map(({ userId }) => userId)
      const late = workers.map((_, n) => ({
        email,
        register: n === 0 ? ['one-more-password'] : [],
        confirm: n === 0 ? everybody : everybody.toReversed(),
      }))
      const told = await tell(late)
      const confirmed = told.filter(({ wish, code }) => wish === 'confirm' && code === 'done')
      expect(confirmed, JSON.stringify(told)).toHaveLength(1)
      const others = told.filter((one) => one.wish === 'confirm' && one !== confirmed[0])
      for (const { code } of others) {
        expect(['user_not_found', 'email_already_verified', 'code_expired']).toContain(code)
      }

      const winner = await floor.reads.users.byEmail(email)
      expect(winner?.id).toBe(confirmed[0]?.userId)
      const waiting = await floor.reads.users.waitingFor(email)
      for (const { id } of waiting) expect(everybody).not.toContain(id)
      progress('confirm storm', round, ROUNDS)
    }
    await expectProjectionsEqualRebuild(floor)
  } finally {
    for (const worker of workers) worker.kill('SIGKILL')
    await floor.dispose()
  }
})
