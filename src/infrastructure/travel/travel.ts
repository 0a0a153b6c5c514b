import Database from 'better-sqlite3'
import { definitionOf, type EventType, eventTypes } from '../../domain/catalogue.ts'
import type { Tag } from '../../domain/event.ts'
import type { ReadSide } from '../../projections/index.ts'
import { type Migration, migrateUp } from '../database/migrations.ts'
import type { SqliteConnection } from '../database/sqlite.ts'
import type { Doorbell } from '../doorbell.ts'
import type { EventStore } from '../event-store/store.ts'
import { removeLeftOvers } from './folder.ts'
import { pastAbout, pastInMemory } from './memory.ts'
import { Shelf } from './shelf.ts'

/** So many events are replayed while somebody waits. */
const SHORT = 5000
/** Another process may forget somebody, and rings no bell here. */
const LOOK_MS = 5000

const forgetting: readonly EventType[] = eventTypes.filter((type) => definitionOf(type).forgets)

type Parts = {
  readonly store: Pick<EventStore, 'read' | 'head'>
  readonly migrations: readonly Migration[]
  readonly database: string
  readonly personalKey: Buffer
  readonly doorbell: Doorbell
  readonly clock: () => string
  readonly onError: (error: unknown) => void
}

type Reach =
  | 'everything'
  | readonly { readonly tag: Tag; readonly types?: readonly EventType[] | undefined }[]

/** Read tables as the newest migration makes them, with nothing in them: what tables of the past are made after. */
const emptySchema = (migrations: readonly Migration[], now: string): SqliteConnection => {
  const db = new Database(':memory:')
  migrateUp(db, migrations, now)
  return db
}

/** The read side as of any position. Whoever is forgotten is so in every past, from the moment they are. */
export const openTravel = ({ store, doorbell, clock, onError, migrations, database, personalKey }: Parts) => {
  removeLeftOvers()
  let schema: SqliteConnection | undefined
  const schemaOf = () => (schema ??= emptySchema(migrations, clock()))
  const shelf = new Shelf({
    order: { database, personalKey },
    atOnce: (position) =>
      position > SHORT ? Promise.resolve(null) : pastInMemory(store, schemaOf(), position),
  })
  let known = 0

  /** Lets go of everything that was built before somebody was forgotten. */
  const forget = async (): Promise<void> => {
    if (shelf.isEmpty) return
    const head = await store.head()
    for await (const _ of store.read({ types: forgetting, after: known, until: head })) {
      shelf.clear()
      break
    }
    known = head
  }
  const look = () => void forget().catch(onError)
  const unhook = doorbell.on('appended', look)
  const timer = setInterval(look, LOOK_MS).unref()

  return {
    async visit<T>(position: number, reach: Reach, work: (reads: ReadSide) => Promise<T>) {
      if (reach !== 'everything') {
        const past = await pastAbout(store, schemaOf(), reach, position)
        try {
          return { outcome: 'done', result: await work(past.reads) } as const
        } finally {
          past.close()
        }
      }
      if (shelf.isEmpty) known = await store.head()
      else await forget()
      return shelf.use(position, ({ reads }) => work(reads))
    },

    async close(): Promise<void> {
      clearInterval(timer)
      unhook()
      await shelf.close()
      schema?.close()
    },
  }
}
