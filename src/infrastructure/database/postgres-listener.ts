import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'

const RETRY_MS = 500
/** A connection can be gone without a word (a cable, a machine): it has to answer now and then. */
const ASK_EVERY_MS = 300
/** Longer ago than this, notices may have been missed. */
const FRESH_MS = 900
const GOODBYE_MS = 1000

const socketOf = (client: pg.Client | null): Socket | undefined =>
  (client as unknown as { connection: { stream: Socket } } | null)?.connection.stream

export type ListenerParts = {
  /** A connection that is not of the pool: it only listens. Made anew after each loss. */
  readonly connect: () => pg.Client
  /** Somebody has committed events; `forgot` when a person was forgotten among them. */
  readonly heard: (what: 'appended' | 'forgot') => void
  /** Nothing is heard any more, until `back` says that everything may have changed meanwhile. */
  readonly lost: () => void
  readonly back: () => void
}

/**
 * Hears what other processes commit. A notice carries nothing that matters, and may be missed: whoever waits for it
 * also looks by themselves now and then.
 */
export class Listener {
  readonly #parts: ListenerParts
  readonly #stopping = new AbortController()
  #client: pg.Client | null = null
  #running: Promise<void> | null = null
  #answeredAt = Number.NEGATIVE_INFINITY

  constructor(parts: ListenerParts) {
    this.#parts = parts
  }

  /** Whether whatever was committed until a moment ago has been heard. */
  get isFresh(): boolean {
    return performance.now() - this.#answeredAt < FRESH_MS
  }

  start(): void {
    this.#running = this.#run()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    const client = this.#client
    // A server that says nothing any more does not say goodbye either.
    const late = setTimeout(() => socketOf(client)?.destroy(), GOODBYE_MS)
    await client?.end().catch(() => {})
    await this.#running
    clearTimeout(late)
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      await this.#listen().catch(() => {})
      if (signal.aborted) return
      this.#parts.lost()
      await sleep(RETRY_MS, undefined, { signal }).catch(() => {})
    }
  }

  /** Resolves or rejects when the connection is gone. */
  async #listen(): Promise<void> {
    const client = this.#parts.connect()
    this.#client = client
    const gone = new Promise<void>((resolve) => {
      client.once('end', resolve)
      client.on('error', () => resolve())
    })
    client.on('notification', ({ payload }) =>
      this.#parts.heard(payload === 'forgot' ? 'forgot' : 'appended'),
    )
    try {
      // Whoever is ended while they connect are never told how that went: only that they are gone.
      const connected = client.connect().then(() => true)
      if (!(await Promise.race([connected, gone.then(() => false)]))) return
      const askedAt = performance.now()
      await client.query('listen latchkey')
      this.#answeredAt = askedAt
      this.#parts.back()
      await Promise.race([gone, this.#askNowAndThen(client)])
    } finally {
      this.#client = null
      client.end().catch(() => {})
    }
  }

  /** Rejects when there is no answer in time. */
  async #askNowAndThen(client: pg.Client): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted && this.#client === client) {
      await sleep(ASK_EVERY_MS, undefined, { signal, ref: false }).catch(() => {})
      if (signal.aborted || this.#client !== client) return
      const askedAt = performance.now()
      await client.query('select 1')
      this.#answeredAt = askedAt
    }
  }
}
