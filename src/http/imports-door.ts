import type { Actor, Instant } from '../domain/event.ts'
import type { ImportLine, ImportOutcome } from '../domain/invites/import-line.ts'

export type ImportView = {
  readonly id: string
  /** `waiting`: it was read, nothing is issued, somebody has to say go. */
  readonly state: 'reading' | 'waiting' | 'running' | 'cancelled' | 'done'
  readonly actor: string
  readonly createdAt: Instant
  readonly changedAt: Instant
  /** When its lines are forgotten. */
  readonly expiresAt: Instant
  readonly lines: number
  readonly processed: number
  readonly counts: Readonly<Record<ImportOutcome, number>>
}

export type ImportPlanned =
  /** `known`: the same list under the same id; it was not read again. */
  | { readonly outcome: 'planned' | 'known'; readonly import: ImportView }
  | { readonly outcome: 'empty' | 'too_many' | 'other_content' | 'in_progress' }
  | { readonly outcome: 'unreadable'; readonly line: number }

/** What pages and the API can do with lists of addresses to be invited. */
export type ImportsDoor = {
  /** Reads a list and judges each line; issues nothing. */
  readonly plan: (
    source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    by: {
      readonly id: string
      readonly actor: Actor
      /** The heading was put there by us: the sender counts lines without it. */
      readonly hasOwnHeading?: boolean | undefined
    },
  ) => Promise<ImportPlanned>
  readonly get: (id: string) => Promise<ImportView | null>
  readonly latest: (limit: number) => Promise<readonly ImportView[]>
  /** In their order, from behind a line on. */
  readonly lines: (
    id: string,
    page: { readonly which: 'all' | 'problems'; readonly after: number; readonly limit: number },
  ) => Promise<readonly ImportLine[]>
  /** Sets it going, or going on; false if it has ended. */
  readonly begin: (id: string) => Promise<boolean>
  /** False if it has ended. */
  readonly cancel: (id: string) => Promise<boolean>
  /** Does the next couple of hundred lines at once, so that a short list is done when its sender hears of it. */
  readonly advance: (id: string) => Promise<'more' | 'ended' | 'busy'>
  /** What became of each line, as CSV. */
  readonly result: (id: string) => AsyncIterable<string>
}
