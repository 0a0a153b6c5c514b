import type fc from 'fast-check'
import { expect } from 'vitest'
import { deleteReferralCode } from '../../src/domain/referrals/delete-referral-code.ts'
import { reinstateSubtree } from '../../src/domain/referrals/reinstate-subtree.ts'
import { suspendSubtree } from '../../src/domain/referrals/suspend-subtree.ts'
import { eraseUser } from '../../src/domain/users/erase-user.ts'
import { registerUser } from '../../src/domain/users/register-user.ts'
import { verifyEmail } from '../../src/domain/users/verify-email.ts'
import { plus } from '../../src/infrastructure/clock.ts'
import * as cast from './controls.ts'
import { DAY, HOUR, type openTestFloor, type TestClock } from './house.ts'
import { makeCode, sayWhoBrought } from './referring.ts'

// The model: what a person with pencil and paper would note down about who brought whom.
type Person = {
  id: string
  email: string
  state: 'active' | 'suspended' | 'erased'
  broughtBy: Person | null
}
type Code = { id: string; code: string; owner: Person; expiresAt: number; isDeleted: boolean }
type Batch = { id: string; people: Person[] }
export type Model = { now: number; people: Person[]; codes: Code[]; batches: Batch[] }
export type Real = { floor: Awaited<ReturnType<typeof openTestFloor>>; clock: TestClock }
type Step = fc.AsyncCommand<Model, Real, false>

const operator = { actor: 'operator', correlation: 'C' } as const
const pick = <T>(list: readonly T[], n: number): T | undefined => list[n % list.length]
export const isActive = (model: Model, code: Code) =>
  !code.isDeleted && code.owner.state === 'active' && model.now < code.expiresAt
/** Everybody above somebody; a circle, if there were one, is walked once. */
export const lineOf = (person: Person, line: readonly Person[] = []): readonly Person[] => {
  const above = person.broughtBy
  return above === null || line.includes(above) ? line : lineOf(above, [...line, above])
}
const belowOf = (model: Model, person: Person) => model.people.filter((one) => lineOf(one).includes(person))

/** What is said to somebody who comes by a code that may not be there any more. */
export const closed = (model: Model, code: Code): string | null => {
  if (code.isDeleted || code.owner.state !== 'active') return 'referral_code_unknown'
  return model.now >= code.expiresAt ? 'referral_code_expired' : null
}

/** Somebody registers, by a code or by none, and confirms the address. */
export const register = (n: number, hasCode: boolean): Step => ({
  check: () => true,
  async run(model, { floor }) {
    const code = hasCode ? pick(model.codes, n) : undefined
    const userId = floor.ids()
    const verificationId = floor.ids()
    const expiresAt = plus(floor.clock(), HOUR)
    const email = `person-${userId.toLowerCase()}@example.org`
    const session = { ...cast.start, sessionId: floor.ids() }
    const outcome = await floor.execute(
      registerUser,
      {
        userId,
        email,
        name: null,
        locale: 'en',
        credentialId: floor.ids(),
        verification: { verificationId, codeExpiresAt: expiresAt, linkExpiresAt: expiresAt },
        session,
        isTakenTold: false,
        referral: code ? { codeId: code.id, referrerId: code.owner.id } : null,
      },
      { actor: 'anonymous', correlation: 'C' },
    )
    const refusal = code ? closed(model, code) : null
    expect(outcome.outcome === 'refused' ? outcome.refusal.code : null).toBe(refusal)
    expect((await floor.reads.users.get(userId)) === null).toBe(refusal !== null)
    if (refusal) return
    await floor.execute(
      verifyEmail,
      { userId, verificationId, email, formerEmail: null, proof: { kind: 'code' }, keepSessionId: null },
      { actor: `user:${userId}`, correlation: 'C' },
    )
    model.people.push({ id: userId, email, state: 'active', broughtBy: code?.owner ?? null })
  },
  toString: () => `register(${hasCode ? `by code ${n}` : ''})`,
})

/** Somebody wishes for a code, as often at once as they like. */
export const create = (n: number, days: number, times: number): Step => ({
  check: ({ people }) => people.length > 0,
  async run(model, { floor }) {
    const owner = pick(model.people, n)
    if (!owner) return
    const expected = () => {
      if (owner.state === 'suspended') return 'user_suspended'
      if (owner.state === 'erased') return 'user_not_found'
      const hasOne = model.codes.some((code) => code.owner === owner && isActive(model, code))
      return hasOne ? 'referral_code_already_active' : 'accepted'
    }
    const random = (i: number) => Uint8Array.from([model.codes.length, i, 1, 2, 3, 4, 5, 6, 7, 8])
    const made = await Promise.all(
      Array.from({ length: times }, (_, i) => makeCode(floor, owner.id, random(i), days * DAY)),
    )
    for (const { codeId, code, told } of made) {
      expect(told).toBe(expected())
      if (told !== 'accepted') continue
      model.codes.push({
        id: codeId,
        code,
        owner,
        expiresAt: model.now + days * DAY,
        isDeleted: false,
      })
    }
  },
  toString: () => `create(${n}, ${days} d, ${times} times)`,
})

export const remove = (n: number): Step => ({
  check: ({ codes }) => codes.length > 0,
  async run(model, { floor }) {
    const code = pick(model.codes, n)
    if (!code) return
    await floor.execute(deleteReferralCode, { userId: code.owner.id, codeId: code.id }, operator)
    code.isDeleted = true
  },
  toString: () => `remove(${n})`,
})

/** Some people say at once who brought them; who is the first of two that contradict one another is right. */
export const redeem = (pairs: readonly (readonly [number, number])[]): Step => ({
  check: ({ people, codes }) => people.length > 0 && codes.length > 0,
  async run(model, { floor }) {
    const wishes = pairs.flatMap(([p, c]) => {
      const person = pick(model.people, p)
      const code = pick(model.codes, c)
      return person && code ? [{ person, code }] : []
    })
    const told = await Promise.all(
      wishes.map(({ person, code }) => sayWhoBrought(floor, person.id, code.id, code.owner.id)),
    )
    const before = new Map(model.people.map((person) => [person, person.broughtBy]))
    for (const [i, { person, code }] of wishes.entries()) {
      if (told[i] !== 'accepted' || before.get(person)) continue
      expect(closed(model, code)).toBeNull()
      person.broughtBy = code.owner
    }
    for (const [i, { person, code }] of wishes.entries()) {
      const { broughtBy } = person
      if (person.state === 'suspended') expect(told[i]).toBe('user_suspended')
      else if (person.state === 'erased') expect(told[i]).toBe('user_not_found')
      else if (before.get(person)) expect(['accepted', 'referrer_already_set']).toContain(told[i])
      else if (closed(model, code)) expect(['referrer_already_set', closed(model, code)]).toContain(told[i])
      else if (code.owner === person) expect(['referrer_already_set', 'referral_to_self']).toContain(told[i])
      else if (told[i] === 'referral_circle') expect(lineOf(code.owner)).toContain(person)
      else expect(broughtBy, told[i]).not.toBeNull()
    }
  },
  toString: () => `redeem(${JSON.stringify(pairs)})`,
})

/** Somebody and everybody below them are suspended together. */
export const suspend = (n: number): Step => ({
  check: ({ people }) => people.length > 0,
  async run(model, { floor }) {
    const root = pick(model.people, n)
    if (!root) return
    const below = await floor.reads.referrals.below(root.id, { limit: 1000, depth: 100 })
    const expected = belowOf(model, root).map(({ id }) => id)
    expect(below.map(({ userId }) => userId).toSorted()).toStrictEqual(expected.toSorted())
    const batchId = floor.ids()
    const wish = { batchId, rootId: root.id, userIds: [root.id, ...expected], reason: 'spam' }
    await floor.execute(suspendSubtree, wish, operator)
    const people = [root, ...belowOf(model, root)].filter(({ state }) => state === 'active')
    for (const person of people) person.state = 'suspended'
    if (people.length > 0) model.batches.push({ id: batchId, people })
  },
  toString: () => `suspend(${n})`,
})

export const reinstate = (n: number): Step => ({
  check: ({ batches }) => batches.length > 0,
  async run(model, { floor }) {
    const batch = pick(model.batches, n)
    if (!batch) return
    // Everybody is named, and still only those of the batch come back.
    const userIds = model.people.map(({ id }) => id)
    await floor.execute(reinstateSubtree, { batchId: batch.id, userIds }, operator)
    for (const person of batch.people) if (person.state === 'suspended') person.state = 'active'
    model.batches = model.batches.filter((one) => one !== batch)
  },
  toString: () => `reinstate(${n})`,
})

export const erase = (n: number): Step => ({
  check: ({ people }) => people.length > 0,
  async run(model, { floor }) {
    const person = pick(model.people, n)
    if (!person) return
    await floor.execute(eraseUser, { userId: person.id, email: person.email }, operator)
    person.state = 'erased'
  },
  toString: () => `erase(${n})`,
})

export const wait = (hours: number): Step => ({
  check: () => true,
  async run(model, { clock }) {
    clock.advance(hours * HOUR)
    model.now += hours * HOUR
  },
  toString: () => `wait(${hours} h)`,
})
