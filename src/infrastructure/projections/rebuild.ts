import type { DomainEvent } from '../../domain/catalogue.ts'
import { createBeside, freshName, keyOf, present, retiredName, swapIn } from '../database/beside.ts'
import { ChangeWriter } from '../database/changes.ts'
import type { SqliteConnection } from '../database/sqlite.ts'
import { FEW, FreshTables, type Progress, type Source, tablesOf } from './fresh.ts'
import { type TurnParts, Turns } from './turns.ts'

export type RebuildParts = TurnParts & {
  readonly store: Source & {
    /** Empties the log of what was forgotten. */
    readonly emptyLog: () => void
  }
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
    if (this.#leftovers().length === 0 || !(await this.#turns.tryToBegin())) return
    try {
      await this.#removeLeftovers()
      this.#emptyLog()
    } finally {
      await this.#turns.end()
    }
  }

  async #build(progress: Progress): Promise<number> {
    const { store, db, projections } = this.#parts
    const fresh = new FreshTables(db, projections)
    try {
      await fresh.follow(store, async (position, of) => {
        await this.#turns.keep()
        await progress(position, of)
      })
      await this.#turns.take(() => {
        for (const table of this.#tables) createBeside(db, table)
      })
      for (const table of this.#tables) await this.#copy(fresh.db, table)
      const position = await this.#swap(await this.#follow(fresh.position))
      await this.#removeLeftovers()
      this.#emptyLog()
      return position
    } finally {
      fresh.close()
    }
  }

  /** Somebody may have been forgotten whose rows were on their way: the log lets go of them, most of it without a lock. */
  #emptyLog(): void {
    this.#parts.db.pragma('wal_checkpoint(PASSIVE)')
    this.#parts.store.emptyLog()
  }

  async #copy(from: SqliteConnection, table: string): Promise<void> {
    const writer = new ChangeWriter(this.#parts.db, { nameOf: freshName })
    const rows = from.prepare(`select * from ${table}`).iterate() as IterableIterator<Rows>
    try {
      for (;;) {
        const some = next(rows, this.#turns.rows)
        if (some.length === 0) return
        await this.#turns.take(() => {
          writer.discard() // a transaction may be tried again
          for (const row of some) writer.write([{ op: 'insert', table, row }])
          writer.flush()
        })
      }
    } finally {
      rows.return?.()
    }
  }

  #apply(writer: ChangeWriter, events: readonly DomainEvent[]): void {
    writer.discard()
    for (const event of events) {
      for (const projection of this.#parts.projections) writer.write(projection.project(event))
    }
    writer.flush()
  }

  /** Brings the tables beside up to date, until so few events are missing that the swap can wait for them. */
  async #follow(position: number): Promise<number> {
    const { store, db } = this.#parts
    const writer = new ChangeWriter(db, { nameOf: freshName })
    let reached = position
    for (let round = 0; ; round++) {
      const until = await store.head()
      if (until - reached <= (round < PATIENT_ROUNDS ? VERY_FEW : FEW)) return reached
      let some: DomainEvent[] = []
      const write = async () => {
        await this.#turns.take(() => this.#apply(writer, some))
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
    const { store, db } = this.#parts
    let reached = position
    await this.#turns.take(() => {
      const events = store.readNow(db, position)
      this.#apply(new ChangeWriter(db, { nameOf: freshName }), events)
      reached = events.at(-1)?.position ?? position
      for (const table of this.#tables) swapIn(db, table)
      this.#turns.done()
    })
    return reached
  }

  #leftovers(): readonly string[] {
    const names = this.#tables.flatMap((table) => [freshName(table), retiredName(table)])
    return present(this.#parts.db, names)
  }

  /** Rows first and bit by bit: a dropped table is overwritten with zeros while everybody waits. */
  async #removeLeftovers(): Promise<void> {
    const { db } = this.#parts
    for (const name of this.#leftovers()) {
      const key = keyOf(db, name)
      const remove = db.prepare(
        `delete from ${name} where (${key}) in (select ${key} from ${name} order by ${key} limit ?)`,
      )
      for (let removed = 1; removed > 0; ) {
        await this.#turns.take(() => {
          removed = remove.run(this.#turns.rows).changes
        })
      }
      await this.#turns.take(() => db.exec(`drop table ${name}`))
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
