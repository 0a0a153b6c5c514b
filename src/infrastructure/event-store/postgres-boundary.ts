import type { DomainEvent, EventType } from '../../domain/catalogue.ts'
import type { Reading } from '../../domain/decision.ts'
import type { Subject } from '../../domain/event.ts'
import type { Client } from '../database/postgres.ts'
import type { SubjectKeys } from '../vault/subject-keys.ts'
import { readPage, type TagEncoder } from './codec.ts'

type Queryable = Pick<Client, 'query'>
type Row = { readonly tag: string; readonly position: number; readonly bytes: string }

const BOUNDARY = 'select tag, place as position, stored as bytes from boundary($1)'
const UNDER = `select distinct t.tag, t.position, e.bytes from event_tags t join events e on e.position = t.position
  where t.tag = $1`
const KEYS = 'select whose as subject, key as wrapped from keys_of($1)'

/** Keys of subjects, from the cache where they are known, and in one question where they are not. */
export const keysOn = async (
  client: Queryable,
  keys: SubjectKeys,
  subjects: Iterable<Subject>,
): Promise<ReadonlyMap<Subject, Buffer>> => {
  const found = new Map<Subject, Buffer>()
  const missing: Subject[] = []
  for (const subject of subjects) {
    const cached = keys.cached(subject)
    if (cached) found.set(subject, cached)
    else missing.push(subject)
  }
  if (missing.length === 0) return found
  const { rows } = await client.query({ name: 'keys', text: KEYS, values: [missing] })
  for (const { subject, wrapped } of rows as { subject: Subject; wrapped: string }[]) {
    const key = keys.unwrap(subject, wrapped)
    keys.remember(subject, key)
    found.set(subject, key)
  }
  return found
}

/** For whoever passes many by: asked anew each time, so that nobody is read on who was forgotten meanwhile. */
export const keysNow = async (
  client: Queryable,
  keys: SubjectKeys,
  subjects: ReadonlySet<Subject>,
): Promise<ReadonlyMap<Subject, Buffer>> => {
  if (subjects.size === 0) return new Map()
  const { rows } = await client.query({ name: 'keys', text: KEYS, values: [[...subjects]] })
  return new Map(
    (rows as { subject: Subject; wrapped: string }[]).map(({ subject, wrapped }) => [
      subject,
      keys.unwrap(subject, wrapped),
    ]),
  )
}

const decoded = async (
  client: Queryable,
  keys: SubjectKeys,
  rows: readonly Row[],
): Promise<ReadonlyMap<number, DomainEvent>> => {
  const byPosition = new Map(rows.map(({ position, bytes }) => [position, bytes]))
  const page = readPage([...byPosition.values()])
  const known = await keysOn(client, keys, page.subjects)
  const events = page.events((subject) => known.get(subject) ?? null)
  return new Map(events.map((event) => [event.position, event]))
}

/** The stored events of some readings, by encoded tag. */
export type Boundary = ReadonlyMap<string, readonly DomainEvent[]>

/** Asks at once for what all readings want: what is stored under each tag, of each type that a fold handles. */
export const askBoundary = (
  client: Queryable,
  readings: readonly Reading<unknown>[],
  encodeTag: TagEncoder,
): Promise<readonly Row[]> => {
  const wanted = new Map<string, Set<EventType>>()
  for (const { tag, fold } of readings) {
    if (fold.types.length === 0) continue
    const encoded = encodeTag(tag)
    const types = wanted.get(encoded) ?? new Set()
    for (const type of fold.types) types.add(type)
    wanted.set(encoded, types)
  }
  if (wanted.size === 0) return Promise.resolve([])
  const tags = [...wanted].map(([tag, types]) => ({ tag, types: [...types] }))
  return client
    .query({ name: 'boundary', text: BOUNDARY, values: [JSON.stringify(tags)] })
    .then(({ rows }) => rows as Row[])
}

export const openBoundary = async (
  client: Queryable,
  rows: readonly Row[],
  keys: SubjectKeys,
): Promise<Boundary> => {
  if (rows.length === 0) return new Map()
  const events = await decoded(client, keys, rows)
  const byTag = new Map<string, DomainEvent[]>()
  for (const { tag, position } of rows.toSorted((a, b) => a.position - b.position)) {
    const event = events.get(position)
    if (!event) continue
    const under = byTag.get(tag)
    if (under) under.push(event)
    else byTag.set(tag, [event])
  }
  return byTag
}

/** Every event under a tag: what forgetting needs to find the digests it removes. */
export const eventsUnder = async (
  client: Queryable,
  tag: string,
  keys: SubjectKeys,
): Promise<readonly DomainEvent[]> => {
  const { rows } = await client.query({ name: 'under', text: UNDER, values: [tag] })
  return [...(await decoded(client, keys, rows as Row[])).values()]
}
