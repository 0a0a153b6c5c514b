import { type DomainEvent, tagsOf } from './catalogue.ts'
import type { Reading, Readings } from './decision.ts'

/** Folds each reading over the events of the boundary that stand under its tag and are of its types. */
export const viewOf = <V>(readings: Readings<V>, events: readonly DomainEvent[]): V => {
  const view: Record<string, unknown> = {}
  for (const [name, { tag, fold }] of Object.entries(
    readings as Readonly<Record<string, Reading<unknown>>>,
  )) {
    let state = fold.initial
    for (const event of events) {
      if (fold.types.includes(event.type) && tagsOf(event).includes(tag)) state = fold.evolve(state, event)
    }
    view[name] = state
  }
  return view as V
}
