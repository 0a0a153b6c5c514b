import { setTimeout as sleep } from 'node:timers/promises'
import type { House } from '../house.ts'

/**
 * For answers that must not tell whether an address is known: they take as long as the house has set, whatever it took
 * to find out. What is left for after the answer is mostly done by then, so that the next request tells nothing either.
 */
export const inNeutralTime = async <T>(
  { settings }: Pick<House, 'settings'>,
  work: () => T | Promise<T>,
): Promise<T> => {
  const began = performance.now()
  try {
    return await work()
  } finally {
    const left = settings.neutralMs - (performance.now() - began)
    if (left > 0) await sleep(left)
  }
}
