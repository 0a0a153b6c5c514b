import type { EventType } from '../domain/catalogue.ts'
import type { Instant, Tag } from '../domain/event.ts'
import type { ReadSide } from '../projections/index.ts'

/** A place in the history, and the time it was there. */
export type Moment = { readonly position: number; readonly at: Instant }

/** What stands under a tag; where not all of it is needed, only these types. */
export type Stretch = { readonly tag: Tag; readonly types?: readonly EventType[] }

/** How much of the history a question about the past is answered from: all of it, or what stands under a few tags. */
export type Reach = 'everything' | readonly Stretch[]

/** What became of work in the past: its result, or how far the past is prepared that it needs. */
export type Visited<T> =
  | { readonly outcome: 'done'; readonly result: T }
  | { readonly outcome: 'preparing'; readonly percent: number }

/** What pages and the API see of the past. */
export type TravelDoor = {
  /** Works with the read side as it was at a position. It is closed behind the work, sooner or later. */
  readonly visit: <T>(
    position: number,
    reach: Reach,
    work: (reads: ReadSide) => Promise<T>,
  ) => Promise<Visited<T>>
}
