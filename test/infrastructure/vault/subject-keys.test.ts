import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Subject } from '../../../src/domain/event.ts'
import { keysOn } from '../../../src/infrastructure/event-store/postgres-boundary.ts'
import { SubjectKeys } from '../../../src/infrastructure/vault/subject-keys.ts'

const BEN: Subject = 'user:BEN'

/** A server whose answers are on their way for as long as one likes. */
const slowServer = (subject: Subject, wrapped: string) => {
  const { promise, resolve } = Promise.withResolvers<{ rows: unknown[] }>()
  return {
    client: { query: () => promise } as unknown as Parameters<typeof keysOn>[0],
    answer: () => resolve({ rows: [{ subject, wrapped }] }),
  }
}

afterEach(() => {
  vi.useRealTimers()
})

test('a key that was unwrapped holds on to no more memory than its own', () => {
  const keys = new SubjectKeys(Buffer.alloc(32, 7))
  const { key, wrapped } = keys.create(BEN)
  const unwrapped = keys.unwrap(BEN, wrapped)
  expect(unwrapped).toStrictEqual(key)
  expect(unwrapped.buffer.byteLength).toBe(unwrapped.length)
})

test('no key lies in memory for longer than two minutes, whether or not anybody asks for it', () => {
  vi.useFakeTimers()
  const keys = new SubjectKeys(Buffer.alloc(32, 7), () => Date.now())
  keys.remember(BEN, keys.create(BEN).key)
  vi.advanceTimersByTime(59_000)
  expect(keys.size).toBe(1)
  vi.advanceTimersByTime(61_000)
  expect(keys.size).toBe(0)
})

describe('keys that are known by heart', () => {
  const opened = () => {
    const keys = new SubjectKeys(Buffer.alloc(32, 7))
    const { key, wrapped } = keys.create(BEN)
    return { keys, key, ...slowServer(BEN, wrapped) }
  }

  test('a key that was asked for is remembered', async () => {
    const { keys, key, client, answer } = opened()
    const asked = keysOn(client, keys, [BEN])
    answer()
    expect((await asked).get(BEN)).toStrictEqual(key)
    expect(keys.cached(BEN)).toStrictEqual(key)
  })

  test.each([
    ['they', (keys: SubjectKeys) => keys.forget(BEN)],
    ['somebody', (keys: SubjectKeys) => keys.forgetAll()],
  ])(
    'but not if %s were forgotten while the answer was on its way: it may be older than that',
    async (_, forget) => {
      const { keys, client, answer } = opened()
      const asked = keysOn(client, keys, [BEN])
      forget(keys)
      answer()
      await asked
      expect(keys.cached(BEN)).toBeUndefined()
    },
  )
})
