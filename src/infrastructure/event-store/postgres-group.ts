import { type DomainEvent, definitionOf } from '../../domain/catalogue.ts'
import type { Subject } from '../../domain/event.ts'
import type { Change, Projection } from '../../projections/projection.ts'
import { type Client, carried, inOneGo } from '../database/postgres.ts'
import { statementsFor, valuesOf } from '../database/postgres-changes.ts'
import { isLost } from '../database/postgres-errors.ts'
import type { SubjectKeys } from '../vault/subject-keys.ts'
import { encode, encodedTags, subjectOf } from './codec.ts'
import {
  type AnyRequest,
  type Draft,
  eventAt,
  type Judged,
  type JudgingParts,
  judge,
  readingsOf,
} from './judging.ts'
import { askBoundary, eventsUnder, keysOn, openBoundary } from './postgres-boundary.ts'
import { beginWith, lockOf, tryLocks } from './postgres-locks.ts'
import type { DecideOutcome } from './store.ts'

export type GroupParts = JudgingParts & {
  readonly keys: SubjectKeys
  readonly projections: readonly Projection[]
}

export type Settled = { readonly outcome: DecideOutcome } | { readonly error: unknown }

export type GroupDone = {
  /** One for each request from the first on; the rest wants another group. */
  readonly settled: readonly Settled[]
  readonly appended: readonly DomainEvent[]
  readonly forgotten: readonly Subject[]
}

/** The commit was sent and the connection is gone: whether these events are there has to be looked up. */
export class AnswerLost extends Error {
  override readonly name = 'AnswerLost'
  readonly done: GroupDone

  constructor(done: GroupDone, cause: unknown) {
    super('the connection was lost during a commit', { cause })
    this.done = done
  }
}

const HEAD = 'select position, at from history_head for update'
const MOVE_HEAD = 'update history_head set position = $1, at = $2'
const DROP_TAG = 'delete from event_tags where tag = $1 and type = $2 and position = $3'
const DROP_KEY = 'delete from subject_keys where subject = $1'

/** Waits for all; then the first that failed speaks for what follows from it. */
export const together = async <T extends readonly unknown[]>(
  ...promises: { [K in keyof T]: Promise<T[K]> }
): Promise<T> => {
  const results = await Promise.allSettled(promises)
  const failed = results.find(({ status }) => status === 'rejected')
  if (failed) throw (failed as PromiseRejectedResult).reason
  return results.map((result) => (result as PromiseFulfilledResult<unknown>).value) as unknown as T
}

const draftsOf = (judged: readonly Judged[]): readonly Draft[] =>
  judged.flatMap((one) => ('drafts' in one ? one.drafts : []))

const later = (a: string, b: string) => (a > b ? a : b)

/**
 * Commands decided in one transaction: their tags are locked and their boundaries read while others do the same; only
 * the last step, giving places and writing, is one transaction's at a time (ADR 0013).
 */
export const commitGroup = async (
  client: Client,
  parts: GroupParts,
  requests: readonly AnyRequest[],
  written: ReadonlySet<bigint> = new Set(),
): Promise<GroupDone> => {
  const { keys, encodeTag, projections } = parts
  const readings = requests.flatMap(readingsOf)
  const read = new Set(
    readings.filter(({ fold }) => fold.types.length > 0).map(({ tag }) => lockOf(encodeTag(tag))),
  )
  const [, rows] = await together(beginWith(client, read, written), askBoundary(client, readings, encodeTag))
  const boundary = await openBoundary(client, rows, keys)
  let judged = judge(requests, boundary, '', parts)
  if (draftsOf(judged).length === 0) {
    await client.query('commit')
    return { settled: judged.map(settledAs(new Map())), appended: [], forgotten: [] }
  }

  const writes = (of: readonly Draft[]) =>
    of.flatMap(({ tags }) => tags.map(lockOf)).filter((lock) => !written.has(lock))
  const subjects = (of: readonly Draft[]) =>
    new Set(of.map(({ decided }) => subjectOf(decided)).filter((subject) => subject !== null))
  const drafts = draftsOf(judged)
  const [, head, known] = await together(
    tryLocks(client, writes(drafts)),
    client.query({ name: 'head', text: HEAD }),
    keysOn(client, keys, subjects(drafts)),
  )
  const { position: before, at } = head.rows[0] as { position: number; at: string }
  if (drafts.some(({ envelope }) => envelope.at < at)) {
    judged = judge(requests, boundary, at, parts) // another machine's clock is ahead: time never runs backwards
    await tryLocks(client, writes(draftsOf(judged)))
  }
  return write(client, parts, judged, { before, at, known, projections })
}

const settledAs =
  (events: ReadonlyMap<Judged, readonly DomainEvent[]>) =>
  (one: Judged): Settled =>
    'error' in one
      ? { error: one.error }
      : { outcome: { ...one.decision, events: events.get(one) ?? [] } as DecideOutcome }

type Place = {
  readonly before: number
  readonly at: string
  readonly known: ReadonlyMap<Subject, Buffer>
  readonly projections: readonly Projection[]
}

const write = async (
  client: Client,
  { keys, encodeTag }: GroupParts,
  judged: readonly Judged[],
  { before, at, known, projections }: Place,
): Promise<GroupDone> => {
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
  const forgotten = appended.flatMap(({ type, data }) => definitionOf(type).forgets?.(data) ?? [])
  const done: GroupDone = { settled: judged.map(settledAs(events)), appended, forgotten }
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
    {
      sql: MOVE_HEAD,
      params: [before + rows.length, appended.reduce((last, event) => later(last, event.at), at)],
    },
  ]
  const send = () => statements.map(({ sql, params }) => carried(client, sql, params))
  if (forgotten.length > 0) {
    await together(...inOneGo(client, send))
    for (const subject of forgotten) await forget(client, subject, keys, encodeTag)
  }
  const commit = () =>
    client.query(`notify latchkey, '${forgotten.length > 0 ? 'forgot' : 'appended'}'; commit`)
  const last = forgotten.length > 0 ? [commit()] : inOneGo(client, () => [...send(), commit()])
  const results = await together(...last).catch((cause: unknown) => {
    throw isLost(cause) ? new AnswerLost(done, cause) : cause
  })
  const answers = results.at(-1) as unknown as readonly { command: string }[]
  const command = answers.at(-1)?.command
  if (command !== 'COMMIT') throw new Error(`the server answered the commit with ${command}`)
  for (const [subject, key] of fresh) keys.remember(subject, key)
  for (const subject of forgotten) keys.forget(subject)
  return done
}

/** The person's key goes, and with it the digests of addresses in their own events; somebody else's address stays theirs. */
const forget = async (
  client: Client,
  subject: Subject,
  keys: SubjectKeys,
  encodeTag: GroupParts['encodeTag'],
): Promise<void> => {
  const drops: Promise<unknown>[] = []
  for (const event of await eventsUnder(client, encodeTag(subject), keys)) {
    if (subjectOf(event) !== subject) continue
    for (const tag of encodedTags(event, encodeTag)) {
      if (!tag.startsWith('email:')) continue
      drops.push(
        client.query({ name: 'drop tag', text: DROP_TAG, values: [tag, event.type, event.position] }),
      )
    }
  }
  drops.push(client.query({ name: 'drop key', text: DROP_KEY, values: [subject] }))
  await together(...drops)
}
