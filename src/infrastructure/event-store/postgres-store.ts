import { setTimeout as sleep } from 'node:timers/promises'
import type { DomainEvent } from '../../domain/catalogue.ts'
import { type Client, inTransaction, rolledBack } from '../database/postgres.ts'
import { isLost, isPassing, isTooManyLocks, outward } from '../database/postgres-errors.ts'
import { pause } from '../database/postgres-work.ts'
import { StoreBusy, StoreUnavailable } from '../errors.ts'
import { type AnyRequest, readingsOf } from './judging.ts'
import { AnswerLost, commitGroup, type GroupParts, Misforeseen } from './postgres-group.ts'
import { PostgresHistory, type PostgresHistoryParts } from './postgres-history.ts'
import { HeldElsewhere } from './postgres-locks.ts'
import { Turns } from './postgres-turns.ts'
import type { GroupDone } from './postgres-writing.ts'
import type { DecideOutcome, DecideRequest, EventStore } from './store.ts'

/** Groups under way at once: one commits while the next reads and decides. */
const GROUPS = 3
const MAX_GROUP = 64
/** The server keeps a table of locks for everybody; a group takes no more than its share. */
const MAX_READINGS = 400
const MAX_WAIT_MS = 5000
const TRIES = 12
const LOOK_UP_MS = 15_000
const LOOK_AGAIN_MS = 250

type Pending = {
  readonly request: AnyRequest
  readonly resolve: (outcome: DecideOutcome) => void
  readonly reject: (error: unknown) => void
  readonly since: number
}

export type PostgresStoreOptions = GroupParts &
  PostgresHistoryParts & {
    /** Rung after each commit that appended events. */
    readonly ring: () => void
    readonly committed?: ((commands: number, seconds: number) => void) | undefined
  }

const isTriedAgain = (error: unknown): boolean =>
  isPassing(error) || error instanceof HeldElsewhere || error instanceof Misforeseen

/**
 * The history in PostgreSQL, for as many processes as like. Commands with different tags are read for and decided side by
 * side; what arrives while that goes on is committed together (group commit, ADR 0013).
 */
export class PostgresEventStore extends PostgresHistory implements EventStore {
  readonly #options: PostgresStoreOptions
  #queue: Pending[] = []
  readonly #groups = new Set<Promise<void>>()
  readonly #turns = new Turns()
  #waking = false
  #closed = false

  constructor(options: PostgresStoreOptions) {
    super(options)
    this.#options = options
  }

  decide<V>(request: DecideRequest<V>): Promise<DecideOutcome> {
    return new Promise<DecideOutcome>((resolve, reject) => {
      if (this.#closed) return reject(new StoreUnavailable('the store is closed'))
      this.#queue.push({
        request: request as unknown as AnyRequest,
        resolve,
        reject,
        since: performance.now(),
      })
      this.#wake()
    })
  }

  /** The server lets go of what was forgotten by itself (vacuum). */
  emptyLog(): void {}

  async close(): Promise<void> {
    this.#closed = true
    while (this.#queue.length > 0 || this.#groups.size > 0) {
      await Promise.all(this.#groups)
      await new Promise<void>((resolve) => setImmediate(resolve))
    }
    await this.#options.flusher.close()
  }

  /** Lets everything that has already arrived join the group. */
  #wake(): void {
    if (this.#waking || this.#groups.size >= GROUPS) return
    this.#waking = true
    setImmediate(() => {
      this.#waking = false
      if (this.#queue.length === 0 || this.#groups.size >= GROUPS) return
      const group = this.#run(this.#take()).finally(() => {
        this.#groups.delete(group)
        this.#wake()
      })
      this.#groups.add(group)
      this.#wake()
    })
  }

  #take(): readonly Pending[] {
    let readings = 0
    const group: Pending[] = []
    for (const pending of this.#queue) {
      readings += readingsOf(pending.request).length
      if (group.length > 0 && (group.length >= MAX_GROUP || readings > MAX_READINGS)) break
      group.push(pending)
    }
    this.#queue = this.#queue.slice(group.length)
    return group
  }

  async #run(group: readonly Pending[]): Promise<void> {
    try {
      this.#settle(
        group,
        await this.#commit(
          group.map(({ request }) => request),
          group[0]?.since ?? 0,
        ),
      )
    } catch (error) {
      const told = outward(error)
      const isOutage = told instanceof StoreBusy || told instanceof StoreUnavailable
      // One command's rows may have been refused by the database; alone, only that command fails. After an outage
      // nothing is tried again: it would take as long for each, and what has become of the first try may be unknown.
      if (group.length > 1 && (!isOutage || isTooManyLocks(error))) {
        for (const one of group) await this.#run([one])
      } else for (const { reject } of group) reject(told)
    }
  }

  #settle(group: readonly Pending[], { settled, appended }: GroupDone): void {
    this.#queue = [...group.slice(settled.length), ...this.#queue]
    for (const [n, one] of settled.entries()) {
      if ('outcome' in one) group[n]?.resolve(one.outcome)
      else group[n]?.reject(one.error)
    }
    if (appended.length > 0) this.#options.ring()
  }

  async #commit(requests: readonly AnyRequest[], since: number): Promise<GroupDone> {
    let written: ReadonlySet<bigint> = new Set()
    for (let tries = 1; ; tries++) {
      try {
        return await this.#once(requests, written)
      } catch (error) {
        if (error instanceof AnswerLost) return await this.#lookUp(error)
        if (!isTriedAgain(error)) throw error
        if (tries === TRIES || performance.now() - since > MAX_WAIT_MS) {
          throw new StoreBusy('other commands hold what this one needs', { cause: error })
        }
        if (error instanceof HeldElsewhere) written = new Set([...written, ...error.locks])
        if (!(error instanceof Misforeseen)) await pause()
      }
    }
  }

  async #once(requests: readonly AnyRequest[], written: ReadonlySet<bigint>): Promise<GroupDone> {
    const { flusher, committed } = this.#options
    const began = performance.now()
    const held = await flusher.hold()
    const done = await this.#begun(requests, written)
    try {
      // Nobody is told of a commit that a power cut could take back.
      if (done.appended.length > 0) await flusher.flush(held)
      committed?.(done.settled.length, (performance.now() - began) / 1000)
      return done
    } catch (error) {
      throw isLost(error) ? new AnswerLost(done, error) : error
    }
  }

  async #begun(requests: readonly AnyRequest[], written: ReadonlySet<bigint>): Promise<GroupDone> {
    const client: Client = await this.#options.pool.connect()
    let broken: Error | undefined
    try {
      return await commitGroup(client, this.#options, this.#turns, requests, written)
    } catch (error) {
      broken = await rolledBack(client, error)
      throw error
    } finally {
      client.release(broken)
    }
  }

  /**
   * Whether a commit has happened whose answer was lost with the connection: with the head in hand its transaction has
   * ended, one way or the other. Throws StoreUnavailable if it has not, or if nobody can say for too long.
   */
  async #lookUp({ done, cause }: AnswerLost): Promise<GroupDone> {
    const [first] = done.appended
    const deadline = performance.now() + LOOK_UP_MS
    while (performance.now() < deadline) {
      try {
        if (await this.#isDurable(first)) return done
      } catch (error) {
        const told = outward(error)
        if (!(told instanceof StoreBusy || told instanceof StoreUnavailable)) throw error
        await sleep(LOOK_AGAIN_MS)
        continue
      }
      throw new StoreUnavailable('the connection was lost; nothing was changed', { cause })
    }
    throw new StoreUnavailable('the connection was lost, and the server does not come back', { cause })
  }

  async #isDurable(event: DomainEvent | undefined): Promise<boolean> {
    const { pool, flusher } = this.#options
    const held = await flusher.hold()
    const found = await inTransaction(pool, 'begin', async (client) => {
      await client.query('select 1 from history_head for update')
      const { rows } = await client.query('select id from events where position = $1', [event?.position])
      return (rows[0] as { id: string } | undefined)?.id
    })
    if (found !== event?.id) return false
    await flusher.flush(held)
    return true
  }
}
