import type { DomainEvent, NewEvent } from '../../domain/catalogue.ts'
import { definitionOf } from '../../domain/catalogue.ts'
import type { Reading } from '../../domain/decision.ts'
import type { Instant, Subject } from '../../domain/event.ts'
import { viewOf } from '../../domain/view.ts'
import type { Change, Projection } from '../../projections/projection.ts'
import { BulkInsert, ChangeWriter } from '../database/changes.ts'
import type { SqliteConnection } from '../database/sqlite.ts'
import type { Ids } from '../ids.ts'
import type { SubjectKeys } from '../vault/subject-keys.ts'
import { encode, encodedTags, subjectOf, type TagEncoder } from './codec.ts'
import { forgettingWatches } from './forgetting-watch.ts'
import { BoundaryReader, keyReader } from './sqlite-boundary.ts'
import type { DecideOutcome, DecideRequest } from './store.ts'

export type GroupParts = {
  readonly db: SqliteConnection
  readonly keys: SubjectKeys
  readonly encodeTag: TagEncoder
  readonly projections: readonly Projection[]
  readonly clock: () => Instant
  readonly ids: Ids
}

/**
 * Commands decided in one transaction, one after the other: each sees what those before it decided. Decisions are
 * pure and rows are written together at the end, so a command that throws leaves nothing to undo.
 */
export class SqliteGroup {
  readonly #parts: GroupParts
  readonly #boundary: BoundaryReader
  readonly #storedKey: (subject: Subject) => Buffer | null
  readonly #events: BulkInsert
  readonly #tags: BulkInsert
  readonly #changes: ChangeWriter
  readonly #selectHead: () => { position: number; bytes: string } | undefined
  readonly #forget: (subject: Subject) => void
  readonly #lookForForgotten: () => void

  #position = 0
  #lastAt: Instant = ''
  #recent = new Map<string, DomainEvent[]>()
  #newKeys = new Map<Subject, Buffer>()
  #forgotten: Subject[] = []
  #appended = 0

  constructor(parts: GroupParts) {
    const { db } = parts
    this.#parts = parts
    this.#storedKey = keyReader(db, parts.keys)
    this.#lookForForgotten = forgettingWatches(db)(() => parts.keys.forgetAll())
    this.#boundary = new BoundaryReader(db, (subject) => this.#keyOf(subject), parts.encodeTag)
    this.#events = new BulkInsert(db, 'events', ['position', 'type', 'bytes'])
    this.#tags = new BulkInsert(db, 'event_tags', ['tag', 'type', 'position'])
    this.#changes = new ChangeWriter(db)
    const head = db.prepare('select position, bytes from events order by position desc limit 1')
    this.#selectHead = () => head.get() as { position: number; bytes: string } | undefined
    const dropTag = db.prepare('delete from event_tags where tag = ? and type = ? and position = ?')
    const dropKey = db.prepare('delete from subject_keys where subject = ?')
    this.#forget = (subject) => {
      for (const event of this.#boundary.under(subject)) {
        if (subjectOf(event) !== subject) continue // somebody else's address stays theirs
        for (const tag of encodedTags(event, parts.encodeTag)) {
          if (tag.startsWith('email:')) dropTag.run(tag, event.type, event.position)
        }
      }
      dropKey.run(subject)
    }
  }

  /** Call right after `begin immediate`: another process may have written since the last group. */
  begin(): void {
    const head = this.#selectHead()
    this.#position = head?.position ?? 0
    this.#lastAt = head ? (JSON.parse(head.bytes) as { at: Instant }).at : ''
    this.#boundary.begin()
    this.#lookForForgotten()
    this.#recent.clear()
    this.#newKeys.clear()
    this.#forgotten = []
    this.#appended = 0
  }

  decide<V>(request: DecideRequest<V>): DecideOutcome {
    const clock = this.#parts.clock()
    const now = clock > this.#lastAt ? clock : this.#lastAt
    const readings = Object.values(request.readings) as Reading<unknown>[]
    const view = viewOf(request.readings, this.#boundary.read(readings, this.#recent))
    const decision = request.decide(view, now)
    if (decision.events.length === 0) return { ...decision, events: [] }

    const changes: Change[] = []
    const fresh = new Map<Subject, Buffer>()
    const events: DomainEvent[] = []
    const rows: { readonly event: DomainEvent; readonly bytes: string }[] = []
    for (const [index, decided] of decision.events.entries()) {
      const envelope = {
        position: this.#position + index + 1,
        id: this.#parts.ids(),
        at: now,
        actor: request.actor,
        causation: decided.causation ?? request.causation ?? null,
        correlation: request.correlation,
      }
      const event = asEvent(decided, envelope)
      rows.push({ event, bytes: encode(decided, envelope, this.#keyFor(decided, fresh, changes)) })
      events.push(event)
      for (const projection of this.#parts.projections) changes.push(...projection.project(event))
    }
    if (decision.outcome === 'accepted' && request.alongside) changes.push(...request.alongside)

    // From here on nothing throws but the database itself.
    this.#position += rows.length
    this.#lastAt = now
    this.#appended += rows.length
    for (const [subject, key] of fresh) this.#newKeys.set(subject, key)
    for (const { event, bytes } of rows) this.#append(event, bytes)
    this.#changes.write(changes)
    for (const event of events) this.#forgetBy(event)
    return { ...decision, events }
  }

  /** Writes what is still bundled; afterwards the transaction holds everything. */
  flush(): void {
    this.#boundary.written()
    this.#events.flush()
    this.#tags.flush()
    this.#changes.flush()
  }

  /** After the commit: keys may be used from the cache, forgotten ones no more. Answers what has changed. */
  committed(): { readonly appended: number; readonly forgot: boolean } {
    for (const [subject, key] of this.#newKeys) this.#parts.keys.remember(subject, key)
    for (const subject of this.#forgotten) this.#parts.keys.forget(subject)
    this.#boundary.committed(this.#recent)
    return { appended: this.#appended, forgot: this.#forgotten.length > 0 }
  }

  /** After a rollback: nothing of this group may linger. */
  discard(): void {
    this.#events.discard()
    this.#tags.discard()
    this.#changes.discard()
  }

  #append(event: DomainEvent, bytes: string): void {
    this.#events.add(event.position, event.type, bytes)
    for (const tag of encodedTags(event, this.#parts.encodeTag)) {
      this.#tags.add(tag, event.type, event.position)
      const recent = this.#recent.get(tag)
      if (recent) recent.push(event)
      else this.#recent.set(tag, [event])
    }
  }

  #keyOf(subject: Subject): Buffer | null {
    return this.#newKeys.get(subject) ?? this.#storedKey(subject)
  }

  /** `fresh` keys are the decision's own until its rows are written: a key without its row would lose what it locks. */
  #keyFor(event: NewEvent, fresh: Map<Subject, Buffer>, changes: Change[]): Buffer | null {
    const subject = subjectOf(event)
    if (subject === null) return null
    const known = fresh.get(subject) ?? this.#keyOf(subject)
    if (known) return known
    const { key, wrapped } = this.#parts.keys.create(subject)
    fresh.set(subject, key)
    changes.push({ op: 'insert', table: 'subject_keys', row: { subject, wrapped } })
    return key
  }

  #forgetBy(event: DomainEvent): void {
    const subjects = definitionOf(event.type).forgets?.(event.data) ?? []
    if (subjects.length === 0) return
    this.flush() // forgetting reads and removes rows, so they have to be in the tables
    this.#recent.clear()
    this.#boundary.forget()
    for (const subject of subjects) {
      this.#forget(subject)
      this.#newKeys.delete(subject)
      this.#parts.keys.forget(subject)
      this.#forgotten.push(subject)
    }
  }
}

const asEvent = (
  { type, data }: NewEvent,
  envelope: Omit<DomainEvent, 'type' | 'version' | 'data'>,
): DomainEvent => ({ ...envelope, type, version: definitionOf(type).version, data }) as DomainEvent
