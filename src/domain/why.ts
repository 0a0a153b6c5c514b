import type { DomainEvent } from './catalogue.ts'
import type { Fold } from './decision.ts'

/**
 * The event that made a part of a state what it is: the last one after which that part was another than before.
 * Null while it is what it was from the beginning.
 */
export const causeOf = <S>(
  { initial, evolve }: Fold<S>,
  part: (state: S) => string | boolean | null,
  events: readonly DomainEvent[],
): DomainEvent | null => {
  let state = initial
  let cause: DomainEvent | null = null
  for (const event of events) {
    const next = evolve(state, event)
    if (part(next) !== part(state)) cause = event
    state = next
  }
  return cause
}
