import { setTimeout as sleep } from 'node:timers/promises'
import type { DomainEvent, EventType } from '../../domain/catalogue.ts'
import { disableWebhook } from '../../domain/webhooks/disable-webhook.ts'
import type { DisablingReason } from '../../domain/webhooks/events.ts'
import { type Clock, plus } from '../clock.ts'
import type { Work } from '../database/work.ts'
import type { Doorbell } from '../doorbell.ts'
import type { EventStore } from '../event-store/store.ts'
import type { Ids } from '../ids.ts'
import type { Attempted } from './post.ts'
import type { RowKeeper } from './row-keeper.ts'
import { waitAfter } from './schedule.ts'
import type { Sender } from './sending.ts'
import type { Delivery, Settled, Standing } from './webhook-rows.ts'
import * as rows from './webhook-rows.ts'

const LEASE_MS = 60_000 // longer than a batch takes that is answered at the last moment
const BATCH = 20
const PAGE = 200
/** What is not read from the history yet needs no row; so many that wait are enough. */
const MAX_PENDING = 1000
const POLL_MS = 1000
/** A busy history rings all the time, and need not be looked at each time. */
const BREATH_MS = 50
const SWEEP_EVERY_MS = 3_600_000
const KEPT_MS = 30 * 86_400_000
const GONE = 410

export type WebhookParts = {
  readonly store: Pick<EventStore, 'read' | 'head' | 'decide'>
  readonly keeper: RowKeeper
  readonly send: Sender
  readonly doorbell: Doorbell
  readonly clock: Clock
  readonly ids: Ids
  /** From 0 to 1. */
  readonly chance: () => number
  readonly log: {
    readonly error: (fields: object, message: string) => void
    readonly info: (fields: object, message: string) => void
  }
}

type Read = { readonly events: readonly DomainEvent[]; readonly upTo: number }

/**
 * Follows the history for every webhook and tells it what it is to be told: each event at least once, in order of
 * position as long as everything arrives; what fails comes again beside the rest. One process at a time sits at a
 * webhook, so any number of them can run.
 */
export class WebhookRunner {
  readonly #parts: WebhookParts
  readonly #me: string
  readonly #stopping = new AbortController()
  /** How far the history has been looked through for a webhook, where nothing had to be noted. */
  readonly #seen = new Map<string, number>()
  readonly #served = new Map<string, Promise<number>>()
  #running: Promise<void> | null = null
  #wake: (() => void) | null = null
  #rung = false

  constructor(parts: WebhookParts) {
    this.#parts = parts
    this.#me = parts.ids()
  }

  start(): void {
    const stop = this.#parts.doorbell.on('appended', () => this.#lookAgain())
    this.#running = this.#run().finally(stop)
  }

  /** Finishes the messages in hand, then stops. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#wake?.()
    await this.#running
    await Promise.allSettled(this.#served.values())
  }

  /** Delivers everything that is due now; answers how many attempts it made. */
  async deliverDue(): Promise<number> {
    let attempts = 0
    for (;;) {
      const { begun } = await this.#serveAll()
      if (begun.length === 0) return attempts
      for (const made of await Promise.all(begun)) attempts += made
    }
  }

  async sweep(): Promise<void> {
    const { keeper, clock } = this.#parts
    await keeper.change(() => rows.sweep(plus(clock(), -KEPT_MS)))
  }

  #lookAgain(): void {
    this.#rung = true
    this.#wake?.()
  }

  async #run(): Promise<void> {
    const { log, clock } = this.#parts
    const { signal } = this.#stopping
    let sweptAt = ''
    while (!signal.aborted) {
      this.#rung = false
      try {
        await this.#serveAll()
        if (sweptAt <= plus(clock(), -SWEEP_EVERY_MS)) {
          sweptAt = clock()
          await this.sweep()
        }
      } catch (error) {
        log.error({ err: error }, 'webhooks could not be looked after; trying again')
      }
      await sleep(BREATH_MS, undefined, { signal }).catch(() => {})
      if (this.#rung) continue
      await new Promise<void>((resolve) => {
        this.#wake = resolve
        void sleep(POLL_MS, undefined, { signal }).then(resolve, resolve)
      })
    }
  }

  /** Sits down at every webhook that has something to do and where nobody sits. */
  async #serveAll(): Promise<{ readonly begun: readonly Promise<number>[] }> {
    const { store, keeper, clock, log } = this.#parts
    const standings = await keeper.look(rows.activeWebhooks(clock()))
    if (standings.length === 0) return { begun: [] }
    const head = await store.head()
    const isTaken = ({ leasedBy, leasedUntil }: Standing) =>
      leasedBy !== null && leasedBy !== this.#me && leasedUntil !== null && leasedUntil > clock()
    const begun: Promise<number>[] = []
    for (const standing of standings) {
      if (this.#served.has(standing.id) || isTaken(standing)) continue
      if (standing.due === 0 && (this.#seenOf(standing) >= head || standing.pending >= MAX_PENDING)) continue
      const serving = this.#serve(standing, head)
        .catch((error: unknown) => {
          log.error({ webhookId: standing.id, err: error }, 'a webhook could not be served; trying again')
          return 0
        })
        .finally(() => this.#served.delete(standing.id))
        .then((made) => {
          if (made > 0) this.#lookAgain()
          return made
        })
      this.#served.set(standing.id, serving)
      begun.push(serving)
    }
    return { begun }
  }

  #seenOf({ id, fromEvent, cursorEvent, position, fromPosition }: Standing): number {
    const noted = cursorEvent === fromEvent && position !== null ? position : fromPosition
    return Math.max(noted, this.#seen.get(`${id} ${fromEvent}`) ?? 0)
  }

  /** One round: what the history says anew, and what is due. */
  async #serve(standing: Standing, head: number): Promise<number> {
    const { keeper, clock, send } = this.#parts
    const read = standing.pending < MAX_PENDING ? await this.#readOn(standing, head) : null
    if (standing.due === 0 && (read === null || read.events.length === 0)) return 0
    const batch = await keeper.change(() => this.#begin(standing, read))
    if (batch === null || batch.length === 0) return 0
    const made = await Promise.all(
      batch.map(async (delivery) => this.#outcome(delivery, await send(standing, delivery), clock())),
    )
    const disabling = await keeper.change(() => this.#end(standing.id, made))
    if (disabling) await this.#disable(standing.id, disabling)
    return made.length
  }

  async #readOn(standing: Standing, head: number): Promise<Read> {
    const { store, keeper } = this.#parts
    const after = this.#seenOf(standing)
    const types = JSON.parse(standing.types) as EventType[]
    const events: DomainEvent[] = []
    let upTo = head
    for await (const event of store.read({ after, until: head, ...(types.length > 0 ? { types } : {}) })) {
      events.push(event)
      if (events.length < PAGE) continue
      upTo = event.position
      break
    }
    this.#seen.set(`${standing.id} ${standing.fromEvent}`, upTo)
    // Now and then it is written down that nothing was found, so that a new process need not look again.
    if (events.length === 0 && upTo - (standing.position ?? 0) >= PAGE)
      await keeper.change(() => this.#note(standing, upTo))
    return { events, upTo }
  }

  *#sit(standing: Standing): Work<number | null> {
    const now = this.#parts.clock()
    return yield* rows.takeSeat(standing, { by: this.#me, now, until: plus(now, LEASE_MS) })
  }

  *#note(standing: Standing, upTo: number): Work<void> {
    const position = yield* this.#sit(standing)
    if (position === null) return
    if (position < upTo) yield* rows.moveOn(standing.id, upTo)
    yield* rows.leaveSeat(standing.id, this.#me)
  }

  *#begin(standing: Standing, read: Read | null): Work<readonly Delivery[] | null> {
    const { clock, ids } = this.#parts
    const position = yield* this.#sit(standing)
    if (position === null) return null
    const now = clock()
    if (read !== null && read.upTo > position) {
      for (const event of read.events) {
        // Another process may have come further in the meantime.
        if (event.position <= position) continue
        const { id: messageId, type } = event
        yield* rows.queue(ids(), { webhookId: standing.id, messageId, position: event.position, type }, now)
      }
      yield* rows.moveOn(standing.id, read.upTo)
    }
    const batch = yield* rows.dueDeliveries(standing.id, now, BATCH)
    if (batch.length === 0) yield* rows.leaveSeat(standing.id, this.#me)
    return batch
  }

  #outcome(delivery: Delivery, { status, reason, latencyMs }: Attempted, at: string): Settled {
    const wait =
      reason === null || status === GONE ? null : waitAfter(delivery.failures + 1, this.#parts.chance())
    return { delivery, at, status, reason, latencyMs, nextAt: wait === null ? null : plus(at, wait) }
  }

  /** Writes down what came of a batch. Answers why nothing is to be sent there any more, if so. */
  *#end(webhookId: string, made: readonly Settled[]): Work<DisablingReason | null> {
    for (const one of made) yield* rows.settle(one)
    yield* rows.leaveSeat(webhookId, this.#me)
    if (made.some(({ status }) => status === GONE)) return 'gone'
    const last = yield* rows.lastSuccess(webhookId)
    const isGivenUp = ({ reason, nextAt, delivery }: Settled) =>
      reason !== null && nextAt === null && (last === null || last < delivery.queuedAt)
    return made.some(isGivenUp) ? 'failing' : null
  }

  async #disable(webhookId: string, reason: DisablingReason): Promise<void> {
    const { store, ids, log } = this.#parts
    const wish = { webhookId, reason }
    await store.decide({
      readings: disableWebhook.reads(wish, { actor: 'system' }),
      decide: (view, now) => disableWebhook.decide(wish, view, { now, actor: 'system' }),
      actor: 'system',
      correlation: ids(),
    })
    log.error({ webhookId, reason }, 'a webhook was disabled')
  }
}
