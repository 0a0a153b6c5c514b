import { describe, expect, test } from 'vitest'
import { plus } from '../../src/infrastructure/clock.ts'
import { randomIds } from '../../src/infrastructure/ids.ts'
import { NOW } from '../support/controls.ts'
import { testClock } from '../support/house.ts'

const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

describe('new ids', () => {
  const clock = testClock(NOW)
  const ids = randomIds(clock)

  test('are ULIDs that tell the clock’s moment, and sort by it', () => {
    const first = ids()
    expect(first).toMatch(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/)
    let time = 0
    for (const letter of first.slice(0, 10)) time = time * 32 + LETTERS.indexOf(letter)
    expect(new Date(time).toISOString()).toBe(NOW)
    clock.advance(1)
    expect(ids() > first).toBe(true)
  })

  test('S0-23 are all different within a moment, and each letter of their random part is as likely as any other', () => {
    const made = Array.from({ length: 20_000 }, ids)
    expect(new Set(made).size).toBe(20_000)
    expect(new Set(made.map((id) => id.slice(0, 10))).size).toBe(1)
    for (let at = 10; at < 26; at++) {
      const counts = new Map<string, number>()
      for (const id of made) counts.set(id.charAt(at), (counts.get(id.charAt(at)) ?? 0) + 1)
      expect(counts.size).toBe(32)
      // 625 of each are expected; 150 is six standard deviations.
      for (const count of counts.values()) expect(Math.abs(count - 625)).toBeLessThan(150)
    }
  })
})

test('a moment and some milliseconds make a moment with exactly three decimals', () => {
  expect(plus('2026-03-01T09:00:00.000Z', 1)).toBe('2026-03-01T09:00:00.001Z')
  expect(plus('2026-12-31T23:59:59.999Z', 1)).toBe('2027-01-01T00:00:00.000Z')
  expect(plus('2026-03-01T09:00:00.000Z', -1)).toBe('2026-03-01T08:59:59.999Z')
})
