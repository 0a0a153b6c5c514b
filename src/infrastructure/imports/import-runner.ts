import { setTimeout as sleep } from 'node:timers/promises'
import type { Imports } from './imports.ts'
import { type IssueParts, issueLines } from './issue.ts'

const POLL_MS = 500

type Parts = IssueParts & {
  readonly imports: Pick<Imports, 'next' | 'advance'>
  readonly log: { readonly error: (fields: object, message: string) => void }
}

/** Goes on with imports that run, whoever began them: after a crash, too. */
export class ImportRunner {
  readonly #parts: Parts
  readonly #stopping = new AbortController()
  #running: Promise<void> | null = null

  constructor(parts: Parts) {
    this.#parts = parts
  }

  start(): void {
    this.#running = this.#run()
  }

  /** Finishes the lines in hand, then stops. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  /** Carries out everything that runs; answers how many chunks it did. */
  async runDue(): Promise<number> {
    const { imports } = this.#parts
    const issue = issueLines(this.#parts)
    let chunks = 0
    for (
      let id = await imports.next();
      id !== null && !this.#stopping.signal.aborted;
      id = await imports.next()
    ) {
      let step = await imports.advance(id, issue)
      for (; step === 'more' && !this.#stopping.signal.aborted; chunks++)
        step = await imports.advance(id, issue)
      if (step === 'busy') break
    }
    return chunks
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      try {
        await this.runDue()
      } catch (error) {
        this.#parts.log.error({ err: error }, 'an import stands still; trying again')
      }
      await sleep(POLL_MS, undefined, { signal }).catch(() => {})
    }
  }
}
