import fc from 'fast-check'
import { expect, test } from 'vitest'
import { eraseUser } from '../../src/domain/users/erase-user.ts'
import { grantRole } from '../../src/domain/users/grant-role.ts'
import { reinstateUser } from '../../src/domain/users/reinstate-user.ts'
import { revokeRole } from '../../src/domain/users/revoke-role.ts'
import { suspendUser } from '../../src/domain/users/suspend-user.ts'
import type { Foundation } from '../../src/foundation.ts'
import { openTestFloor } from '../support/house.ts'
import { expectProjectionsEqualRebuild } from '../support/rebuild.ts'
import { runs } from '../support/runs.ts'

const ADMINS = 4
const SEED = process.env['SEED'] === undefined ? {} : { seed: Number(process.env['SEED']) }
const RUNS = runs(20)

const person = fc.nat({ max: ADMINS - 1 })
const act = fc.record({
  kind: fc.constantFrom('revoke', 'revoke', 'suspend', 'erase', 'reinstate', 'grant'),
  /** Who wishes it: one of the people, or the operator, who is under no rule but this one. */
  by: fc.option(person, { freq: 4 }),
  of: person,
})
type Act = typeof act extends fc.Arbitrary<infer A> ? A : never

const carryOut = (floor: Foundation, ids: readonly string[], { kind, by, of }: Act) => {
  const userId = ids[of] ?? ''
  const actor = by === null ? ('operator' as const) : (`user:${ids[by] ?? ''}` as const)
  const as = { actor, correlation: 'C' }
  switch (kind) {
    case 'revoke':
      return floor.execute(revokeRole, { userId, role: 'admin', keepSessionId: null }, as)
    case 'suspend':
      return floor.execute(suspendUser, { userId, reason: null }, as)
    case 'erase':
      return floor.execute(eraseUser, { userId, email: `admin${of}@example.org` }, as)
    case 'reinstate':
      return floor.execute(reinstateUser, { userId }, as)
    case 'grant':
      return floor.execute(grantRole, { userId, role: 'admin', enrol: null, newCredentialId: null }, as)
  }
}

test('T49: whatever admins and the operator do to admins, in turn or at the same moment, one who can act stays', async () => {
  let endedWithOne = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(act, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 6 }),
      async (waves) => {
        const floor = await openTestFloor()
        try {
          const ids = Array.from({ length: ADMINS }, () => floor.ids())
          for (const [n, userId] of ids.entries()) {
            const enrol = { email: `admin${n}@example.org`, locale: 'en' } as const
            await floor.execute(
              grantRole,
              { userId, role: 'admin', enrol, newCredentialId: null },
              { actor: 'operator', correlation: 'C' },
            )
          }
          for (const wave of waves) {
            await Promise.all(wave.map((one) => carryOut(floor, ids, one)))
            const active = await floor.reads.users.list({ role: 'admin', state: 'active' }, { limit: 10 })
            expect(active.length).toBeGreaterThan(0)
            if (active.length === 1) endedWithOne++
          }
          await expectProjectionsEqualRebuild(floor)
        } finally {
          await floor.dispose()
        }
      },
    ),
    { numRuns: RUNS, ...SEED },
  )
  expect(endedWithOne).toBeGreaterThan(0)
}, 60_000)
