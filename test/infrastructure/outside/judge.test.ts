import { describe, expect, test } from 'vitest'
import type { Verdict } from '../../../src/domain/users/events.ts'
import { OutsideFailure } from '../../../src/infrastructure/outside/http.ts'
import { openJudge, remembering } from '../../../src/infrastructure/outside/judge.ts'
import { MINUTE, testClock } from '../../support/house.ts'

const SECOND = 1000

const open = (answers: (Verdict | Error)[]) => {
  const asked: string[] = []
  const lines: object[] = []
  const clock = testClock()
  const verifier = {
    async judge(email: string) {
      asked.push(email)
      const answer = answers.shift() ?? new Error('unexpected')
      if (answer instanceof Error) throw answer
      return answer
    },
  }
  const log = { info: (fields: object, message: string) => void lines.push({ ...fields, message }) }
  return { asked, lines, clock, ...openJudge({ verifier: remembering(verifier, clock), clock, log }) }
}
const late = () => new OutsideFailure('timeout')

describe('S1-36 the verdict for somebody who waits', () => {
  test('a repeat within ten minutes costs no question; later it does', async () => {
    const { judge, asked, clock } = open(['deliverable', 'risky', 'undeliverable'])
    expect(await judge('ben@example.org')).toBe('deliverable')
    clock.advance(10 * MINUTE)
    expect(await judge('ben@example.org')).toBe('deliverable')
    expect(await judge('ada@example.org')).toBe('risky')
    clock.advance(1)
    expect(await judge('ben@example.org')).toBe('undeliverable')
    expect(asked).toStrictEqual(['ben@example.org', 'ada@example.org', 'ben@example.org'])
  })

  test('no answer is no verdict, is not remembered, and the log has the reason only', async () => {
    const { judge, asked, lines } = open([late(), new Error('about ben@example.org'), 'deliverable'])
    expect(await judge('ben@example.org')).toBeNull()
    expect(await judge('ben@example.org')).toBeNull()
    expect(await judge('ben@example.org')).toBe('deliverable')
    expect(asked).toHaveLength(3)
    expect(lines).toStrictEqual([
      { reason: 'timeout', message: 'no verdict on an address; going on without one' },
      { reason: 'unknown', message: 'no verdict on an address; going on without one' },
    ])
  })

  test('a service that failed three times in a row is left alone for half a minute', async () => {
    const { judge, asked, clock } = open([late(), late(), late(), late(), 'risky', late(), 'deliverable'])
    for (const _ of [1, 2, 3, 4, 5]) expect(await judge('ben@example.org')).toBeNull()
    expect(asked).toHaveLength(3)
    clock.advance(30 * SECOND)
    expect(await judge('ben@example.org')).toBeNull()
    // Once is enough now: it has not recovered.
    expect(await judge('ben@example.org')).toBeNull()
    expect(asked).toHaveLength(4)
    clock.advance(30 * SECOND)
    expect(await judge('ben@example.org')).toBe('risky')
    expect(await judge('cyd@example.org')).toBeNull()
    expect(await judge('cyd@example.org')).toBe('deliverable')
  })
})
