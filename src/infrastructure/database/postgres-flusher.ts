import type { Pool } from './postgres.ts'

const FLUSH = `insert into flushes (process, at) values ($1, now()::text)
  on conflict (process) do update set at = excluded.at`

/**
 * Makes durable what was committed before. Whoever writes to the history lets go of its head before the disk has
 * answered; a small commit afterwards waits for the disk, and what precedes it in the server's log is on the disk with
 * it. One serves everybody who came before it began.
 */
export class Flusher {
  readonly #pool: Pool
  readonly #process: string
  #running: Promise<void> | null = null
  #next: Promise<void> | null = null

  constructor(pool: Pool, process: string) {
    this.#pool = pool
    this.#process = process
  }

  /** Resolves once everything that was committed when it was called is durable. */
  flush(): Promise<void> {
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

  #begin(): Promise<void> {
    this.#running = this.#pool.query({ name: 'flush', text: FLUSH, values: [this.#process] }).then(() => {})
    const running = this.#running
    const forget = () => {
      if (this.#running === running) this.#running = null
    }
    running.then(forget, forget)
    return running
  }
}
