import { expect } from 'vitest'
import { type DomainEvent, definitionOf, type NewEvent } from '../../src/domain/catalogue.ts'
import { accept, type Command, type Context, type Refusal, refuse } from '../../src/domain/decision.ts'
import { viewOf } from '../../src/domain/view.ts'
import { EARLIER, NOW } from './controls.ts'

/** Events as a history holds them: positions from 1, an id that names its place, the day before, unless they say otherwise. */
export const recorded = (...events: readonly (NewEvent & { at?: string; id?: string })[]): DomainEvent[] =>
  events.map(
    ({ type, data, causation, at, id }, index) =>
      ({
        position: index + 1,
        id: id ?? `EVENT-${index + 1}`,
        type,
        version: definitionOf(type).version,
        at: at ?? EARLIER,
        actor: 'operator',
        causation: causation ?? null,
        correlation: 'CORRELATION',
        data,
      }) as DomainEvent,
  )

/** A rule about what could never stand in a history would be no rule. */
const expectStorable = ({ type, data }: NewEvent) =>
  expect(definitionOf(type).schema.parse(JSON.parse(JSON.stringify(data)))).toStrictEqual(data)

/** Given a history, when a command is decided, then exactly this: events in order, or a refusal with its details and facts. */
export const given = (...history: readonly (NewEvent & { at?: string; id?: string })[]) => ({
  when: <C, V>(command: Command<C, V>, wish: NoInfer<C>, context: Partial<Context> = {}) => {
    const { actor, now } = { actor: 'operator' as const, now: NOW, ...context }
    for (const event of history) expectStorable(event)
    expect(command.schema.parse(wish)).toStrictEqual(wish)
    const readings = command.reads(wish, { actor })
    const decision = command.decide(wish, viewOf(readings, recorded(...history)), { actor, now })
    for (const event of decision.events) expectStorable(event)
    return {
      decision,
      then: (...events: NewEvent[]) => expect(decision).toStrictEqual(accept(...events)),
      thenNothing: () => expect(decision).toStrictEqual(accept()),
      thenRefused: (code: Refusal['code'], details?: Refusal['details'], ...facts: NewEvent[]) =>
        expect(decision).toStrictEqual(refuse(code, details, ...facts)),
    }
  },
})
