import { type DomainEvent, definitionOf, type EventType, tagsOf } from '../../src/domain/catalogue.ts'
import type { Subject } from '../../src/domain/event.ts'
import type { Change, Projection } from '../../src/projections/projection.ts'
import { Tables } from './tables.ts'

const subjectOf = (event: DomainEvent): Subject | null =>
  definitionOf(event.type).subject?.(event.data) ?? null

/** What readers find once the key is destroyed: what was personal reads as null. */
const withoutPerson = (event: DomainEvent): DomainEvent => {
  const nothing = definitionOf(event.type).personalFields.map((field) => [field, null])
  return { ...event, data: { ...event.data, ...Object.fromEntries(nothing) } } as DomainEvent
}

/** The one database of a world: a history with its index by tag, and the read tables that go with each commit. */
export class Disk {
  readonly history: DomainEvent[] = []
  readonly tables = new Tables()
  readonly #projections: readonly Projection[]
  readonly #byTag = new Map<string, number[]>()
  readonly #bySubject = new Map<Subject, number[]>()

  constructor(projections: readonly Projection[]) {
    this.#projections = projections
  }

  get head(): number {
    return this.history.length
  }

  get lastAt(): string {
    return this.history.at(-1)?.at ?? ''
  }

  at(position: number): DomainEvent | null {
    return this.history[position - 1] ?? null
  }

  under(tag: string, types: readonly EventType[]): DomainEvent[] {
    const found: DomainEvent[] = []
    for (const position of this.#byTag.get(tag) ?? []) {
      const event = this.history[position - 1]
      if (event && types.includes(event.type)) found.push(event)
    }
    return found
  }

  /** One commit: the events, what they make of the read tables, what they forget, and what is written alongside. */
  commit(events: readonly DomainEvent[], alongside: readonly Change[]): void {
    for (const event of events) {
      this.history.push(event)
      for (const tag of new Set(tagsOf(event))) this.#note(this.#byTag, tag, event.position)
      const subject = subjectOf(event)
      if (subject) this.#note(this.#bySubject, subject, event.position)
      for (const projection of this.#projections) {
        for (const change of projection.project(event)) this.tables.carryOut(change)
      }
    }
    for (const change of alongside) this.tables.carryOut(change)
    for (const event of events) {
      for (const subject of definitionOf(event.type).forgets?.(event.data) ?? []) this.#forget(subject)
    }
  }

  #note<K>(index: Map<K, number[]>, key: K, position: number): void {
    const under = index.get(key)
    if (under) under.push(position)
    else index.set(key, [position])
  }

  #forget(subject: Subject): void {
    for (const position of this.#bySubject.get(subject) ?? []) {
      const event = this.history[position - 1]
      if (!event) continue
      for (const tag of tagsOf(event)) {
        if (!tag.startsWith('email:')) continue
        this.#byTag.set(
          tag,
          (this.#byTag.get(tag) ?? []).filter((one) => one !== position),
        )
      }
      this.history[position - 1] = withoutPerson(event)
    }
    this.#bySubject.delete(subject)
  }
}
