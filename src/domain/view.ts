import { type DomainEvent, tagsOf } from './catalogue.ts'
import type { Reading, Readings } from './decision.ts'
import type { Tag } from './event.ts'

/** Folds each reading over the events of the boundary that stand under its tag and are of its types. */
export const viewOf = <V>(readings: Readings<V>, events: readonly DomainEvent[]): V => {
  // A boundary may have thousands of readings: each looks only at what stands under its own tag.
  const byTag = new Map<Tag, DomainEvent[]>()
  for (const event of events) {
    for (const tag of new Set(tagsOf(event))) {
      const under = byTag.get(tag)
      if (under) under.push(event)
      else byTag.set(tag, [event])
    }
  }
  const view: Record<string, unknown> = {}
  for (const [name, { tag, fold }] of Object.entries(
    readings as Readonly<Record<string, Reading<unknown>>>,
  )) {
    let state = fold.initial
    for (const event of byTag.get(tag) ?? []) {
      if (fold.types.includes(event.type)) state = fold.evolve(state, event)
    }
    view[name] = state
  }
  return view as V
}
