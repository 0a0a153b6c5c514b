import { LRUCache } from 'lru-cache'
import type { DomainEvent, EventType } from '../../domain/catalogue.ts'

const MAX_TAGS = 5000
const MAX_EVENTS = 100

/** Types are lists of folds, made once at start: the list itself is the key. */
type ByTypes = Map<readonly EventType[], DomainEvent[]>

/**
 * Events that decisions read again and again (an admin's roles, say), kept between transactions. It holds exactly
 * what the tables held at the last commit: own commits are added, and anybody else's commit empties it.
 */
export class BoundaryCache {
  readonly #tags = new LRUCache<string, ByTypes>({ max: MAX_TAGS })

  get(tag: string, types: readonly EventType[]): readonly DomainEvent[] | undefined {
    return this.#tags.get(tag)?.get(types)
  }

  set(tag: string, types: readonly EventType[], events: readonly DomainEvent[]): void {
    if (events.length > MAX_EVENTS) return
    const byTypes = this.#tags.get(tag)
    if (byTypes) byTypes.set(types, [...events])
    else this.#tags.set(tag, new Map([[types, [...events]]]))
  }

  /** Own events under a tag were committed. */
  add(tag: string, appended: readonly DomainEvent[]): void {
    const byTypes = this.#tags.get(tag)
    if (!byTypes) return
    for (const [types, events] of byTypes) {
      events.push(...appended.filter(({ type }) => types.includes(type)))
      if (events.length > MAX_EVENTS) byTypes.delete(types)
    }
  }

  clear(): void {
    this.#tags.clear()
  }
}
