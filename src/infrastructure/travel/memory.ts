import type { DomainEvent, EventType } from '../../domain/catalogue.ts'
import type { Tag } from '../../domain/event.ts'
import { projections, type ReadSide, readSide } from '../../projections/index.ts'
import { sqliteReader } from '../database/sqlite.ts'
import type { EventStore } from '../event-store/store.ts'
import { FreshTables } from '../projections/fresh.ts'
import { breather } from './breather.ts'

/** A read side that nobody else has, and the way to let go of it. */
export type Past = { readonly reads: ReadSide; readonly close: () => void }

type Source = Pick<EventStore, 'read'>
type Stretch = { readonly tag: Tag; readonly types?: readonly EventType[] | undefined }

const IN_MEMORY = ':memory:'

const inMemory = () => new FreshTables(projections, { file: IN_MEMORY })
const pastOf = (tables: FreshTables): Past => ({
  reads: readSide(sqliteReader(tables.db)),
  close: () => tables.close(),
})

/** What stands under any of the tags, in its order; an event that stands under several of them comes once. */
async function* gathered(
  store: Source,
  stretches: readonly Stretch[],
  until: number,
): AsyncIterable<DomainEvent> {
  const found = new Map<number, DomainEvent>()
  const breathe = breather()
  for (const stretch of stretches) {
    for await (const event of store.read({ ...stretch, until })) {
      found.set(event.position, event)
      await breathe()
    }
  }
  yield* [...found.values()].toSorted((a, b) => a.position - b.position)
}

const fill = async (tables: FreshTables, events: AsyncIterable<DomainEvent>): Promise<void> => {
  const breathe = breather()
  try {
    for await (const event of events) {
      tables.apply(event)
      await breathe()
    }
    tables.flush()
  } catch (error) {
    tables.close()
    throw error
  }
}

/**
 * The read side of what stands under some tags up to a position: as fast in a long history as in a short one. What
 * these tags do not tell is not in it.
 */
export const pastAbout = async (
  store: Source,
  stretches: readonly Stretch[],
  until: number,
): Promise<Past> => {
  const tables = inMemory()
  await fill(tables, gathered(store, stretches, until))
  return pastOf(tables)
}

/** The whole read side of a short history. */
export const pastInMemory = async (store: Source, until: number): Promise<Past> => {
  const tables = inMemory()
  await fill(tables, store.read({ until }))
  tables.index()
  tables.keep()
  return pastOf(tables)
}
