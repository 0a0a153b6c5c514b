import type { Verifier } from './note.ts'
import type { SealKeyRow } from './seal-keys.ts'

/** An event as it lies there; an export has no type beside it. */
export type SourceRow = { readonly position: number; readonly type: string | null; readonly bytes: Buffer }

/** A full tile of the lowest level (counted from 0) whose 256 events are as they were sealed, and what they come to. */
export type SealedTile = { readonly number: number; readonly root: Buffer }

/** Where a history lies: a database, or an export. Everything is read once, in order, and nothing is believed. */
export type HistorySource = {
  readonly rows: () => AsyncIterable<readonly SourceRow[]>
  /** The same, if some of it has been looked at beside: whole tiles then stand for their events. */
  readonly stretches?: () => AsyncIterable<readonly SourceRow[] | SealedTile>
  readonly readTile: (level: number, number: number) => Promise<Buffer | null>
  /** In order of size; the size as it is written beside the note, if it is. */
  readonly seals: () => AsyncIterable<{ readonly size: number | null; readonly note: string }>
  readonly keys: () => Promise<readonly SealKeyRow[]>
  /** Whether events may follow that no seal covers yet. */
  readonly goesOn: boolean
  /** How many events are said to be sealed, as far as these keys are to be believed; asked first. */
  readonly sealed: (known: readonly Verifier[]) => Promise<number>
  /** What else is wrong with the medium, once all is read. */
  readonly complaints: () => Promise<readonly string[]>
}
