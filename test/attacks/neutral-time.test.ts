import { expect, test } from 'vitest'
import { readSettings } from '../../src/config.ts'
import { inNeutralTime } from '../../src/http/acts/neutral-time.ts'
import type { House } from '../../src/http/house.ts'

const within = (neutralMs: number) => ({ settings: { neutralMs } }) as House

test('T12: an answer that must tell nothing takes as long as is set, done or failed', async () => {
  const began = performance.now()
  expect(await inNeutralTime(within(30), () => 'found')).toBe('found')
  await expect(inNeutralTime(within(30), () => Promise.reject(new Error('refused')))).rejects.toThrow(
    'refused',
  )
  expect(performance.now() - began).toBeGreaterThanOrEqual(58)
})

test('T12: in service it is set, and in tests nobody waits', () => {
  expect(readSettings({}).neutralMs).toBe(50)
  expect(readSettings({ PROFILE: 'test' }).neutralMs).toBe(0)
})
