import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { positions } from '../../../src/infrastructure/database/positions.ts'

test('a request has to see what it was told of, and what it has committed since', () =>
  expect(
    positions.run(5, () => {
      const seen = [positions.least()]
      for (const position of [7, 6, 7, 8]) {
        positions.raise(position)
        seen.push(positions.least())
      }
      return seen
    }),
  ).toStrictEqual([5, 7, 7, 7, 8]))

test('requests that run side by side don’t see each other’s, and outside of them there is nothing to see', async () => {
  const request = (told: number, committed: number) =>
    positions.run(told, async () => {
      await setImmediate()
      positions.raise(committed)
      await setImmediate()
      return positions.least()
    })
  expect(await Promise.all([request(1, 9), request(4, 2)])).toStrictEqual([9, 4])
  positions.raise(3)
  expect(positions.least()).toBe(0)
})
