import canonicalize from 'canonicalize'
import {
  type DomainEvent,
  definitionOf,
  type EventType,
  isEventType,
  type NewEvent,
  tagsOf,
} from '../../domain/catalogue.ts'
import { type Actor, digestedTagKinds, type Instant, type Subject, type Tag } from '../../domain/event.ts'
import { open, seal } from '../vault/box.ts'

/** The envelope that the engine puts around a decided event. */
export type Envelope = {
  readonly position: number
  readonly id: string
  readonly at: Instant
  readonly actor: Actor
  readonly causation: string | null
  readonly correlation: string
}

type StoredShape = Envelope & {
  readonly type: string
  readonly version: number
  readonly data: Record<string, unknown> & { readonly personal?: string }
}

const boxContext = (id: string, type: string, version: number, subject: Subject) =>
  `${id}|${type}|${version}|${subject}`

/** Whose key an event's personal fields need; null when it has none, or when all of them are forgotten already. */
export const subjectOf = (event: NewEvent | DomainEvent): Subject | null => {
  const { subject, personalFields } = definitionOf(event.type)
  const data: Record<string, unknown> = event.data
  if (!subject || personalFields.every((field) => data[field] === null)) return null
  return subject(event.data)
}

/**
 * Stored bytes: canonical JSON (RFC 8785) of the envelope and data; the personal fields stand together in one box
 * under `data.personal`, encrypted with the subject's key and bound to this very event.
 * Throws when the data does not fit its schema: a bug of ours, never a caller's.
 */
export const encode = (event: NewEvent, envelope: Envelope, subjectKey: Buffer | null): string => {
  const { version, schema, personalFields, subject } = definitionOf(event.type)
  const data: Record<string, unknown> = { ...schema.parse(event.data) }
  const personal: Record<string, unknown> = {}
  for (const field of personalFields) {
    personal[field] = data[field]
    delete data[field]
  }
  if (subjectKey && subject) {
    const context = boxContext(envelope.id, event.type, version, subject(event.data))
    data['personal'] = seal(subjectKey, JSON.stringify(personal), context)
  }
  // Only `undefined` has no canonical form.
  return canonicalize({ ...envelope, type: event.type, version, data }) as string
}

type KeyOf = (subject: Subject) => Buffer | null

const parse = (bytes: string): StoredShape & { readonly type: EventType } => {
  const stored = JSON.parse(bytes) as StoredShape
  const { type, position, version } = stored
  if (!isEventType(type)) {
    throw new Error(
      `unknown event type ${type} at position ${position}: is the database newer than this version?`,
    )
  }
  if (version > definitionOf(type).version) {
    throw new Error(`${type} at position ${position} has version ${version}, newer than this one knows`)
  }
  return stored as StoredShape & { readonly type: EventType }
}

const dataOf = (stored: ReturnType<typeof parse>, keyOf: KeyOf): Record<string, unknown> => {
  const { version, upcasts, personalFields, subject } = definitionOf(stored.type)
  const box = stored.data.personal
  let data: Record<string, unknown> = stored.data
  let forgotten = true
  if (box !== undefined && subject) {
    const { personal: _, ...plain } = stored.data
    data = plain
    const whose = subject(plain as never)
    const key = keyOf(whose)
    if (key) {
      const context = boxContext(stored.id, stored.type, stored.version, whose)
      Object.assign(plain, JSON.parse(open(key, box, context).toString('utf8')))
      forgotten = false
    }
  }
  if (forgotten) for (const field of personalFields) data[field] = null
  for (let from = stored.version; from < version; from++) data = upcasts[from]?.(data) ?? data
  return data
}

const withData = (stored: ReturnType<typeof parse>, data: Record<string, unknown>): DomainEvent => {
  const { position, id, type, at, actor, causation, correlation } = stored
  const { version } = definitionOf(type)
  return { position, id, type, version, at, actor, causation, correlation, data } as unknown as DomainEvent
}

/** Reads stored bytes back, newest shape first: old versions are upcast here and nowhere else. */
export const decode = (bytes: string, keyOf: KeyOf): DomainEvent => {
  const stored = parse(bytes)
  return withData(stored, dataOf(stored, keyOf))
}

/** An event whose box is opened when its data is looked at. One getter for all: one of its own would cost an event as much as parsing it. */
class BoxedEvent {
  readonly position: number
  readonly id: string
  readonly type: EventType
  readonly version: number
  readonly at: Instant
  readonly actor: Actor
  readonly causation: string | null
  readonly correlation: string
  readonly #stored: ReturnType<typeof parse>
  readonly #keyOf: KeyOf
  #data: Record<string, unknown> | undefined

  constructor(stored: ReturnType<typeof parse>, keyOf: KeyOf) {
    this.position = stored.position
    this.id = stored.id
    this.type = stored.type
    this.version = definitionOf(stored.type).version
    this.at = stored.at
    this.actor = stored.actor
    this.causation = stored.causation
    this.correlation = stored.correlation
    this.#stored = stored
    this.#keyOf = keyOf
  }

  get data(): Record<string, unknown> {
    this.#data ??= dataOf(this.#stored, this.#keyOf)
    return this.#data
  }

  /** As any other event. */
  toJSON(): object {
    return withData(this.#stored, this.data)
  }
}

const eventOf = (stored: ReturnType<typeof parse>, keyOf: KeyOf): DomainEvent =>
  stored.data.personal === undefined
    ? withData(stored, dataOf(stored, keyOf))
    : (new BoxedEvent(stored, keyOf) as unknown as DomainEvent)

const boxedOf = (page: readonly ReturnType<typeof parse>[]): ReadonlySet<Subject> =>
  new Set(
    page.flatMap(({ type, data }) => {
      const { subject } = definitionOf(type)
      return subject && data.personal !== undefined ? subject(data as never) : []
    }),
  )

/** Whose keys are needed to read a page of stored events. */
export const boxedSubjects = (page: readonly string[]): ReadonlySet<Subject> => boxedOf(page.map(parse))

/** Finds the keys of many subjects at once; those who were forgotten have none. */
export type KeysOf = (subjects: ReadonlySet<Subject>) => ReadonlyMap<Subject, Buffer>

/**
 * Reads a page of stored events for whoever passes many by. What is personal is opened when an event's data is looked
 * at, and not before; then the keys of the whole page are fetched together.
 */
export const decodePage = (page: readonly string[], keysOf: KeysOf): readonly DomainEvent[] => {
  const all = page.map(parse)
  let keys: ReadonlyMap<Subject, Buffer> | undefined
  const keyOf: KeyOf = (wanted) => {
    keys ??= keysOf(boxedOf(all))
    return keys.get(wanted) ?? null
  }
  return all.map((stored) => eventOf(stored, keyOf))
}

/** The same where keys have to be waited for: whose are needed, and the events once they are there. */
export const readPage = (page: readonly string[]) => {
  const all = page.map(parse)
  return {
    subjects: boxedOf(all),
    events: (keyOf: KeyOf): readonly DomainEvent[] => all.map((stored) => eventOf(stored, keyOf)),
  }
}

/** The tag as it stands in the index: address tags as a keyed digest, everything else as it is. */
export type TagEncoder = (tag: Tag) => string

const isDigested = (tag: Tag) => digestedTagKinds.some((kind) => tag.startsWith(`${kind}:`))

export const tagEncoder =
  (digest: (text: string) => string): TagEncoder =>
  (tag) =>
    isDigested(tag) ? `${tag.slice(0, tag.indexOf(':'))}:${digest(tag)}` : tag

export const encodedTags = (event: NewEvent | DomainEvent, encodeTag: TagEncoder): string[] => [
  ...new Set(tagsOf(event).map(encodeTag)),
]
