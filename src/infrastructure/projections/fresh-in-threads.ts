import { join } from 'node:path'
import type { Projection } from '../../projections/projection.ts'
import { buildBeside, LEAST_EVENTS, type Origin } from './build.ts'
import { openFolder, removeLeftOvers } from './folder.ts'
import { FreshTables, type Progress, type Source } from './fresh.ts'

export type FreshParts = {
  readonly store: Source
  readonly projections: readonly Projection[]
  /** Where threads find the history. Without it everything is built here. */
  readonly origin?: Origin | undefined
  readonly signal?: AbortSignal | undefined
  /** With so many events a history is long. */
  readonly longFrom?: number
}

const TELL_EVERY_MS = 100

/** Threads know events by their number; whoever follows wants to be asked in turn, and to be able to say stop. */
const telling = (progress: Progress, of: number) => {
  const over = new AbortController()
  let done = 0
  let told: Promise<void> = Promise.resolve()
  let isTelling = false
  const timer = setInterval(() => {
    if (isTelling) return
    isTelling = true
    told = (async () => progress(done, of))().then(
      () => {
        isTelling = false
      },
      (error: unknown) => over.abort(error),
    )
  }, TELL_EVERY_MS)
  return {
    signal: over.signal,
    progress: (events: number) => {
      done = events
    },
    async end() {
      clearInterval(timer)
      await told
    },
  }
}

/** Read tables that hold the history up to a position. Those of a long one are built in threads, a slice each. */
export const freshTables = async (
  { store, projections, origin, signal, longFrom = LEAST_EVENTS }: FreshParts,
  until: number,
  progress: Progress = () => {},
): Promise<FreshTables> => {
  if (!origin || until < longFrom) {
    const fresh = new FreshTables(projections)
    try {
      await fresh.replay(store, until, progress)
    } catch (error) {
      fresh.close()
      throw error
    }
    return fresh
  }
  removeLeftOvers()
  const folder = openFolder()
  const teller = telling(progress, until)
  try {
    const file = join(folder.path, 'fresh.db')
    const names = projections.map(({ name }) => name)
    await buildBeside(
      { ...origin, projections: names, position: until, file, isIndexed: false },
      {
        signal: signal ? AbortSignal.any([signal, teller.signal]) : teller.signal,
        progress: teller.progress,
      },
    )
    await progress(until, until)
    // SQLite writes to no file that has lost its name.
    return new FreshTables(projections, { file, position: until, onClose: folder.remove })
  } catch (error) {
    folder.remove()
    throw error
  } finally {
    await teller.end()
  }
}
