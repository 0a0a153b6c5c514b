import { type DomainEvent, definitionOf } from '../../domain/catalogue.ts'
import type { Instant, Subject } from '../../domain/event.ts'
import type { Change, Projection } from '../../projections/projection.ts'
import { statementsFor, valuesOf } from '../database/postgres-changes.ts'
import type { Statement } from '../database/work.ts'
import type { SubjectKeys } from '../vault/subject-keys.ts'
import { encode, subjectOf } from './codec.ts'
import { type Draft, eventAt, type Judged } from './judging.ts'
import type { Head } from './postgres-turns.ts'
import type { DecideOutcome } from './store.ts'

export type Settled = { readonly outcome: DecideOutcome } | { readonly error: unknown }

export type GroupDone = {
  /** One for each request from the first on; the rest wants another group. */
  readonly settled: readonly Settled[]
  readonly appended: readonly DomainEvent[]
  readonly forgotten: readonly Subject[]
}

/** What a group is going to write, if the history ends where it was thought to end. */
export type Writing = {
  readonly done: GroupDone
  readonly after: Head
  /** Everything but the head itself. */
  readonly statements: readonly Statement[]
  readonly fresh: ReadonlyMap<Subject, Buffer>
}

export const draftsOf = (judged: readonly Judged[]): readonly Draft[] =>
  judged.flatMap((one) => ('drafts' in one ? one.drafts : []))

export const subjectsOf = (drafts: readonly Draft[]): ReadonlySet<Subject> =>
  new Set(drafts.map(({ decided }) => subjectOf(decided)).filter((subject) => subject !== null))

const later = (a: Instant, b: Instant): Instant => (a > b ? a : b)

export const lastMoment = (drafts: readonly Draft[], at: Instant): Instant =>
  drafts.reduce((last, { envelope }) => later(last, envelope.at), at)

export const settledAs =
  (events: ReadonlyMap<Judged, readonly DomainEvent[]>) =>
  (one: Judged): Settled =>
    'error' in one
      ? { error: one.error }
      : { outcome: { ...one.decision, events: events.get(one) ?? [] } as DecideOutcome }

type Parts = { readonly keys: SubjectKeys; readonly projections: readonly Projection[] }

/** Gives decided events their places behind a head, and says what has to be written for them. Nothing is written here. */
export const writingOf = (
  { keys, projections }: Parts,
  judged: readonly Judged[],
  { position: before, at }: Head,
  known: ReadonlyMap<Subject, Buffer>,
): Writing => {
  const fresh = new Map<Subject, Buffer>()
  const changes: Change[] = []
  const rows: { readonly event: DomainEvent; readonly bytes: string; readonly tags: readonly string[] }[] = []
  const events = new Map<Judged, readonly DomainEvent[]>()

  const keyFor = (subject: Subject | null): Buffer | null => {
    if (subject === null) return null
    const key = known.get(subject) ?? fresh.get(subject)
    if (key) return key
    const made = keys.create(subject)
    fresh.set(subject, made.key)
    changes.push({ op: 'insert', table: 'subject_keys', row: { subject, wrapped: made.wrapped } })
    return made.key
  }

  for (const one of judged) {
    if ('error' in one || one.drafts.length === 0) continue
    const own = one.drafts.map((draft) => {
      const position = before + rows.length + 1
      const event = eventAt(draft, position)
      const bytes = encode(draft.decided, { ...draft.envelope, position }, keyFor(subjectOf(draft.decided)))
      rows.push({ event, bytes, tags: draft.tags })
      for (const projection of projections) changes.push(...projection.project(event))
      return event
    })
    events.set(one, own)
    if (one.decision.outcome === 'accepted') changes.push(...(one.request.alongside ?? []))
  }

  const appended = rows.map(({ event }) => event)
  const statements = [
    ...valuesOf(
      'events',
      ['position', 'type', 'bytes', 'id', 'actor', 'correlation', 'causation'],
      rows.map(({ event: { position, type, id, actor, correlation, causation }, bytes }) => [
        position,
        type,
        bytes,
        id,
        actor,
        correlation,
        causation,
      ]),
    ),
    ...valuesOf(
      'event_tags',
      ['tag', 'type', 'position'],
      rows.flatMap(({ event: { type, position }, tags }) => tags.map((tag) => [tag, type, position])),
    ),
    ...statementsFor(changes),
  ]
  return {
    done: {
      settled: judged.map(settledAs(events)),
      appended,
      forgotten: appended.flatMap(({ type, data }) => definitionOf(type).forgets?.(data) ?? []),
    },
    after: { position: before + rows.length, at: lastMoment(draftsOf(judged), at) },
    statements,
    fresh,
  }
}
