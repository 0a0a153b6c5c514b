import { setTimeout as sleep } from 'node:timers/promises'
import { removeUnverifiedUser } from '../domain/users/remove-unverified-user.ts'
import type { ReadSide } from '../projections/index.ts'
import { type Clock, plus } from './clock.ts'
import type { EventStore } from './event-store/store.ts'
import type { Ids } from './ids.ts'

/** More than this at once is no ordinary day: rather a clock that has gone wrong. Somebody has to look. */
export const MAX_REMOVED_PER_RUN = 1000
const RUN_EVERY_MS = 60_000
const SWEEP_EVERY_RUNS = 60

export type DeadlineParts = {
  readonly store: EventStore
  readonly reads: ReadSide
  readonly clock: Clock
  readonly ids: Ids
  readonly unverifiedTtlMs: number
  readonly maxPerRun?: number
  /** What is done in every run besides. */
  readonly everyRun?: readonly (() => Promise<unknown>)[]
  /** What else is thrown away when its time is over, and tells nobody. */
  readonly sweeps?: readonly (() => Promise<unknown>)[]
  readonly log: {
    readonly error: (fields: object, message: string) => void
    readonly info: (fields: object, message: string) => void
  }
}

export type Removed = { readonly removed: number; readonly halted: boolean }

/**
 * Forgets who has not confirmed an address in time. The deadline is nowhere but in the history (when they registered),
 * so that it survives every restart; and each removal is decided again at the moment of doing it.
 */
export class Deadlines {
  readonly #parts: DeadlineParts
  readonly #stopping = new AbortController()
  #running: Promise<void> | null = null

  constructor(parts: DeadlineParts) {
    this.#parts = parts
  }

  start(): void {
    this.#running = this.#run()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  /** Removes everybody whose time is over; nobody at all if they are suspiciously many, unless `whatever` says so. */
  async removeDue(whatever = false, progress: (removed: number) => void = () => {}): Promise<Removed> {
    const { reads, clock, unverifiedTtlMs, log, maxPerRun = MAX_REMOVED_PER_RUN } = this.#parts
    const { signal } = this.#stopping
    const before = plus(clock(), -unverifiedTtlMs)
    const due = await reads.users.unverifiedSince(before, maxPerRun + 1)
    if (due.length > maxPerRun && !whatever) {
      log.error(
        { moreThan: maxPerRun },
        'too many unverified users are due at once; nobody is removed. Check the clock, then run `latchkey user expire`',
      )
      return { removed: 0, halted: true }
    }
    let removed = 0
    for (let page = due; page.length > 0 && !signal.aborted; ) {
      for (const { id } of page) {
        if (signal.aborted) break
        if (await this.#remove(id)) progress(++removed)
      }
      const next = whatever ? await reads.users.unverifiedSince(before, maxPerRun + 1) : []
      // Whoever could not be removed stands first again: no progress, no further round.
      page = next[0]?.id === page[0]?.id ? [] : next
    }
    if (removed > 0) log.info({ removed }, 'unverified users were forgotten')
    return { removed, halted: false }
  }

  /** What is done each time, besides. */
  async everyRun(): Promise<void> {
    for (const work of this.#parts.everyRun ?? []) await work()
  }

  /** Throws away rows that nothing asks for any more. */
  async sweep(): Promise<void> {
    for (const sweep of this.#parts.sweeps ?? []) await sweep()
  }

  async #remove(userId: string): Promise<boolean> {
    const { store, ids, unverifiedTtlMs } = this.#parts
    const wish = { userId, afterMs: unverifiedTtlMs }
    const outcome = await store.decide({
      readings: removeUnverifiedUser.reads(wish, { actor: 'system' }),
      decide: (view, now) => removeUnverifiedUser.decide(wish, view, { now, actor: 'system' }),
      actor: 'system',
      correlation: ids(),
    })
    return outcome.outcome === 'accepted' && outcome.events.length > 0
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    for (let run = 0; !signal.aborted; run++) {
      try {
        await this.removeDue()
        await this.everyRun()
        if (run % SWEEP_EVERY_RUNS === 0) await this.sweep()
      } catch (error) {
        this.#parts.log.error({ err: error }, 'deadlines could not be kept; trying again')
      }
      await sleep(RUN_EVERY_MS, undefined, { signal }).catch(() => {})
    }
  }
}
