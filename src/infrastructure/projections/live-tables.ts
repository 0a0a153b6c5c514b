import type { Change, Row } from '../../projections/projection.ts'
import type { Work } from '../database/work.ts'

/**
 * The read tables as a rebuild sees them: it makes a table beside each, fills it while the live one is used, and lets it
 * take the live one's place. Everything that is `Work` is carried out in transactions of the rebuild's.
 */
export type LiveTables = {
  /** What an earlier rebuild has left of these tables: those beside, and those whose place was taken. */
  readonly leftovers: (tables: readonly string[]) => Promise<readonly string[]>
  /** Makes the table beside a live one, empty, with everything that belongs to it. */
  readonly createBeside: (table: string) => Work<void>
  /** Writes to the tables beside, in the order of the changes. */
  readonly writeBeside: (changes: readonly Change[]) => Work<void>
  /** The same for many rows of equal columns. */
  readonly fillBeside: (table: string, rows: readonly Row[]) => Work<void>
  /** From here to the end of the transaction nobody appends to the history. */
  readonly holdWriters: () => Work<void>
  /** Lets the tables beside take the live ones' place, all of them in one transaction. */
  readonly swapIn: (tables: readonly string[]) => Work<void>
  /** Removes so many rows of what is left over; answers how many there were. */
  readonly removeSome: (leftover: string, rows: number) => Work<number>
  readonly drop: (leftover: string) => Work<void>
}
