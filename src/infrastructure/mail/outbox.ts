import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DomainEvent } from '../../domain/catalogue.ts'
import type { Tag } from '../../domain/event.ts'
import type { MailTemplate } from '../../domain/mails/events.ts'
import { recordDelivery } from '../../domain/mails/record-delivery.ts'
import { remove } from '../../projections/projection.ts'
import { type Clock, plus } from '../clock.ts'
import type { Doorbell } from '../doorbell.ts'
import { StoreBusy, StoreUnavailable } from '../errors.ts'
import type { EventStore } from '../event-store/store.ts'
import { type Mail, staleFrom } from './render.ts'
import { MailRefused, type MailTransport } from './transport.ts'

/** A queued mail whose turn it is, leased to this runner. `attempt` counts from 1 and was counted before the try. */
export type LeasedMail = {
  readonly id: string
  readonly eventPosition: number
  readonly template: MailTemplate
  readonly about: Tag
  readonly attempt: number
}

/** How often a queued mail was tried, when its turn comes again, and why it has not gone out yet. */
export type MailTries = {
  readonly attempts: number
  readonly nextAt: string
  readonly lastReason: string | null
}

/** Leases and notes of the runner; they are not history, only who is at it and when to try again. */
export type MailLeases = {
  /** `waits` after the first, second … try: a turn further away was set by a clock that was ahead, and has come. */
  readonly lease: (limit: number, leaseMs: number, waits: readonly number[]) => Promise<readonly LeasedMail[]>
  readonly postpone: (mailId: string, nextAt: string, reason: string) => Promise<void>
}

const LEASE_MS = 120_000 // longer than the longest SMTP conversation that the transport's timeouts allow
const BATCH = 10
const POLL_MS = 1000
const MAX_REST_MS = 1000
const SECOND = 1000
const MINUTE = 60 * SECOND
/** Waits after the first, second … failed try: an outage of ten minutes costs nothing, one of a day gives up. */
const BACKOFF_MS = [
  5 * SECOND,
  15 * SECOND,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  30 * MINUTE,
  60 * MINUTE,
  180 * MINUTE,
  360 * MINUTE,
  720 * MINUTE,
]

export type OutboxParts = {
  readonly store: EventStore
  readonly leases: MailLeases
  readonly render: (event: DomainEvent, template: MailTemplate) => Mail | null | Promise<Mail | null>
  readonly transport: MailTransport
  readonly doorbell: Doorbell
  readonly clock: Clock
  readonly log: {
    readonly error: (fields: object, message: string) => void
    readonly info: (fields: object, message: string) => void
  }
}

const reasonOf = (error: unknown): string => {
  if (error instanceof MailRefused) return error.reason
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown'
  return code
    .toLowerCase()
    .replace(/[^a-z0-9_]/g, '_')
    .slice(0, 40)
}

/** Our own fault, not the receiving server's: the event can't be read, or no mail can be made of it. */
const UNREADABLE = 'unreadable'

const isPassing = (error: unknown): boolean => error instanceof StoreBusy || error instanceof StoreUnavailable

/**
 * Sends what the outbox holds: woken by the doorbell, and by a slow clock for what others queued. A mail may go out
 * twice if the process dies between the server's yes and our note of it; both bear the same Message-ID.
 */
export class Outbox {
  readonly #parts: OutboxParts
  #stopping = new AbortController()
  #running: Promise<void> | null = null
  #rung = false
  #wake: (() => void) | null = null

  constructor(parts: OutboxParts) {
    this.#parts = parts
  }

  start(): void {
    const stop = this.#parts.doorbell.on('appended', () => {
      this.#rung = true
      this.#wake?.()
    })
    this.#running = this.#run().finally(stop)
  }

  /** Finishes the mails in hand, then stops. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#wake?.()
    await this.#running
    await this.#parts.transport.close()
  }

  /** Sends everything that is due now; answers how many mails it tried. */
  async sendDue(): Promise<number> {
    const leased = await this.#parts.leases.lease(BATCH, LEASE_MS, BACKOFF_MS)
    // Each on its own: one that fails must not let the others go on unwatched.
    const results = await Promise.allSettled(leased.map((mail) => this.#send(mail)))
    for (const [index, result] of results.entries()) {
      if (result.status === 'fulfilled') continue
      this.#parts.log.error({ mailId: leased[index]?.id, err: result.reason }, 'mail stays queued')
    }
    return leased.length
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      this.#rung = false
      const before = performance.eventLoopUtilization()
      try {
        if ((await this.sendDue()) > 0) {
          // After a list was imported thousands are due: others get as long for themselves as this process was busy.
          await sleep(Math.min(performance.eventLoopUtilization(before).active, MAX_REST_MS))
          continue
        }
      } catch (error) {
        this.#parts.log.error({ err: error }, 'the outbox could not be read; trying again')
      }
      if (this.#rung) continue
      await new Promise<void>((resolve) => {
        this.#wake = resolve
        void sleep(POLL_MS, undefined, { signal: this.#stopping.signal }).then(resolve, resolve)
      })
    }
  }

  async #send(leased: LeasedMail): Promise<void> {
    const { store, leases, render, transport, clock, log } = this.#parts
    const { id: mailId, template, about, attempt: attempts } = leased
    const settle = async (result: { result: 'sent' } | { result: 'failed'; reason: string }) => {
      const wish = { mailId, template, about, attempts, ...result } as Parameters<
        typeof recordDelivery.decide
      >[0]
      await store.decide({
        readings: recordDelivery.reads(wish, { actor: 'system' }),
        decide: (view, now) => recordDelivery.decide(wish, view, { now, actor: 'system' }),
        actor: 'system',
        correlation,
        causation: mailId, // a mail bears the id of the event that called for it
        alongside: [remove('mail_attempts', { mail_id: mailId })],
      })
    }
    const wait = BACKOFF_MS[attempts - 1]
    const giveUp = (reason: string) => {
      log.error({ mailId, template, attempts, reason }, 'mail given up')
      return settle({ result: 'failed', reason })
    }
    let correlation = mailId
    let stale: string | null
    let mail: Mail | null
    try {
      const event = await store.get(leased.eventPosition)
      if (!event) throw new Error(`mail ${mailId} belongs to no event`)
      correlation = event.correlation
      stale = staleFrom(event)
      mail = await render(event, template)
    } catch (error) {
      if (isPassing(error)) throw error
      if (wait === undefined) return giveUp(UNREADABLE)
      await leases.postpone(mailId, plus(clock(), wait), UNREADABLE)
      throw error
    }
    if (!mail) return settle({ result: 'failed', reason: 'forgotten' })
    if (stale !== null && clock() >= stale) return settle({ result: 'failed', reason: 'expired' })
    try {
      await transport.send(mail)
    } catch (error) {
      const reason = reasonOf(error)
      if (error instanceof MailRefused || wait === undefined) return giveUp(reason)
      log.error({ mailId, template, attempts, reason }, 'mail not sent; will try again')
      return leases.postpone(mailId, plus(clock(), wait), reason)
    }
    await this.#untilStored(() => settle({ result: 'sent' }))
  }

  /** The mail has gone out: without our note of it, it would go out again. So a store that is busy or down is waited for. */
  async #untilStored(note: () => Promise<void>): Promise<void> {
    const { signal } = this.#stopping
    for (;;) {
      try {
        return await note()
      } catch (error) {
        if (!isPassing(error) || signal.aborted) throw error
        await sleep(POLL_MS, undefined, { signal }).catch(() => {})
      }
    }
  }
}
