import { randomFillSync } from 'node:crypto'
import { ulid } from 'ulid'
import type { Clock } from './clock.ts'

/** Makes a new ULID; the moment in it is the clock's, the rest is random. */
export type Ids = () => string

const POOL_BYTES = 4096

/** Random fractions from a pool: asking the system for each of a ULID's sixteen letters would cost twenty times as much. */
const pooledFractions = (): (() => number) => {
  const pool = new Uint8Array(POOL_BYTES)
  let used = POOL_BYTES
  return () => {
    if (used === POOL_BYTES) {
      randomFillSync(pool)
      used = 0
    }
    // A byte is enough: a letter of a ULID takes five of its bits, 256 being a multiple of 32 keeps them even.
    return (pool[used++] ?? 0) / 256
  }
}

export const randomIds = (clock: Clock): Ids => {
  const fraction = pooledFractions()
  return () => ulid(Date.parse(clock()), fraction)
}
