import { setTimeout as sleep } from 'node:timers/promises'
import type { Projection } from '../../projections/projection.ts'
import type { Clock } from '../clock.ts'
import type { Database, Work } from '../database/work.ts'
import { SetupProblem } from '../errors.ts'
import { BUILDING, BuildersLease } from './versions.ts'

const LOCKED_MS = 4
/** So many times as long as a turn took others have: who waits in another process looks again after 1, 3, 8 and 18 ms only. */
const ROOM = 2
const MOST_ROWS = 2000
const TAKE_OVER_MS = 15_000
const ASK_MS = 250
const CHECK_MS = 1000

export type TurnParts = {
  readonly database: Pick<Database, 'reader' | 'exclusively'>
  readonly projections: readonly Projection[]
  readonly clock: Clock
  /** Who builds: an id of its own for each time. */
  readonly builder: string
  /** Ends it as a kill would, but for the claim, which is given up. */
  readonly signal?: AbortSignal
}

/** Long work on tables in short transactions, each only while the claim to these tables holds, with room for others between. */
export class Turns {
  readonly #parts: TurnParts
  readonly #lease: BuildersLease
  #rows = 50
  #checked = performance.now()

  constructor(parts: TurnParts) {
    this.#parts = parts
    this.#lease = new BuildersLease(parts.clock, parts.builder, parts.projections)
  }

  /** How many rows a turn should touch, as earlier turns have taught. */
  get rows(): number {
    return this.#rows
  }

  /** False if somebody else is at it just now. */
  async tryToBegin(): Promise<boolean> {
    return (await this.#parts.database.exclusively(BUILDING, () => this.#lease.take())) === null
  }

  /** Waits for somebody who may have been killed; throws if they are alive. */
  async begin(): Promise<void> {
    const { database } = this.#parts
    let until = await database.exclusively(BUILDING, () => this.#lease.take())
    const first = until
    const deadline = performance.now() + TAKE_OVER_MS
    while (until !== null) {
      if (until !== first || performance.now() > deadline) {
        throw new SetupProblem('Another process is rebuilding these tables. Wait until it is done.')
      }
      await sleep(ASK_MS)
      until = await database.exclusively(BUILDING, () => this.#lease.take())
    }
  }

  async end(): Promise<void> {
    await this.#parts.database.exclusively(BUILDING, () => this.#lease.release()).catch(() => {}) // it ends by itself
  }

  /** Call in a turn: from now on the tables are as this code builds them. */
  done(): Work<void> {
    return this.#lease.done()
  }

  /** Call now and then between turns that are far apart. */
  async keep(): Promise<void> {
    this.#parts.signal?.throwIfAborted()
    if (performance.now() - this.#checked < CHECK_MS) return
    await this.#parts.database.exclusively(BUILDING, () => this.#lease.check())
    this.#checked = performance.now()
  }

  /** A transaction of a few milliseconds. Others write before the next one. */
  async take(work: () => Work<unknown>): Promise<void> {
    let began = 0
    this.#parts.signal?.throwIfAborted()
    const lease = this.#lease
    await this.#parts.database.exclusively(BUILDING, function* () {
      began = performance.now()
      yield* lease.check()
      yield* work()
    })
    const took = performance.now() - began // with the commit: that is how long others had to wait
    await sleep(ROOM * took)
    if (took > LOCKED_MS) this.#rows = Math.max(1, Math.floor(this.#rows / 2))
    else if (took < LOCKED_MS / 2) this.#rows = Math.min(MOST_ROWS, this.#rows * 2)
  }
}
