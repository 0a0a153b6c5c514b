import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { throttlePolicies } from '../../../src/http/throttle-policies.ts'
import { carrierOn, openWriter } from '../../../src/infrastructure/database/sqlite.ts'
import { openThrottles } from '../../../src/infrastructure/throttles/throttles.ts'
import { openTestFloor, rawSqlite, testClock } from '../../support/house.ts'

const clock = testClock()
const policies = {
  three: [{ points: 3, seconds: 60 }],
  both: [
    { points: 2, seconds: 60 },
    { points: 3, seconds: 3600 },
  ],
  remembered: [{ points: 3, seconds: 60, isInMemory: true }],
} as const

let floor: Awaited<ReturnType<typeof openTestFloor>>
let throttles: ReturnType<typeof openThrottles<keyof typeof policies>>
beforeAll(async () => {
  floor = await openTestFloor({ clock })
  const { database, signatures } = floor
  throttles = openThrottles(
    {
      clock,
      exclusively: database.exclusively,
      digest: (text) => signatures.sign('throttle', text),
    },
    policies,
  )
})
afterAll(() => floor.dispose())

let people = 0
const somebody = () => `somebody${++people}@example.org`
const times = async (n: number, one: () => Promise<{ allowed: boolean }>) => {
  const answers: boolean[] = []
  for (let i = 0; i < n; i++) answers.push((await one()).allowed)
  return answers
}

describe('counting tries in memory', () => {
  test('is as strict as in the table, and writes nothing there', async () => {
    const rows = () => rawSqlite(floor).db.prepare('select * from throttles order by key').all()
    const [before, who] = [rows(), somebody()]
    expect(await times(4, () => throttles.take('remembered', who))).toStrictEqual([true, true, true, false])
    expect((await throttles.take('remembered', somebody())).allowed).toBe(true)
    clock.advance(20_000)
    expect(await throttles.take('remembered', who)).toStrictEqual({
      allowed: false,
      limit: 3,
      remaining: 0,
      windowSeconds: 60,
      resetSeconds: 40,
    })
    clock.advance(40_000)
    expect(await times(4, () => throttles.take('remembered', who))).toStrictEqual([true, true, true, false])
    expect(rows()).toStrictEqual(before)
  })

  test('a try that was none is given back, and whoever is cleared begins anew', async () => {
    const who = somebody()
    await throttles.giveBack('remembered', who)
    for (let n = 0; n < 9; n++) {
      expect((await throttles.take('remembered', who)).remaining).toBe(2)
      await throttles.giveBack('remembered', who)
    }
    await times(4, () => throttles.take('remembered', who))
    await throttles.clear('remembered', who)
    expect((await throttles.take('remembered', who)).remaining).toBe(2)
  })
})

describe('counting tries', () => {
  test('so many have room, and one more has not', async () => {
    const who = somebody()
    expect(await times(4, () => throttles.take('three', who))).toStrictEqual([true, true, true, false])
  })

  test('what is left, and for how long, is said with each', async () => {
    const who = somebody()
    expect(await throttles.take('three', who)).toStrictEqual({
      allowed: true,
      limit: 3,
      remaining: 2,
      windowSeconds: 60,
      resetSeconds: 60,
    })
    clock.advance(20_000)
    expect(await throttles.take('three', who)).toMatchObject({ remaining: 1, resetSeconds: 40 })
  })

  test('the window ends by the clock, a refused try does not make it longer', async () => {
    const who = somebody()
    await times(3, () => throttles.take('three', who))
    clock.advance(59_999)
    expect(await throttles.take('three', who)).toMatchObject({ allowed: false, resetSeconds: 1 })
    clock.advance(1)
    expect(await throttles.take('three', who)).toMatchObject({ allowed: true, remaining: 2 })
  })

  test('F11: a clock that is set back opens nothing, and makes nobody wait for longer than the window', async () => {
    const who = somebody()
    await times(3, () => throttles.take('three', who))
    clock.advance(-3_600_000)
    expect(await throttles.take('three', who)).toMatchObject({ allowed: false, resetSeconds: 60 })
    clock.advance(3_600_000)
  })

  test('of several limits each holds: the tightest answers', async () => {
    const who = somebody()
    expect(await times(3, () => throttles.take('both', who))).toStrictEqual([true, true, false])
    clock.advance(60_000)
    // A refused try counts: two that were answered and one that was not make three this hour.
    expect(await throttles.take('both', who)).toMatchObject({ allowed: false, limit: 3, windowSeconds: 3600 })
  })

  test('one of them does not stand in the way of another, nor does one policy of another', async () => {
    const who = somebody()
    await times(4, () => throttles.take('three', who))
    expect((await throttles.take('three', somebody())).allowed).toBe(true)
    expect((await throttles.take('both', who)).allowed).toBe(true)
  })

  test('a try that was none is given back; who is cleared begins anew', async () => {
    const who = somebody()
    await times(3, () => throttles.take('three', who))
    await throttles.giveBack('three', who)
    expect(await times(2, () => throttles.take('three', who))).toStrictEqual([true, false])
    await throttles.clear('three', who)
    expect(await throttles.take('three', who)).toMatchObject({ remaining: 2 })
  })

  test('T14: of many who try at once, through two connections, exactly so many have room', async () => {
    const second = openWriter(floor.settings.databaseFile)
    try {
      const elsewhere = openThrottles(
        {
          clock,
          exclusively: async (_name, work) => second.transaction(() => carrierOn(second)(work())).immediate(),
          digest: (text) => floor.signatures.sign('throttle', text),
        },
        policies,
      )
      const who = somebody()
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, n) => (n % 2 === 0 ? throttles : elsewhere).take('three', who)),
      )
      expect(answers.filter(({ allowed }) => allowed)).toHaveLength(3)
    } finally {
      second.close()
    }
  })

  test('nobody’s name stands in the table, and what has ended is swept', async () => {
    const who = somebody()
    await throttles.take('three', who)
    const rows = () => rawSqlite(floor).db.prepare('select key from throttles').pluck().all() as string[]
    expect(rows().join()).not.toContain('somebody')
    expect(rows().length).toBeGreaterThan(1)
    clock.advance(24 * 3_600_000)
    await throttles.take('three', who)
    expect(rows()).toHaveLength(1)
  })

  test('whatever happens in whatever order, no window lets more through than it says', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ wait: fc.integer({ min: 0, max: 30 }), who: fc.constantFrom('a', 'b') }), {
          maxLength: 40,
        }),
        async (tries) => {
          const run = somebody()
          const through: { who: string; at: number; resetsAt: number }[] = []
          for (const { wait, who } of tries) {
            clock.advance(wait * 1000)
            const at = Date.parse(clock())
            const { allowed, resetSeconds } = await throttles.take('three', `${run} ${who}`)
            if (allowed) through.push({ who, at, resetsAt: at + resetSeconds * 1000 })
          }
          const windows = Map.groupBy(through, ({ who, resetsAt }) => `${who} ${resetsAt}`)
          for (const window of windows.values()) expect(window.length).toBeLessThanOrEqual(3)
        },
      ),
      { numRuns: 40 },
    )
  })
})

describe('the house’s limits', () => {
  test('each is a number of tries in a time, and the longer window never allows less', () => {
    for (const limits of Object.values(throttlePolicies)) {
      const sorted = [...limits].toSorted((a, b) => a.seconds - b.seconds)
      expect(sorted).toStrictEqual([...limits])
      for (const { points } of limits) expect(points).toBeGreaterThanOrEqual(sorted[0]?.points ?? 0)
    }
  })
})
