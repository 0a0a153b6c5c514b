import fc from 'fast-check'
import type { DomainEvent } from '../../src/domain/catalogue.ts'
import type { Command, Decision } from '../../src/domain/decision.ts'
import type { Actor, Instant } from '../../src/domain/event.ts'
import { viewOf } from '../../src/domain/view.ts'
import { actor } from './story-things.ts'

/** Somebody's wish, and whether a day goes by before it. Plain data: a counterexample can be read, and replayed. */
export type Step = {
  readonly type: string
  readonly wish: unknown
  readonly actor: Actor
  readonly pause: boolean
}

type Decide = (step: Step, history: readonly DomainEvent[], now: Instant) => Decision
export const deciders = new Map<string, Decide>()

/** `by` says whose wish it is most of the time: anybody's, or the user's own whom it is about. */
export const wishing = <C, V>(
  weight: number,
  command: Command<C, V>,
  wish: fc.Arbitrary<NoInfer<C>>,
  by: 'anybody' | 'oneself' = 'anybody',
) => {
  deciders.set(command.type, ({ wish: drawn, actor: by }, history, now) => {
    const parsed = command.schema.parse(drawn)
    return command.decide(parsed, viewOf(command.reads(parsed, { actor: by }), history), { now, actor: by })
  })
  const step = fc
    .record({
      type: fc.constant(command.type),
      wish,
      actor,
      pause: fc.integer({ min: 1, max: 15 }).map((n) => n === 15),
      own: by === 'oneself' ? fc.integer({ min: 0, max: 3 }).map((n) => n > 0) : fc.constant(false),
    })
    .map(({ own, ...rest }): Step => {
      const { userId: about } = rest.wish as { userId?: string }
      return own && about !== undefined ? { ...rest, actor: `user:${about}` } : rest
    })
  return { weight, arbitrary: step }
}
