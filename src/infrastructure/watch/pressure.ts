import { performance } from 'node:perf_hooks'

/** A turn of the event loop that is over sooner has got through all that had come. */
const SHORT_TURN_MS = 20
const PAUSE_MS = 1
/** A crowd that is gone by then was one click of many people, and all of it is served. */
const SUSTAINED_MS = 500

type Machine = {
  readonly now: () => number
  /** How long the event loop has had nothing to do, since the process began. */
  readonly idleMs: () => number
  /** Does something once all that has arrived by now has been read; one thing is over before the next begins. */
  readonly afterTurn: (work: () => void) => void
}

/** How long a request has waited behind others, in milliseconds; 0 unless it has been so for a while. Ask once a request. */
export type Pressure = {
  readonly behind: () => number
  /** Lets the others go first that have arrived by now, and answers how long those who did the same have taken since. */
  readonly afterOthers: () => Promise<number>
}

const machine: Machine = {
  now: () => performance.now(),
  idleMs: () => performance.eventLoopUtilization().idle,
  afterTurn: setImmediate,
}

/**
 * What waits for a busy event loop waits in the sockets, where nobody can count it. But all that is readable is read in
 * one turn of the loop: who is read late in a long turn has waited at least since its begin.
 */
export const openPressure = ({ now, idleMs, afterTurn }: Machine = machine): Pressure => {
  let lastTurn = Number.NEGATIVE_INFINITY
  let turn: number | null = null
  let late: number | null = null
  let calmAt = now()
  let idle = idleMs()
  const begin = (at: number): number => {
    const idleBy = idleMs()
    if (idleBy - idle >= PAUSE_MS || at - lastTurn < SHORT_TURN_MS) calmAt = at
    idle = idleBy
    lastTurn = at
    late = null
    afterTurn(() => {
      turn = null
    })
    return at
  }
  return {
    behind() {
      const at = now()
      turn ??= begin(at)
      return at - calmAt > SUSTAINED_MS ? at - turn : 0
    },
    afterOthers: () =>
      new Promise((resolve) => {
        afterTurn(() => {
          const at = now()
          late ??= at
          resolve(at - late)
        })
      }),
  }
}

/** Where nobody ever waits. */
export const noPressure: Pressure = { behind: () => 0, afterOthers: async () => 0 }
