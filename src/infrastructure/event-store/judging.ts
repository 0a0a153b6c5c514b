import { type DomainEvent, definitionOf, type NewEvent } from '../../domain/catalogue.ts'
import type { Decision, Reading } from '../../domain/decision.ts'
import type { Instant } from '../../domain/event.ts'
import { viewOf } from '../../domain/view.ts'
import { type Envelope, encodedTags, type TagEncoder } from './codec.ts'
import type { DecideRequest } from './store.ts'

/** Each has a view of its own, which nobody but its own `decide` looks into. */
export type AnyRequest = DecideRequest<unknown>

/** An event that is decided and has no place yet, with its tags as the index has them. */
export type Draft = {
  readonly decided: NewEvent
  readonly envelope: Omit<Envelope, 'position'>
  readonly tags: readonly string[]
}

export type Judged =
  | { readonly request: AnyRequest; readonly error: unknown }
  | { readonly request: AnyRequest; readonly decision: Decision; readonly drafts: readonly Draft[] }

export type JudgingParts = {
  readonly clock: () => Instant
  readonly ids: () => string
  readonly encodeTag: TagEncoder
}

/** Behind everything stored, until the head of the history is held and tells the real place. */
const PROVISIONAL = 2 ** 52

export const eventAt = ({ decided: { type, data }, envelope }: Draft, position: number): DomainEvent =>
  ({ ...envelope, position, type, version: definitionOf(type).version, data }) as DomainEvent

export const readingsOf = (request: AnyRequest): readonly Reading<unknown>[] =>
  Object.values(request.readings as Readonly<Record<string, Reading<unknown>>>)

const forgets = (drafts: readonly Draft[]): boolean =>
  drafts.some(({ decided }) => (definitionOf(decided.type).forgets?.(decided.data) ?? []).length > 0)

/**
 * Judges commands one after the other: each sees what is stored in its boundary and what those before it decided. It
 * stops behind a command that forgets somebody: what the rest knows of them is to be read anew. Nothing here is
 * written, so it can be done again with a later `notBefore`.
 */
export const judge = (
  requests: readonly AnyRequest[],
  stored: ReadonlyMap<string, readonly DomainEvent[]>,
  notBefore: Instant,
  { clock, ids, encodeTag }: JudgingParts,
): readonly Judged[] => {
  const recent = new Map<string, DomainEvent[]>()
  let place = PROVISIONAL
  let last = notBefore

  const seenBy = (readings: readonly Reading<unknown>[]): DomainEvent[] => {
    if (stored.size === 0 && recent.size === 0) return []
    const byPosition = new Map<number, DomainEvent>()
    for (const { tag, fold } of readings) {
      const encoded = encodeTag(tag)
      for (const source of [stored.get(encoded), recent.get(encoded)]) {
        for (const event of source ?? []) {
          if (fold.types.includes(event.type)) byPosition.set(event.position, event)
        }
      }
    }
    return [...byPosition.values()].toSorted((a, b) => a.position - b.position)
  }

  const judgeOne = (request: AnyRequest): Judged => {
    const clockSays = clock()
    const now = clockSays > last ? clockSays : last
    const view = viewOf(request.readings, seenBy(readingsOf(request)))
    const decision = request.decide(view, now)
    const drafts = decision.events.map((decided) => {
      definitionOf(decided.type).schema.parse(decided.data)
      return {
        decided,
        tags: encodedTags(decided, encodeTag),
        envelope: {
          id: ids(),
          at: now,
          actor: request.actor,
          causation: decided.causation ?? request.causation ?? null,
          correlation: request.correlation,
        },
      }
    })
    if (drafts.length > 0) last = now
    for (const draft of drafts) {
      const event = eventAt(draft, place++)
      for (const tag of draft.tags) {
        const under = recent.get(tag)
        if (under) under.push(event)
        else recent.set(tag, [event])
      }
    }
    return { request, decision, drafts }
  }

  const judged: Judged[] = []
  for (const request of requests) {
    try {
      const one = judgeOne(request)
      judged.push(one)
      if ('drafts' in one && forgets(one.drafts)) break
    } catch (error) {
      judged.push({ request, error })
    }
  }
  return judged
}
