import type { DomainEvent } from '../domain/catalogue.ts'
import type { Instant } from '../domain/event.ts'
import type { Projection, Reader } from '../projections/projection.ts'
import type { Database, Work } from './database/work.ts'
import type { TagEncoder } from './event-store/codec.ts'
import type { EventStore } from './event-store/store.ts'
import type { HistorySource } from './history/source.ts'
import type { Ids } from './ids.ts'
import type { LiveTables } from './projections/live-tables.ts'
import type { SubjectKeys } from './vault/subject-keys.ts'

/** What `doctor` says of one thing. */
export type Checked = { readonly what: string; readonly ok: boolean; readonly detail: string }

export type StoreParts = {
  readonly keys: SubjectKeys
  readonly encodeTag: TagEncoder
  readonly projections: readonly Projection[]
  readonly clock: () => Instant
  readonly ids: Ids
  /** Rung after each commit that appended events. */
  readonly ring: () => void
  /** Something failed after which going on could lie: the process should end. */
  readonly onFatal: (error: Error) => void
  /** Told of each commit: how many commands were in it, and how long it took. */
  readonly committed?: ((commands: number, seconds: number) => void) | undefined
}

/** The history, and what looking after an engine asks of it besides. */
export type FloorStore = EventStore & {
  /** `read`, for those who only look: it may come from a replica. */
  readonly look: EventStore['read']
  /** Lets go of what was forgotten where copies of it may still lie. */
  readonly emptyLog: () => void | Promise<void>
  /** The events behind a position, all at once, as the transaction sees them. */
  readonly readNow: (after: number) => Work<readonly DomainEvent[]>
}

/** The database as it was at a position: read tables of a file of their own, and the history up to there. */
export type Past = { readonly database: Database; readonly store: FloorStore }

/** A database with everything that only its engine knows. */
export type Engine = Database & {
  /** For lists and the history: a replica where there is one, never behind what the request has written itself. */
  readonly lists: Reader

  readonly liveTables: LiveTables
  /** Once. Work goes on being carried out as before, now among the commands of the store. */
  readonly openStore: (parts: StoreParts) => FloorStore
  /** Reads everything as it was at one moment, whoever writes meanwhile. */
  readonly snapshot: <T>(work: (reader: Reader) => Promise<T>) => Promise<T>
  /** As it lies there, for whoever believes nothing. */
  readonly historySource: () => Promise<HistorySource>
  readonly doctor: () => Promise<readonly Checked[]>
  /** Whether the schema has what this version needs; asked often. */
  readonly isMigrated: () => Promise<boolean>
  /** Throws while commits are known to fail. */
  readonly checkWritable: () => Promise<void>
  readonly past: (
    readTables: string,
    position: number,
    parts: Pick<StoreParts, 'keys' | 'encodeTag'>,
  ) => Promise<Past>
  readonly close: () => Promise<void>
}
