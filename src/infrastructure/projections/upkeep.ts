import type { Logger } from 'pino'
import type { Projection } from '../../projections/projection.ts'
import { type RebuildParts, rebuildProjections, removeLeftovers } from './rebuild.ts'
import { outdated } from './versions.ts'

type Parts = Omit<RebuildParts, 'builder' | 'signal'> & { readonly ids: () => string; readonly log: Logger }

const SAY_EVERY_MS = 5000

/** Builds anew, beside everything else, what other code than this has built; removes what a killed rebuild left. */
export class Upkeep {
  readonly #parts: Parts
  readonly #stopping = new AbortController()
  #done: Promise<void> = Promise.resolve()

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Resolves when everything is as this code builds it, or when that has failed and was logged. */
  start(): Promise<void> {
    const { log } = this.#parts
    this.#done = this.#run().catch((err: unknown) => {
      if (!this.#stopping.signal.aborted) log.error({ err }, 'read tables could not be rebuilt')
    })
    return this.#done
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#done
  }

  async #run(): Promise<void> {
    const { database, ids, projections, log } = this.#parts
    const parts = { ...this.#parts, signal: this.#stopping.signal }
    await removeLeftovers({ ...parts, builder: ids() })
    const changed = await outdated(database, projections)
    if (changed.length === 0) return
    const names = changed.map(({ name }: Projection) => name)
    log.info({ projections: names }, 'read tables were built by another version; rebuilding them')
    let said = performance.now()
    const position = await rebuildProjections(
      { ...parts, projections: changed, builder: ids() },
      (reached, of) => {
        if (performance.now() - said < SAY_EVERY_MS) return
        said = performance.now()
        log.info({ projections: names, position: reached, of }, 'rebuilding read tables')
      },
    )
    log.info({ projections: names, position }, 'read tables are rebuilt')
  }
}
