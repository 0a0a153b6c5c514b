import fc from 'fast-check'
import { type DomainEvent, definitionOf, type NewEvent } from '../../src/domain/catalogue.ts'
import type { Decision } from '../../src/domain/decision.ts'
import type { Actor, Instant } from '../../src/domain/event.ts'
import { firstAdmin, openings } from './story-openings.ts'
import { dayAfter, LAST_DAY } from './story-things.ts'
import { anyStep } from './story-wishes.ts'
import { deciders, type Step } from './story-wishing.ts'

/** What became of a step. `events` is what it wrote, `before` and `after` the history as it is remembered. */
export type Act = Step & {
  readonly now: Instant
  readonly before: readonly DomainEvent[]
  readonly decision: Decision
  readonly events: readonly DomainEvent[]
  readonly after: readonly DomainEvent[]
  /** The same wish of the same actor once more, in the same moment. */
  readonly retry: Decision
}

export const commandsInStories = (): string[] => [...deciders.keys()].toSorted()

/** Every other story is about some kinds of wishes only: with few of them more comes of each. */
const about = fc.option(fc.subarray([...deciders.keys()], { minLength: 1 }), { freq: 2 })

export const anyStory: fc.Arbitrary<readonly Step[]> = fc
  .tuple(fc.constantFrom(...openings), about, fc.array(anyStep, { maxLength: 120, size: 'max' }))
  .map(([opening, types, steps]) => [
    firstAdmin,
    ...opening,
    ...steps.filter(({ type }) => types === null || types.includes(type)),
  ])

/** What readers find once keys are destroyed: personal fields of the forgotten read as null. */
const withoutForgotten = (history: readonly DomainEvent[], written: readonly DomainEvent[]) => {
  const gone = written.flatMap((event) => definitionOf(event.type).forgets?.(event.data) ?? [])
  if (gone.length === 0) return history
  return history.map((event) => {
    const { subject, personalFields } = definitionOf(event.type)
    if (!subject || !gone.includes(subject(event.data))) return event
    const nothing = Object.fromEntries(personalFields.map((field) => [field, null]))
    return { ...event, data: { ...event.data, ...nothing } } as DomainEvent
  })
}

const written = (decided: readonly NewEvent[], by: Actor, at: Instant, head: number): DomainEvent[] =>
  decided.map(
    ({ type, data, causation }, n) =>
      ({
        position: head + n + 1,
        id: `EVENT-${head + n + 1}`,
        type,
        version: definitionOf(type).version,
        at,
        actor: by,
        causation: causation ?? null,
        correlation: 'STORY',
        data,
      }) as DomainEvent,
  )

/** Plays a story on the pure domain, with a list for a history. */
export const play = (story: readonly Step[]): Act[] => {
  let history: readonly DomainEvent[] = []
  let day = 0
  return story.map((one) => {
    if (one.pause && day < LAST_DAY) day++
    const now = dayAfter(day)
    const decide = deciders.get(one.type)
    if (!decide) throw new Error(`nobody decides ${one.type}`)
    const before = history
    const decision = decide(one, before, now)
    const events = written(decision.events, one.actor, now, before.length)
    history = withoutForgotten([...before, ...events], events)
    return { ...one, now, before, decision, events, after: history, retry: decide(one, history, now) }
  })
}
