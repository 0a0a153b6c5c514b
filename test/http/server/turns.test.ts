import { beforeEach, expect, test } from 'vitest'
import { openTurns, type Turns, type Waiter } from '../../../src/http/turns.ts'

let now = 0
let next: (() => void)[] = []
let turns: Turns
let told: string[] = []

beforeEach(() => {
  now = 1000
  next = []
  told = []
  turns = openTurns({ now: () => now, soon: (work) => void next.push(work) })
})

/** The loop's next turn: what was left for it, each taking its time. */
const loop = async (eachMs: number) => {
  for (const work of next.splice(0)) {
    const before = told.length
    work()
    await Promise.resolve()
    now += (told.length - before) * eachMs
  }
}
const wait = (name: string, who: Waiter) =>
  void turns.wait(who).then((isServed) => told.push(isServed ? name : `${name}: no`))
const waitMany = (count: number, who: Waiter) => {
  for (let n = 0; n < count; n++) wait(who, who)
}

test('whoever comes while nobody waits begins at once, for ten milliseconds of a turn', () => {
  expect(turns.isFree()).toBe(true)
  now += 10
  expect(turns.isFree()).toBe(true)
  now += 1
  expect(turns.isFree()).toBe(false)
})

test('in the next turn it is free again', async () => {
  turns.isFree()
  now += 11
  await loop(0)
  expect(turns.isFree()).toBe(true)
})

test('while connections are made a turn is short, so that those who wait to be accepted are', () => {
  turns.connected()
  expect(turns.isFree()).toBe(true)
  now += 1
  expect(turns.isFree()).toBe(true)
  now += 0.1
  expect(turns.isFree()).toBe(false)
})

test('when nobody has made a connection for a while, turns are as long as ever', async () => {
  turns.connected()
  now += 50
  expect(turns.isFree()).toBe(true)
  now += 10
  expect(turns.isFree()).toBe(true)
})

test('nobody overtakes those who wait', async () => {
  wait('ada', 'new')
  expect(turns.isFree()).toBe(false)
  await loop(1)
  await loop(1)
  expect([told, turns.isFree()]).toStrictEqual([['ada'], true])
})

test('whoever is signed in goes first, and otherwise whoever came first', async () => {
  wait('ada', 'new')
  wait('ben', 'signed in')
  wait('cyd', 'new')
  wait('dee', 'signed in')
  await loop(1)
  expect(told).toStrictEqual(['ben', 'dee', 'ada', 'cyd'])
})

test('a turn begins no more than its slice has room for', async () => {
  waitMany(10, 'new')
  await loop(4)
  expect(told.length).toBe(3)
  for (let n = 0; n < 4; n++) await loop(4)
  expect(told).toStrictEqual(Array(10).fill('new'))
})

test('a crowd that is gone within half a second is served, however long they wait', async () => {
  waitMany(40, 'new')
  for (let n = 0; n < 20; n++) await loop(11)
  expect(told).toStrictEqual(Array(40).fill('new').slice(0, told.length))
  expect(told.length).toBeGreaterThanOrEqual(20)
})

test('after half a second of crowd, who has waited too long is told no before anybody is served', async () => {
  waitMany(50, 'new')
  for (let n = 0; n < 46; n++) await loop(11)
  told = []
  wait('ben', 'signed in')
  await loop(0)
  await loop(0)
  expect(told).toStrictEqual(['new: no', 'new: no', 'new: no', 'new: no', 'ben'])
})

test('then, too, who has come just now is served', async () => {
  waitMany(50, 'new')
  for (let n = 0; n < 46; n++) await loop(11)
  wait('ada', 'new')
  now += 40
  told = []
  for (let n = 0; n < 3; n++) await loop(0)
  expect(told).toStrictEqual(['new: no', 'new: no', 'new: no', 'new: no', 'ada'])
})

test('whoever is signed in has more patience, and not without end', async () => {
  waitMany(60, 'signed in')
  for (let n = 0; n < 46; n++) await loop(11)
  expect(told).not.toContain('signed in: no')
  wait('late', 'signed in')
  told = []
  now += 240
  for (let n = 0; n < 3; n++) await loop(0)
  expect(told.at(-1)).toBe('late')
  expect(told.slice(0, -1)).toStrictEqual(Array(told.length - 1).fill('signed in: no'))
})
