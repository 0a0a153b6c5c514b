import type { Chance } from './chance.ts'
import type { Fate } from './node.ts'

/** Most commits are written. */
export const anyFate = (chance: Chance): Fate =>
  chance.isOneIn(60)
    ? chance.of('busy', 'busy', 'unavailable', 'unavailable', 'dies-before', 'dies-after')
    : 'written'

/** From a lease to the mail server, and from the store to whoever asked. */
export const STEPS_TO_SERVER = 12
export const STEPS_TO_CALLER = 5

const AT_ONCE = Promise.resolve()

/** Lets everything go on that waits for an answer which is there by now. No timer: the order is always the same. */
export const goOn = async (steps: number): Promise<void> => {
  for (let n = 0; n < steps; n++) await AT_ONCE
}
