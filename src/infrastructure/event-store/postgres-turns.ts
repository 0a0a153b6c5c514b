import type { Instant } from '../../domain/event.ts'
import { StoreBusy } from '../errors.ts'

/** Where the history ends, and the moment of its last event. */
export type Head = { readonly position: number; readonly at: Instant }

export type Turn = {
  /** Resolves when all that have taken a turn before have ended it. Throws StoreBusy if that takes too long. */
  readonly come: () => Promise<void>
  /** Whether those before have left the history as it was foreseen. */
  readonly isAsForeseen: (foreseen: Head) => boolean
  /** Whoever had to look at the head tells what it was. */
  readonly found: (head: Head) => void
  /** The head after this one's commit; null if it failed, or if another process had changed the head. */
  readonly end: (after: Head | null) => void
}

const later = (a: Instant, b: Instant): Instant => (a > b ? a : b)

/** So many groups in a row have to find the head where the one before them has left it. */
const ENOUGH = 3
const MAX_WAIT_MS = 5000

const inTime = async (coming: Promise<void>): Promise<void> => {
  let late: NodeJS.Timeout | undefined
  const tooLong = new Promise<never>((_, reject) => {
    late = setTimeout(() => reject(new StoreBusy('the groups before this one take too long')), MAX_WAIT_MS)
  })
  try {
    await Promise.race([coming, tooLong])
  } finally {
    clearTimeout(late)
  }
}

/**
 * The groups of one process write one after the other. As long as no other process writes, each can tell where the
 * history will end when its turn comes, and has everything ready by then (ADR 0013).
 */
export class Turns {
  #last: Promise<void> = Promise.resolve()
  /** What the last one has left, as far as it is known. */
  #head: Head | null = null
  /** What those that have taken a turn and not ended it are going to append. */
  #ahead: { readonly rows: number; readonly at: Instant }[] = []
  #undisturbed = 0

  /** Where the history ends once everybody who waits has written; null if nobody can tell. */
  foreseen(): Head | null {
    const head = this.#head
    if (!head || this.#undisturbed < ENOUGH) return null
    return this.#ahead.reduce(
      ({ position, at }, one) => ({ position: position + one.rows, at: later(at, one.at) }),
      head,
    )
  }

  take(rows: number, at: Instant): Turn {
    const own = { rows, at }
    const before = this.#last
    let ended = () => {}
    this.#last = new Promise((resolve) => {
      ended = resolve
    })
    this.#ahead.push(own)
    return {
      come: () => inTime(before),
      isAsForeseen: ({ position, at: moment }) =>
        this.#head !== null && this.#head.position === position && this.#head.at === moment,
      found: ({ position }) => {
        this.#undisturbed = this.#head?.position === position ? this.#undisturbed + 1 : 0
      },
      end: (after) => {
        if (after === null) this.#undisturbed = 0
        this.#head = after
        this.#ahead = this.#ahead.filter((one) => one !== own)
        ended()
      },
    }
  }
}
