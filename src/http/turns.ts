/** Who waits for a turn: whoever is signed in goes first. */
export type Waiter = 'signed in' | 'new'

/** So long requests are begun one after the other before the event loop looks who else has come. */
const SLICE_MS = 10
/** The same while connections are made: the loop accepts one a turn, and the others wait without being counted. */
const SLICE_WHILE_CONNECTING_MS = 1
/** Longer than a turn takes: if nobody was accepted for so long, nobody waits for it. */
const CONNECTING_MS = 50
/** A crowd that is gone by then was one click of many people, and all of it is served. */
const SUSTAINED_MS = 500
/** Otherwise whoever has waited so long is told no, rather than later. */
const PATIENCE_MS = { 'signed in': 250, new: 50 } as const

type Machine = {
  readonly now: () => number
  /** Does something in the loop's next turn; one thing is over, as far as it waits for nothing, before the next begins. */
  readonly soon: (work: () => void) => void
}

export type Turns = {
  /** Whether a request can begin at once. If not, it has to wait. */
  readonly isFree: () => boolean
  /** Somebody has made a connection. */
  readonly connected: () => void
  /** Resolves when it is somebody's turn: true, or false if they had better come again. */
  readonly wait: (who: Waiter) => Promise<boolean>
}

type Waiting = { readonly since: number; readonly begin: (isServed: boolean) => void }

const machine: Machine = { now: () => performance.now(), soon: setImmediate }

/**
 * Requests wait here and not in their sockets. There nobody knows how long they have waited nor who they are; and as the
 * loop accepts one new connection a turn, long turns would keep out whoever has none yet, health checks among them.
 */
export const openTurns = ({ now, soon }: Machine = machine): Turns => {
  const queues: Record<Waiter, Waiting[]> = { 'signed in': [], new: [] }
  let sliceBegan: number | null = null
  let crowdedSince = now()
  let connectedAt = Number.NEGATIVE_INFINITY
  let waiting = 0

  const isSpent = (): boolean => {
    const at = now()
    if (sliceBegan === null) {
      sliceBegan = at
      soon(() => {
        sliceBegan = null
      })
    }
    return at - sliceBegan > (at - connectedAt < CONNECTING_MS ? SLICE_WHILE_CONNECTING_MS : SLICE_MS)
  }

  const hasExpired = (who: Waiter, at: number): boolean => {
    const first = queues[who][0]
    return first !== undefined && at - first.since > PATIENCE_MS[who] && at - crowdedSince > SUSTAINED_MS
  }

  /** As often as somebody waits; whose turn it is, is seen when it comes. */
  const turn = (): void => {
    if (isSpent()) {
      soon(turn)
      return
    }
    const at = now()
    const expired = (['new', 'signed in'] as const).find((who) => hasExpired(who, at))
    const who = expired ?? (queues['signed in'].length > 0 ? 'signed in' : 'new')
    waiting--
    queues[who].shift()?.begin(expired === undefined)
  }

  return {
    isFree: () => waiting === 0 && !isSpent(),
    connected: () => {
      connectedAt = now()
    },
    wait: (who) =>
      new Promise((begin) => {
        const since = now()
        if (waiting++ === 0) crowdedSince = since
        queues[who].push({ since, begin })
        soon(turn)
      }),
  }
}
