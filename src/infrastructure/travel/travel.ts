import { definitionOf, type EventType, eventTypes } from '../../domain/catalogue.ts'
import type { Tag } from '../../domain/event.ts'
import type { ReadSide } from '../../projections/index.ts'
import type { Doorbell } from '../doorbell.ts'
import type { EventStore } from '../event-store/store.ts'
import type { Origin } from '../projections/build.ts'
import { removeLeftOvers } from '../projections/folder.ts'
import { pastAbout, pastInMemory } from './memory.ts'
import { Shelf } from './shelf.ts'

/** So many events are replayed while somebody waits. */
const SHORT = 5000
/** Another process may forget somebody, and rings no bell here. */
const LOOK_MS = 5000

const forgetting: readonly EventType[] = eventTypes.filter((type) => definitionOf(type).forgets)

type Parts = {
  readonly store: Pick<EventStore, 'read' | 'head'>
  readonly origin: Origin
  readonly doorbell: Doorbell
  readonly onError: (error: unknown) => void
}

type Reach =
  | 'everything'
  | readonly { readonly tag: Tag; readonly types?: readonly EventType[] | undefined }[]

/** The read side as of any position. Whoever is forgotten is so in every past, from the moment they are. */
export const openTravel = ({ store, doorbell, onError, origin }: Parts) => {
  removeLeftOvers()
  const shelf = new Shelf({
    origin,
    atOnce: (position) => (position > SHORT ? Promise.resolve(null) : pastInMemory(store, position)),
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
        const past = await pastAbout(store, reach, position)
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
    },
  }
}
