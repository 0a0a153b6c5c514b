import { type Database, readBy, type Work } from '../database/work.ts'

/** Carries out what rows are asked for: looking alone, or changing, all in one commit. */
export type RowKeeper = {
  readonly look: <T>(work: Work<T>) => Promise<T>
  readonly change: <T>(work: () => Work<T>) => Promise<T>
}

/** An idle runner looks and takes no lock; whatever changes rows of webhooks is done one after the other. */
export const rowKeeper = ({ reader, exclusively }: Pick<Database, 'reader' | 'exclusively'>): RowKeeper => ({
  look: (work) => readBy(reader, work),
  change: (work) => exclusively('webhooks', work),
})
