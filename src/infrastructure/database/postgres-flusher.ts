import type { Client, Pool } from './postgres.ts'

const FLUSH = `insert into flushes (process, at) values ($1, now()::text)
  on conflict (process) do update set at = excluded.at`

/** Another server answers now, or the same one anew: what was committed before may not be on it. */
class AnotherServer extends Error {
  override readonly name = 'AnotherServer'
  readonly code = '08006'

  constructor() {
    super('the connection that commits are made durable through was lost')
  }
}

/**
 * Makes durable what was committed before. Whoever writes to the history lets go of its head before the disk has
 * answered; a small commit afterwards waits for the disk (and for replicas that are to have everything), and what
 * precedes it in the server's log is there with it. One serves everybody who came before it began.
 *
 * It says something only of the server that the commit was made on. So it goes through one connection that is kept: what
 * was committed while that was open was committed on the same server, and a server that failed has closed it.
 */
export class Flusher {
  readonly #pool: Pool
  readonly #process: string
  #client: Client | null = null
  #opening: Promise<Client> | null = null
  #running: Promise<Client> | null = null
  #next: Promise<Client> | null = null

  constructor(pool: Pool, process: string) {
    this.#pool = pool
    this.#process = process
  }

  /** The connection that is kept: taken before a commit, and given to the flush after it. */
  async hold(): Promise<Client> {
    if (this.#client) return this.#client
    this.#opening ??= this.#open().finally(() => {
      this.#opening = null
    })
    return this.#opening
  }

  /** Resolves once everything that was committed since `held` was taken is durable. */
  async flush(held: Client): Promise<void> {
    if ((await this.#flushed()) !== held) throw new AnotherServer()
  }

  async close(): Promise<void> {
    await this.#opening?.catch(() => {})
    const client = this.#client
    this.#client = null
    client?.release()
  }

  async #open(): Promise<Client> {
    const client = await this.#pool.connect()
    client.once('end', () => this.#drop(client, new AnotherServer()))
    this.#client = client
    return client
  }

  #drop(client: Client, error: Error): void {
    if (this.#client !== client) return
    this.#client = null
    client.release(error)
  }

  #flushed(): Promise<Client> {
    if (!this.#running) return this.#begin()
    // The one under way may have begun too early for this caller; the next one serves all who wait meanwhile.
    this.#next ??= this.#running
      .catch(() => {})
      .then(() => {
        this.#next = null
        return this.#begin()
      })
    return this.#next
  }

  #begin(): Promise<Client> {
    const running = this.#flushOnce()
    this.#running = running
    const forget = () => {
      if (this.#running === running) this.#running = null
    }
    running.then(forget, forget)
    return running
  }

  async #flushOnce(): Promise<Client> {
    const client = await this.hold()
    try {
      await client.query({ name: 'flush', text: FLUSH, values: [this.#process] })
      return client
    } catch (error) {
      this.#drop(client, error as Error)
      throw error
    }
  }
}
