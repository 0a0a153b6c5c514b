import type { DomainEvent, EventType } from '../../domain/catalogue.ts'
import type { Reading } from '../../domain/decision.ts'
import type { Subject, Tag } from '../../domain/event.ts'
import type { Client } from '../database/postgres.ts'
import type { SubjectKeys } from '../vault/subject-keys.ts'
import { readPage, type TagEncoder } from './codec.ts'

type Queryable = Pick<Client, 'query'>
type Row = { readonly tag: string; readonly position: number; readonly bytes: string }

/**
 * Most tags of most commands are new, so one look for each tag comes before the looks for its types. Of these there are
 * few different lists: each tag says which is its own. `offset 0` keeps the order of the looks, whatever the server believes
 * about the tables.
 */
const BOUNDARY = `select t.tag, t.position, e.bytes
  from unnest($1::text[], $2::int[]) as w(tag, list)
  cross join lateral (select 1 from event_tags x where x.tag = w.tag limit 1) found
  cross join lateral (select x.tag, x.position from event_tags x
    where x.tag = w.tag and x.type = any(array(select json_array_elements_text($3::json -> w.list))) offset 0) t
  cross join lateral (select x.bytes from events x where x.position = t.position offset 0) e`
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
  const remember = keys.remembering()
  const { rows } = await client.query({ name: 'keys', text: KEYS, values: [missing] })
  for (const { subject, wrapped } of rows as { subject: Subject; wrapped: string }[]) {
    const key = keys.unwrap(subject, wrapped)
    remember(subject, key)
    found.set(subject, key)
  }
  return found
}

const isSubject = (tag: Tag): tag is Subject => tag.startsWith('user:') || tag.startsWith('invite:')

/** Whose keys are known: of some it is also known that they have none. */
export type KeysKnown = {
  /** The keys of these, if it is known of each of them whether there is one. */
  readonly of: (subjects: Iterable<Subject>) => ReadonlyMap<Subject, Buffer> | null
}

/**
 * The keys of all who are read about, before anything is decided. That one has none holds until the commit: who gets a
 * key gets it with an event under their tag, and that is held.
 */
export const askKeys = async (
  client: Queryable,
  keys: SubjectKeys,
  readings: readonly Reading<unknown>[],
): Promise<KeysKnown> => {
  const wanted = new Set(readings.map(({ tag }) => tag).filter(isSubject))
  const found = await keysOn(client, keys, wanted)
  return {
    of(subjects) {
      const known = new Map<Subject, Buffer>()
      for (const subject of subjects) {
        const key = found.get(subject) ?? keys.cached(subject)
        if (key) known.set(subject, key)
        else if (!wanted.has(subject)) return null
      }
      return known
    },
  }
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
    const encoded = encodeTag(tag)
    const types = wanted.get(encoded)
    if (types) for (const type of fold.types) types.add(type)
    else wanted.set(encoded, new Set(fold.types))
  }
  if (wanted.size === 0) return Promise.resolve([])
  const lists = new Map<string, number>()
  const listOf = [...wanted.values()].map((types) => {
    const list = JSON.stringify([...types])
    const known = lists.get(list) ?? lists.size
    lists.set(list, known)
    return known
  })
  const values = [[...wanted.keys()], listOf, `[${[...lists.keys()].join()}]`]
  return client.query({ name: 'boundary', text: BOUNDARY, values }).then(({ rows }) => rows as Row[])
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
