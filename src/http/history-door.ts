import type { DomainEvent, EventType } from '../domain/catalogue.ts'
import type { Actor, Instant, Tag } from '../domain/event.ts'

/** Which events are asked for; what is not given narrows nothing. */
export type HistoryQuestion = {
  readonly tag?: Tag | undefined
  readonly types?: readonly EventType[] | undefined
  readonly actor?: Actor | undefined
  /** Everything of one request, or of one run of a runner. */
  readonly correlation?: string | undefined
  /** What follows from the event with this id. */
  readonly causation?: string | undefined
  /** Inclusive. */
  readonly since?: Instant | undefined
  /** Exclusive. */
  readonly before?: Instant | undefined
}

/** An event, and what can be said of its bytes as they are stored. */
export type Kept = {
  readonly event: DomainEvent
  /** SHA-256 of the bytes, in hex. */
  readonly digest: string
  /** Something personal is in it that nobody can read any more. */
  readonly isForgotten: boolean
}

/** What pages and the API see of the history. */
export type HistoryDoor = {
  /** The events about something (under a tag), the newest first; `before` a position, for the next page. */
  readonly newestAbout: (
    tag: Tag,
    page: { readonly limit: number; readonly before?: number | undefined },
  ) => Promise<readonly DomainEvent[]>
  /** The newest first; or, with `afterPosition`, from behind there on the oldest first. */
  readonly page: (
    question: HistoryQuestion,
    slice: {
      readonly limit: number
      readonly beforePosition?: number | undefined
      readonly afterPosition?: number | undefined
    },
  ) => Promise<readonly DomainEvent[]>
  readonly at: (position: number) => Promise<Kept | null>
  readonly positionOf: (id: string) => Promise<number | null>
  /** How many events of each type there are between each moment and the next. */
  readonly counts: (
    moments: readonly Instant[],
  ) => Promise<readonly Readonly<Partial<Record<EventType, number>>>[]>
  /** Position of the last event. */
  readonly head: () => Promise<number>
  /** Resolves when something may have been appended, and after `ms` at the latest. */
  readonly ring: (ms: number) => Promise<void>
}
