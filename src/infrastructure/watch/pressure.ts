/** How long a request has waited behind others that the process had no pause to get through; 0 where all is well. */
export type Behind = () => number

/** A turn of the event loop that took no longer has got through what had come. */
const SHORT_TURN_MS = 50
const PAUSE_MS = 1
/** A crowd that is gone by then was one click of many people, and all of it is served. */
const SUSTAINED_MS = 500

type Machine = {
  readonly now: () => number
  /** How long the event loop has had nothing to do, since the process began. */
  readonly idleMs: () => number
  /** Does something when everything that has arrived by now has had its turn. */
  readonly afterTurn: (work: () => void) => void
}

const machine: Machine = {
  now: () => performance.now(),
  idleMs: () => performance.eventLoopUtilization().idle,
  afterTurn: setImmediate,
}

/**
 * What waits for a busy event loop waits in the sockets, where nobody can count it. But all that is readable is read in
 * one turn of the loop: who is read late in a long turn has waited at least since its begin. Ask once a request.
 */
export const openPressure = ({ now, idleMs, afterTurn }: Machine = machine): Behind => {
  let began: number | null = null
  let calmAt = now()
  let idle = idleMs()
  return () => {
    const at = now()
    if (began === null) {
      const turn = at
      began = at
      const idleBy = idleMs()
      if (idleBy - idle >= PAUSE_MS) calmAt = at
      idle = idleBy
      afterTurn(() => {
        const end = now()
        if (end - turn < SHORT_TURN_MS) calmAt = end
        began = null
      })
    }
    return at - calmAt > SUSTAINED_MS ? at - began : 0
  }
}
