import type { DomainEvent, EventType } from '../../domain/catalogue.ts'
import type { Decision, Readings, Refusal } from '../../domain/decision.ts'
import type { Actor, Instant, Tag } from '../../domain/event.ts'
import type { Change } from '../../projections/projection.ts'

/** One command cycle: what to read, how to judge it, and in whose name. */
export type DecideRequest<V> = {
  /** The consistency boundary: nothing under these tags can slip in between the reading and the appending. */
  readonly readings: Readings<V>
  /** Pure. `now` is never earlier than the last event of the history. */
  readonly decide: (view: V, now: Instant) => Decision
  readonly actor: Actor
  readonly correlation: string
  readonly causation?: string | undefined
  /** Written in the same commit, only when the decision is accepted with events. */
  readonly alongside?: readonly Change[] | undefined
}

export type DecideOutcome =
  | { readonly outcome: 'accepted'; readonly events: readonly DomainEvent[] }
  | { readonly outcome: 'refused'; readonly refusal: Refusal; readonly events: readonly DomainEvent[] }

/** An event as it is kept: canonical JSON that never changes again. Personal fields in it are encrypted. */
export type StoredEvent = { readonly position: number; readonly type: string; readonly bytes: string }

export type EventFilter = {
  /** Exclusive. */
  readonly after?: number | undefined
  /** Inclusive. */
  readonly until?: number | undefined
  readonly tag?: Tag | undefined
  readonly types?: readonly EventType[] | undefined
  /** Who wished it. */
  readonly actor?: Actor | undefined
  /** Everything of one request, or of one run of a runner. */
  readonly correlation?: string | undefined
  /** What follows from the event with this id. */
  readonly causation?: string | undefined
  /** From the last event back to the first, instead of the other way round. */
  readonly newestFirst?: boolean | undefined
  /** So many are read at once, for whoever will hardly want more. */
  readonly pageSize?: number | undefined
}

/**
 * The port that every engine implements; test/infrastructure/event-store holds the contract that all of them pass.
 * Any call may throw StoreBusy (try again soon) or StoreUnavailable; then nothing was changed.
 */
export type EventStore = {
  /** The only way anything is ever written to the history. Resolves once the events are durable. */
  readonly decide: <V>(request: DecideRequest<V>) => Promise<DecideOutcome>
  /** Events in order of position (or the reverse), a page at a time: memory stays flat whatever the length. */
  readonly read: (filter?: EventFilter) => AsyncIterable<DomainEvent>
  /** The same, as stored: for hashing, exporting and moving. */
  readonly readStored: (filter?: EventFilter) => AsyncIterable<StoredEvent>
  readonly get: (position: number) => Promise<DomainEvent | null>
  /** Position of the last event; 0 for an empty history. */
  readonly head: () => Promise<number>
  /** Finishes what was begun and lets go of the database. */
  readonly close: () => Promise<void>
}
