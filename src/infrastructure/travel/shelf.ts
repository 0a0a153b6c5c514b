import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import { projections, readSide } from '../../projections/index.ts'
import { openReader, sqliteReader } from '../database/sqlite.ts'
import { buildBeside, type Origin } from '../projections/build.ts'
import { openFolder } from '../projections/folder.ts'
import type { Past } from './memory.ts'

/** Each may be as large as the live tables; whoever compares two moments needs two. */
const MAX_KEPT = 4
const KEPT_MS = 10 * 60_000
/** One fills a processor; the others wait for it. */
const MAX_WAITING = 4
/** So long a request waits before it is told how far things are. */
const PATIENCE_MS = 700

/** Too many moments are asked for at once; said to the caller as "try again soon". */
class TooManyMoments extends Error {
  override readonly name = 'Overloaded'
  readonly retryAfterSeconds = 5
}

type Kept = Past & { users: number; isOver: boolean }
type Building = {
  percent: number
  failure: unknown
  readonly done: Promise<void>
  readonly stop: AbortController
}

type ShelfParts = {
  readonly origin: Origin
  /** Builds in memory what is short enough; null for what is not. */
  readonly atOnce: (position: number) => Promise<Past | null>
}

/** The last few read sides of the past that somebody wanted to see, kept for some minutes; built one after the other. */
export class Shelf {
  readonly #parts: ShelfParts
  readonly #kept: LRUCache<number, Kept>
  readonly #building = new Map<number, Building>()
  #queue: Promise<void> = Promise.resolve()
  #folder: ReturnType<typeof openFolder> | undefined
  #builds = 0

  constructor(parts: ShelfParts) {
    this.#parts = parts
    this.#kept = new LRUCache({
      max: MAX_KEPT,
      ttl: KEPT_MS,
      ttlAutopurge: true,
      updateAgeOnGet: true,
      dispose: (kept) => {
        kept.isOver = true
        if (kept.users === 0) kept.close()
      },
    })
  }

  get isEmpty(): boolean {
    return this.#kept.size === 0 && this.#building.size === 0
  }

  /** Works with the past as of a position; without it, if it is not there soon. */
  async use<T>(
    position: number,
    work: (past: Past) => Promise<T>,
  ): Promise<{ outcome: 'done'; result: T } | { outcome: 'preparing'; percent: number }> {
    const kept = this.#kept.get(position) ?? (await this.#await(position))
    if (!kept) return { outcome: 'preparing', percent: this.#building.get(position)?.percent ?? 0 }
    kept.users++
    try {
      return { outcome: 'done', result: await work(kept) }
    } finally {
      kept.users--
      if (kept.isOver && kept.users === 0) kept.close()
    }
  }

  /** Nothing of what is here may be seen any more: somebody in it has been forgotten. */
  clear(): void {
    for (const { stop } of this.#building.values()) stop.abort()
    this.#building.clear()
    this.#kept.clear()
  }

  async close(): Promise<void> {
    const under = [...this.#building.values()]
    this.clear()
    await Promise.all(under.map(({ done }) => done))
    this.#folder?.remove()
  }

  async #await(position: number): Promise<Kept | undefined> {
    const building = this.#building.get(position) ?? this.#begin(position)
    const patience = new AbortController()
    const over = sleep(PATIENCE_MS, undefined, { signal: patience.signal, ref: false }).catch(() => {})
    await Promise.race([building.done, over])
    patience.abort()
    if (building.failure !== undefined) throw building.failure
    return this.#kept.get(position)
  }

  #begin(position: number): Building {
    if (this.#building.size >= MAX_WAITING) throw new TooManyMoments('many moments are being prepared')
    const stop = new AbortController()
    const done = this.#queue
      .then(() => this.#build(position, building))
      .then((past) => {
        if (stop.signal.aborted) past.close()
        else this.#kept.set(position, { ...past, users: 0, isOver: false })
      })
      .catch((error: unknown) => {
        if (!stop.signal.aborted) building.failure = error
      })
      .finally(() => {
        if (this.#building.get(position) === building) this.#building.delete(position)
      })
    const building: Building = { percent: 0, failure: undefined, done, stop }
    this.#building.set(position, building)
    this.#queue = done
    return building
  }

  async #build(position: number, building: Building): Promise<Past> {
    const short = await this.#parts.atOnce(position)
    if (short) return short
    this.#folder ??= openFolder()
    const file = join(this.#folder.path, `${++this.#builds}.db`)
    const remove = () => rmSync(file, { force: true })
    try {
      await buildBeside(
        {
          ...this.#parts.origin,
          projections: projections.map(({ name }) => name),
          position,
          file,
          isIndexed: true,
        },
        {
          signal: building.stop.signal,
          progress: (done) => {
            building.percent = Math.floor((100 * done) / position)
          },
        },
      )
    } catch (error) {
      remove()
      throw error
    }
    const db = openReader(file)
    return {
      reads: readSide(sqliteReader(db)),
      close() {
        db.close()
        remove()
      },
    }
  }
}
