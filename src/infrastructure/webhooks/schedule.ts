const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** Waits after the first, second … failed attempt: three days and a bit, then the delivery is given up. */
export const BACKOFF_MS = [
  5 * SECOND,
  MINUTE,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
]

const SPREAD = 0.2

/** A fifth more or less, so that what failed together does not come back together; null when it is given up. `chance` is from 0 to 1. */
export const waitAfter = (failures: number, chance: number): number | null => {
  const wait = BACKOFF_MS[failures - 1]
  return wait === undefined ? null : Math.round(wait * (1 - SPREAD + 2 * SPREAD * chance))
}
