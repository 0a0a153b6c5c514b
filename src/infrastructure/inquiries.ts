import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from '../domain/decision.ts'
import { enrichPerson } from '../domain/users/enrich-person.ts'
import { judgeEmail } from '../domain/users/judge-email.ts'
import { remove } from '../projections/projection.ts'
import { type Clock, plus } from './clock.ts'
import type { EventStore } from './event-store/store.ts'
import type { Ids } from './ids.ts'
import { OutsideFailure } from './outside/http.ts'
import type { EmailVerifier, PersonEnricher } from './outside/ports.ts'

export type Question = 'email-verifier' | 'enrichment'

/** What is to be asked about somebody, leased to this runner. `attempt` counts from 1 and was counted before the try. */
export type Inquiry = {
  readonly userId: string
  readonly email: string
  readonly question: Question
  readonly attempt: number
}

/** Who is at it and when to try again; not history. */
export type InquiryLeases = {
  readonly lease: (question: Question, limit: number, leaseMs: number) => Promise<readonly Inquiry[]>
  readonly postpone: (inquiry: Inquiry, nextAt: string) => Promise<void>
  /** It is not asked again. */
  readonly close: (inquiry: Inquiry) => Promise<void>
}

const LEASE_MS = 30_000 // longer than a service may take to answer
const BATCH = 10
const POLL_MS = 5000
/** Waits after the first and second failed try; after the third there is no other. */
const BACKOFF_MS = [60_000, 600_000]

export type InquiryParts = {
  readonly store: Pick<EventStore, 'decide'>
  readonly leases: InquiryLeases
  readonly verifier: EmailVerifier | null
  readonly enricher: PersonEnricher | null
  readonly clock: Clock
  readonly ids: Ids
  readonly log: {
    readonly error: (fields: object, message: string) => void
    readonly info: (fields: object, message: string) => void
  }
}

/**
 * Asks outside services about who has registered, once each, and notes what they say. What is still to ask follows
 * from the history, and each try is counted before it is made: a crash costs one question more at most.
 */
export class Inquiries {
  readonly #parts: InquiryParts
  readonly #stopping = new AbortController()
  #running: Promise<void> | null = null

  constructor(parts: InquiryParts) {
    this.#parts = parts
  }

  start(): void {
    const { verifier, enricher } = this.#parts
    if (verifier || enricher) this.#running = this.#run()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  /** Asks everything that is due now; answers how many questions it asked. */
  async askDue(): Promise<number> {
    const { verifier, enricher } = this.#parts
    const judged = verifier ? await this.#askAll('email-verifier', (one) => this.#judge(verifier, one)) : 0
    const enriched = enricher ? await this.#askAll('enrichment', (one) => this.#enrich(enricher, one)) : 0
    return judged + enriched
  }

  async #askAll(question: Question, ask: (inquiry: Inquiry) => Promise<void>): Promise<number> {
    const { leases, log } = this.#parts
    const leased = await leases.lease(question, BATCH, LEASE_MS)
    // Each on its own: one that fails must not let the others go on unwatched.
    const results = await Promise.allSettled(leased.map(ask))
    for (const [index, result] of results.entries()) {
      if (result.status === 'fulfilled') continue
      log.error(
        { question, userId: leased[index]?.userId, err: result.reason },
        'an answer could not be noted',
      )
    }
    return leased.length
  }

  async #judge(verifier: EmailVerifier, inquiry: Inquiry): Promise<void> {
    const { userId, email } = inquiry
    const note = (verdict: Parameters<typeof judgeEmail.decide>[0]['verdict']) =>
      this.#note(inquiry, judgeEmail, { userId, verdict })
    const verdict = await this.#answerTo(inquiry, () => verifier.judge(email, this.#stopping.signal))
    if (verdict === 'given-up') return note('unknown')
    if (verdict !== 'later') return note(verdict)
  }

  async #enrich(enricher: PersonEnricher, inquiry: Inquiry): Promise<void> {
    const { userId, email } = inquiry
    const person = await this.#answerTo(inquiry, () => enricher.lookUp(email, this.#stopping.signal))
    if (person === null) return this.#parts.leases.close(inquiry)
    if (typeof person === 'object') return this.#note(inquiry, enrichPerson, { userId, ...person })
  }

  async #answerTo<A>(inquiry: Inquiry, ask: () => Promise<A>): Promise<A | 'later' | 'given-up'> {
    const { leases, clock, log } = this.#parts
    const { userId, question, attempt } = inquiry
    try {
      return await ask()
    } catch (error) {
      // Only words of our own are logged: an error from elsewhere may hold the address.
      const reason = error instanceof OutsideFailure ? error.reason : 'unknown'
      const wait = BACKOFF_MS[attempt - 1]
      if (wait === undefined) {
        log.info({ question, userId, attempt, reason }, 'an outside service is not asked again')
        return 'given-up'
      }
      log.info({ question, userId, attempt, reason }, 'an outside service gave no answer; will ask again')
      await leases.postpone(inquiry, plus(clock(), wait))
      return 'later'
    }
  }

  async #note<C, V>({ userId, question }: Inquiry, command: Command<C, V>, wish: C): Promise<void> {
    const { store, ids } = this.#parts
    // Refused when the user has gone meanwhile: then there is nothing to note.
    await store.decide({
      readings: command.reads(wish, { actor: 'system' }),
      decide: (view: V, now) => command.decide(wish, view, { now, actor: 'system' }),
      actor: 'system',
      correlation: ids(),
      alongside: [remove('inquiry_attempts', { user_id: userId, question })],
    })
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      try {
        if ((await this.askDue()) > 0) continue
      } catch (error) {
        this.#parts.log.error({ err: error }, 'outside services could not be asked; trying again')
      }
      await sleep(POLL_MS, undefined, { signal }).catch(() => {})
    }
  }
}
