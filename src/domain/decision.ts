import type { z } from 'zod'
import type { DomainEvent, EventOf, EventType, NewEvent } from './catalogue.ts'
import type { Actor, Instant, Tag } from './event.ts'
import type { RefusalCode } from './refusals.ts'

/** An expected no. `details` may be shown to the caller: no secrets, nothing personal. */
export type Refusal = {
  readonly code: RefusalCode
  readonly details?: Readonly<Record<string, string | number>>
}

/** Accepted with events (none: it is already true), or refused; a refusal may leave facts in the history too. */
export type Decision =
  | { readonly outcome: 'accepted'; readonly events: readonly NewEvent[] }
  | { readonly outcome: 'refused'; readonly refusal: Refusal; readonly events: readonly NewEvent[] }

export const accept = (...events: readonly NewEvent[]): Decision => ({ outcome: 'accepted', events })

export const refuse = (
  code: RefusalCode,
  details?: Refusal['details'],
  ...events: readonly NewEvent[]
): Decision => ({ outcome: 'refused', refusal: details ? { code, details } : { code }, events })

/** What a decision needs to know of the past. It remembers and never judges: no clock, no rule, no throw. */
export type Fold<S> = {
  readonly initial: S
  readonly types: readonly EventType[]
  readonly evolve: (state: S, event: DomainEvent) => S
}

type Handlers<S> = { readonly [K in EventType]?: (state: S, event: EventOf<K>) => S }

/** A fold by event type; events without a handler leave the state as it is and are not even read. */
export const fold = <S>(initial: S, handlers: Handlers<S>): Fold<S> => {
  const byType = handlers as Readonly<Record<string, ((state: S, event: DomainEvent) => S) | undefined>>
  return {
    initial,
    types: Object.keys(handlers) as EventType[],
    evolve: (state, event) => byType[event.type]?.(state, event) ?? state,
  }
}

/** One tag and what to make of the events under it. */
export type Reading<S> = { readonly tag: Tag; readonly fold: Fold<S> }
export const reading = <S>(tag: Tag, what: Fold<S>): Reading<S> => ({ tag, fold: what })

/** A command's consistency boundary: nothing that matches can slip in between this reading and the appending. */
export type Readings<V> = { readonly [K in keyof V]: Reading<V[K]> }

/** `now` is never earlier than the last event of the history; `actor` is who wishes it. */
export type Context = { readonly now: Instant; readonly actor: Actor }

export type Command<C, V> = {
  readonly type: string
  readonly schema: z.ZodType<C>
  readonly reads: (command: C, context: Pick<Context, 'actor'>) => Readings<V>
  readonly decide: (command: C, view: V, context: Context) => Decision
}

/** Names a command; its types are read off schema, boundary and decide. */
export const command = <C, V>(definition: Command<C, V>): Command<C, V> => definition

export const assertNever = (value: never): never => {
  throw new Error(`unhandled case: ${JSON.stringify(value)}`)
}
