import fc from 'fast-check'
import { expect, test } from 'vitest'
import { oneByOne } from '../../../src/infrastructure/event-store/one-by-one.ts'

async function* inPages<T>(pages: readonly (readonly T[])[], onEnd = () => {}) {
  try {
    yield* pages
  } finally {
    onEnd()
  }
}

test('everything comes one by one and in its order, whatever the pages; then no more', () =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.array(fc.integer(), { maxLength: 4 }), { maxLength: 6 }), async (pages) => {
      const all = oneByOne(inPages(pages))
      const seen: number[] = []
      for await (const one of all) seen.push(one)
      expect(seen).toStrictEqual(pages.flat())
      expect((await all.next()).done).toBe(true)
    }),
  ))

test('whoever stops early lets go of the pages, and is given no more of the one in hand', async () => {
  let isOver = false
  const all = oneByOne(
    inPages([[1, 2, 3], [4]], () => {
      isOver = true
    }),
  )
  for await (const one of all) if (one === 2) break
  expect(isOver).toBe(true)
  expect(await all.next()).toStrictEqual({ done: true, value: undefined })
})

test('nothing is asked for before somebody wants it, and what goes wrong there is heard here', async () => {
  let asked = 0
  const pages = {
    [Symbol.asyncIterator]: () => ({
      next: () => {
        asked++
        return Promise.reject(new Error('the disk'))
      },
    }),
  }
  const all = oneByOne(pages)
  expect(asked).toBe(0)
  await expect(all.next()).rejects.toThrow('the disk')
  expect(asked).toBe(1)
})
