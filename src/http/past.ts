import type { ReadSide } from '../projections/index.ts'
import { momentOf } from './acts/moments.ts'
import type { HistoryDoor } from './history-door.ts'
import type { House } from './house.ts'
import { Problem } from './problems.ts'
import { readOnlyHouse } from './read-only.ts'
import type { Moment, Reach, Visited } from './travel-door.ts'

/** The history as far as it had come. */
export const historyUntil = (history: HistoryDoor, position: number): HistoryDoor => {
  const end = (before: number | undefined): number =>
    Math.min(before ?? Number.MAX_SAFE_INTEGER, position + 1)
  return {
    ...history,
    newestAbout: (tag, { limit, before }) => history.newestAbout(tag, { limit, before: end(before) }),
    page: (question, slice) =>
      history.page(question, { ...slice, beforePosition: end(slice.beforePosition) }),
    at: async (wanted) => (wanted > position ? null : history.at(wanted)),
    async positionOf(id) {
      const found = await history.positionOf(id)
      return found !== null && found <= position ? found : null
    },
    head: async () => position,
  }
}

/** The house as it was at a moment: to be looked at by those who may see it now, and changed by nobody. */
export const houseAsOf = (house: House, { position, at }: Moment, reads: ReadSide): House => ({
  ...readOnlyHouse(house, at),
  now: () => at,
  reads,
  history: historyUntil(house.history, position),
  mailTries: async () => null, // the runner's notes are of the present
  travel: null,
})

/** How much of a history has to be known, where that follows from the history itself. */
export type ReachOf = (known: Pick<House, 'history'>) => Reach | Promise<Reach>

/** Works in the house as it was at a moment that somebody typed, with as much of it as the work needs. */
export const visitPast = async <T>(
  house: House,
  typed: string,
  reachOf: ReachOf,
  work: (past: House, moment: Moment) => Promise<T>,
): Promise<Visited<T> & { readonly moment: Moment }> => {
  if (!house.travel) throw new Problem('read_only')
  const moment = await momentOf(house, typed)
  const reach = await reachOf({ history: historyUntil(house.history, moment.position) })
  const visited = await house.travel.visit(moment.position, reach, (reads) =>
    work(houseAsOf(house, moment, reads), moment),
  )
  return { ...visited, moment }
}
