import type { DomainEvent } from '../../domain/catalogue.ts'
import type { SqliteConnection } from '../database/sqlite.ts'
import type { Work } from '../database/work.ts'
import type { FloorStore } from '../engine.ts'
import type { Origin } from './build.ts'
import { FEW, type Progress, type Source, tablesOf } from './fresh.ts'
import { freshTables } from './fresh-in-threads.ts'
import type { LiveTables } from './live-tables.ts'
import { type TurnParts, Turns } from './turns.ts'

export type RebuildParts = TurnParts & {
  readonly store: Source & Pick<FloorStore, 'emptyLog'>
  readonly liveTables: LiveTables
  /** Where threads find the history. Without it everything is built here. */
  readonly origin?: Origin
}

/** So few events are left to the swap, if writers allow. */
const VERY_FEW = 50
const PATIENT_ROUNDS = 20

type Rows = Record<string, string | number | null>

/** The iterator's own `take` would close it. */
const next = (rows: Iterator<Rows>, count: number): Rows[] => {
  const some: Rows[] = []
  while (some.length < count) {
    const { done, value } = rows.next()
    if (done) break
    some.push(value)
  }
  return some
}

/** Builds tables beside the live ones and swaps them in at once, while others write. */
class Rebuild {
  readonly #parts: RebuildParts
  readonly #turns: Turns
  readonly #tables: readonly string[]

  constructor(parts: RebuildParts) {
    this.#parts = parts
    this.#turns = new Turns(parts)
    this.#tables = tablesOf(parts.projections)
  }

  async run(progress: Progress = () => {}): Promise<number> {
    await this.#turns.begin()
    try {
      await this.#removeLeftovers()
      return await this.#build(progress)
    } catch (error) {
      await this.#removeLeftovers().catch(() => {}) // the next rebuild will, and what went wrong is to be heard
      throw error
    } finally {
      await this.#turns.end()
    }
  }

  /** Unless somebody is at it just now. */
  async clean(): Promise<void> {
    if ((await this.#leftovers()).length === 0 || !(await this.#turns.tryToBegin())) return
    try {
      await this.#removeLeftovers()
      await this.#parts.store.emptyLog()
    } finally {
      await this.#turns.end()
    }
  }

  async #build(progress: Progress): Promise<number> {
    const { store, liveTables } = this.#parts
    const follow: Progress = async (position, of) => {
      await this.#turns.keep()
      await progress(position, of)
    }
    const fresh = await freshTables(this.#parts, await store.head(), follow)
    try {
      await fresh.follow(store, follow)
      const tables = this.#tables
      await this.#turns.take(function* () {
        for (const table of tables) yield* liveTables.createBeside(table)
      })
      for (const table of this.#tables) await this.#copy(fresh.db, table)
      const position = await this.#swap(await this.#follow(fresh.position))
      await this.#removeLeftovers()
      await this.#parts.store.emptyLog()
      return position
    } finally {
      fresh.close()
    }
  }

  async #copy(from: SqliteConnection, table: string): Promise<void> {
    const { liveTables } = this.#parts
    const rows = from.prepare(`select * from ${table}`).iterate() as IterableIterator<Rows>
    try {
      for (;;) {
        const some = next(rows, this.#turns.rows)
        if (some.length === 0) return
        await this.#turns.take(() => liveTables.fillBeside(table, some))
      }
    } finally {
      rows.return?.()
    }
  }

  #apply(events: readonly DomainEvent[]): Work<void> {
    const { projections, liveTables } = this.#parts
    return liveTables.writeBeside(
      events.flatMap((event) => projections.flatMap((projection) => projection.project(event))),
    )
  }

  /** Brings the tables beside up to date, until so few events are missing that the swap can wait for them. */
  async #follow(position: number): Promise<number> {
    const { store } = this.#parts
    let reached = position
    for (let round = 0; ; round++) {
      const until = await store.head()
      if (until - reached <= (round < PATIENT_ROUNDS ? VERY_FEW : FEW)) return reached
      let some: DomainEvent[] = []
      const write = async () => {
        await this.#turns.take(() => this.#apply(some))
        some = []
      }
      for await (const event of store.read({ after: reached, until })) {
        if (some.push(event) >= VERY_FEW) await write()
      }
      await write()
      reached = until
    }
  }

  async #swap(position: number): Promise<number> {
    const { store, liveTables } = this.#parts
    const tables = this.#tables
    const apply = (events: readonly DomainEvent[]) => this.#apply(events)
    const turns = this.#turns
    let reached = position
    await turns.take(function* () {
      yield* liveTables.holdWriters()
      const events = yield* store.readNow(position)
      yield* apply(events)
      reached = events.at(-1)?.position ?? position
      yield* liveTables.swapIn(tables)
      yield* turns.done()
    })
    return reached
  }

  #leftovers(): Promise<readonly string[]> {
    return this.#parts.liveTables.leftovers(this.#tables)
  }

  /** Rows first and bit by bit: a dropped table is overwritten with zeros while everybody waits. */
  async #removeLeftovers(): Promise<void> {
    const { liveTables } = this.#parts
    const turns = this.#turns
    for (const name of await this.#leftovers()) {
      for (let removed = 1; removed > 0; ) {
        await turns.take(function* () {
          removed = yield* liveTables.removeSome(name, turns.rows)
        })
      }
      await turns.take(() => liveTables.drop(name))
    }
  }
}

/**
 * Replaces the rows of projections by what the history says, all at once: readers see the old rows or the new ones,
 * never a mixture, and nobody waits longer than a few milliseconds to write. Answers the position it has reached.
 */
export const rebuildProjections = (parts: RebuildParts, progress?: Progress): Promise<number> =>
  new Rebuild(parts).run(progress)

/** Removes tables beside that a killed rebuild has left. */
export const removeLeftovers = (parts: RebuildParts): Promise<void> => new Rebuild(parts).clean()
