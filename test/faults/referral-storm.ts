import { expect } from 'vitest'
import { grantRole } from '../../src/domain/users/grant-role.ts'
import { openTestFloor } from '../support/house.ts'
import { expectProjectionsEqualRebuild } from '../support/rebuild.ts'
import type { Wish } from './referrer.ts'
import { nextMessage, on, progress, startWorker } from './support.ts'

const LINE = 4

type Storm = { readonly processes: number; readonly rounds: number; readonly url?: string }

/** Codes wished for at once and circles closed at once, in several processes: one code each, and no circle. */
export const referralStorm = async ({ processes, rounds, url }: Storm): Promise<void> => {
  const floor = await openTestFloor({ clock: () => new Date().toISOString() }, on(url))
  const workers = Array.from({ length: processes }, () => startWorker('referrer.ts', floor.folder, url))
  const tell = async (orders: readonly (readonly Wish[])[]): Promise<string[]> => {
    const answers = await Promise.all(
      workers.map((worker, n) => {
        const answer = nextMessage<string[]>(worker)
        worker.send(orders[n] ?? [])
        return answer
      }),
    )
    return answers.flat().toSorted()
  }
  const somebody = async (name: string) => {
    const userId = floor.ids()
    await floor.execute(
      grantRole,
      {
        userId,
        role: 'auditor',
        enrol: { email: `${name}@example.org`, locale: 'en' },
        newCredentialId: null,
      },
      { actor: 'operator', correlation: 'C' },
    )
    return userId
  }
  try {
    await Promise.all(workers.map((worker) => nextMessage(worker)))
    for (let round = 1; round <= rounds; round++) {
      // A ring of people, each of whom wishes for a code in both processes at once.
      const ring = await Promise.all(Array.from({ length: LINE }, (_, n) => somebody(`person-${round}-${n}`)))
      const told = await tell(workers.map(() => ring.map((userId) => ({ kind: 'create' as const, userId }))))
      expect(told).toStrictEqual([
        ...Array(LINE).fill('accepted'),
        ...Array(LINE * (processes - 1)).fill('referral_code_already_active'),
      ])

      // Two say at once that the other brought them: one of them was the first.
      const wishes = await Promise.all(
        ring.map(async (userId, n): Promise<Wish> => {
          const referrerId = ring[(n + 1) % LINE] ?? ''
          const own = await floor.reads.referralCodes.activeOf(referrerId, floor.clock())
          return { kind: 'redeem', userId, codeId: own?.id ?? '', referrerId }
        }),
      )
      const [first, second] = ring
      const codeOfFirst = (await floor.reads.referralCodes.activeOf(first ?? '', floor.clock()))?.id ?? ''
      const opposite: Wish = {
        kind: 'redeem',
        userId: second ?? '',
        codeId: codeOfFirst,
        referrerId: first ?? '',
      }
      expect(await tell([wishes.slice(0, 1), [opposite]])).toStrictEqual(['accepted', 'referral_circle'])

      // Then all of the ring at once, each that the next one did: the last link is refused, whichever that is.
      const isFirstBrought = (await floor.reads.referrals.referrerOf(first ?? '')) !== null
      const rest = wishes.filter((_, n) => n !== (isFirstBrought ? 0 : 1))
      const closing = await tell([rest.filter((_, n) => n % 2 === 0), rest.filter((_, n) => n % 2 === 1)])
      const refused = closing.filter((answer) => answer !== 'accepted')
      expect(refused, JSON.stringify(closing)).toStrictEqual(['referral_circle'])
      for (const id of ring) expect(await floor.reads.referrals.above(id)).not.toContain(id)
      progress('referral storm', round, rounds)
    }
    await expectProjectionsEqualRebuild(floor)
  } finally {
    for (const worker of workers) worker.kill('SIGKILL')
    await floor.dispose()
  }
}
