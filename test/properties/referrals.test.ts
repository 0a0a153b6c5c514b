import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openTestFloor, testClock } from '../support/house.ts'
import { expectProjectionsEqualRebuild } from '../support/rebuild.ts'
import {
  closed,
  create,
  erase,
  isActive,
  lineOf,
  type Model,
  type Real,
  redeem,
  register,
  reinstate,
  remove,
  suspend,
  wait,
} from '../support/referral-model.ts'
import { runs } from '../support/runs.ts'

const laws = async (model: Model, { floor }: Real) => {
  const { referrals, referralCodes } = floor.reads
  const now = floor.clock()
  for (const person of model.people) {
    const brought = model.people.filter(({ broughtBy }) => broughtBy === person)
    expect(await referrals.counts(person.id)).toStrictEqual({
      all: brought.length,
      verified: brought.filter(({ state }) => state !== 'erased').length,
      gone: brought.filter(({ state }) => state === 'erased').length,
    })
    expect((await referrals.referrerOf(person.id))?.referrerId ?? null).toBe(person.broughtBy?.id ?? null)
    expect(lineOf(person)).not.toContain(person)
    expect(await referrals.above(person.id)).toStrictEqual(lineOf(person).map(({ id }) => id))
    const active = model.codes.filter((code) => code.owner === person && isActive(model, code))
    expect(active.length).toBeLessThanOrEqual(1)
    const found = await referralCodes.byReferrerEmail(person.email)
    expect(found && found.expiresAt > now ? found.codeId : null).toBe(active[0]?.id ?? null)
    const user = await floor.reads.users.get(person.id)
    expect(user === null).toBe(person.state === 'erased')
    expect(typeof user?.suspendedAt === 'string').toBe(person.state === 'suspended')
  }
  for (const code of model.codes) {
    const reads = await referralCodes.byCode(code.code)
    expect(reads?.codeId ?? null).toBe(closed(model, code) === 'referral_code_unknown' ? null : code.id)
  }
  const events: string[] = []
  for await (const event of floor.store.read({ types: ['UserReferred'] })) {
    if (event.type === 'UserReferred') events.push(event.data.userId)
  }
  const brought = model.people.filter(({ broughtBy }) => broughtBy !== null).map(({ id }) => id)
  expect(events.toSorted()).toStrictEqual(brought.toSorted())
  await expectProjectionsEqualRebuild(floor)
}

const index = fc.nat({ max: 12 })
const script = fc.commands<Model, Real, false>(
  [
    fc.tuple(index, fc.boolean()).map(([n, hasCode]) => register(n, hasCode)),
    fc.tuple(index, fc.boolean()).map(([n, hasCode]) => register(n, hasCode)),
    fc
      .tuple(index, fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }))
      .map(([n, days, times]) => create(n, days, times)),
    fc.tuple(index, fc.integer({ min: 1, max: 3 })).map(([n, days]) => create(n, days, 1)),
    ...[1, 2, 3].map(() => fc.array(fc.tuple(index, index), { minLength: 1, maxLength: 6 }).map(redeem)),
    index.map(remove),
    index.map(suspend),
    index.map(reinstate),
    index.map(erase),
    fc.integer({ min: 1, max: 30 }).map(wait),
  ],
  { maxCommands: 40, size: '+1' },
)
const RUNS = runs(20)
const SEED = process.env['SEED'] === undefined ? {} : { seed: Number(process.env['SEED']) }

test('S1-13, S1-24, S1-25, S1-28, S1-31, C-21: whatever people do, on a real file, codes and referrals are as the model says', async () => {
  let links = 0
  await fc.assert(
    fc.asyncProperty(script, async (steps) => {
      const clock = testClock()
      const real: Real = { clock, floor: await openTestFloor({ clock }) }
      const model: Model = { now: Date.parse(clock()), people: [], codes: [], batches: [] }
      try {
        for (const n of [0, 1, 2]) {
          await register(n, false).run(model, real)
          await create(n, 3, 1).run(model, real)
        }
        await fc.asyncModelRun(() => ({ model, real }), steps)
        await laws(model, real)
        links += model.people.filter(({ broughtBy }) => broughtBy).length
      } finally {
        await real.floor.dispose()
      }
    }),
    { numRuns: RUNS, ...SEED, verbose: 1 },
  )
  expect(links).toBeGreaterThan(0)
}, 120_000)
