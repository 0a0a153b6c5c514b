import { beforeEach, expect, test } from 'vitest'
import { openPressure, type Pressure } from '../../../src/infrastructure/watch/pressure.ts'

let now = 0
let idle = 0
let ends: (() => void)[] = []
let pressure: Pressure

beforeEach(() => {
  now = 1000
  idle = 0
  ends = []
  pressure = openPressure({ now: () => now, idleMs: () => idle, afterTurn: (work) => ends.push(work) })
})

const end = () => {
  for (const work of ends.splice(0)) work()
}
/** A turn of the loop in which requests arrive that take so long each; answers how far behind each was. */
const turn = (requests: number, eachMs: number): number[] => {
  const told = Array.from({ length: requests }, () => {
    const one = pressure.behind()
    now += eachMs
    return one
  })
  end()
  return told
}
const pause = (ms: number) => {
  now += ms
  idle += ms
}

test('nobody is behind in turns that are short, however many follow each other', () => {
  for (let n = 0; n < 100; n++) expect(turn(3, 6)).toStrictEqual([0, 0, 0])
})

test('a crowd that comes at once is no pressure for half a second', () => {
  pause(5)
  const told = turn(80, 10)
  expect(told.slice(0, 51)).toStrictEqual(Array(51).fill(0))
  expect(told.slice(51, 54)).toStrictEqual([510, 520, 530])
})

test('when long turns have followed each other for half a second, each is as far behind as its turn has lasted', () => {
  for (let n = 0; n < 6; n++) turn(10, 10)
  expect(turn(6, 10)).toStrictEqual([0, 10, 20, 30, 40, 50])
})

test('one short turn says that everybody has been served, and it begins anew', () => {
  for (let n = 0; n < 10; n++) turn(10, 10)
  turn(1, 10)
  expect(turn(10, 10)).toStrictEqual(Array(10).fill(0))
})

test('so does a moment with nothing to do', () => {
  for (let n = 0; n < 10; n++) turn(10, 10)
  pause(2)
  expect(turn(10, 10)).toStrictEqual(Array(10).fill(0))
})

test('whoever lets the others go first hears how long those have taken who did the same', async () => {
  pressure.behind()
  const told = [pressure.afterOthers(), pressure.afterOthers(), pressure.afterOthers()]
  now += 100 // whoever goes first
  for (const work of ends.splice(0)) {
    work()
    now += 5
  }
  expect(await Promise.all(told)).toStrictEqual([0, 5, 10])
})

test('in the next turn they begin anew', async () => {
  for (let n = 0; n < 2; n++) {
    pressure.behind()
    const told = pressure.afterOthers()
    end()
    expect(await told).toBe(0)
    now += 50
  }
})

test('on a real loop that is free nobody is behind', async () => {
  const real = openPressure()
  for (let n = 0; n < 3; n++) {
    expect(real.behind()).toBe(0)
    expect(await real.afterOthers()).toBe(0)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
})
