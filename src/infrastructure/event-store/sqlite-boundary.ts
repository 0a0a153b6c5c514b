import type { DomainEvent, EventType } from '../../domain/catalogue.ts'
import type { Reading } from '../../domain/decision.ts'
import type { Subject, Tag } from '../../domain/event.ts'
import { type SqliteConnection, statementsOf } from '../database/sqlite.ts'
import type { SubjectKeys } from '../vault/subject-keys.ts'
import { decode, type TagEncoder } from './codec.ts'

const quoted = (types: readonly string[]) => types.map((type) => `'${type}'`).join(',')

/** Wrapped subject keys on one connection, through the cache. Null for a subject that was forgotten, or never had one. */
export const keyReader = (db: SqliteConnection, keys: SubjectKeys) => {
  const select = db.prepare('select wrapped from subject_keys where subject = ?').pluck()
  return (subject: Subject): Buffer | null => {
    const cached = keys.cached(subject)
    if (cached) return cached
    const wrapped = select.get(subject) as string | undefined
    if (wrapped === undefined) return null
    const key = keys.unwrap(subject, wrapped)
    keys.remember(subject, key)
    return key
  }
}

/** Reads the events of a consistency boundary inside the writing transaction. */
export class BoundaryReader {
  readonly #statement: ReturnType<typeof statementsOf>
  readonly #keyOf: (subject: Subject) => Buffer | null
  readonly #encodeTag: TagEncoder
  readonly #sql = new Map<readonly EventType[], string>()

  constructor(db: SqliteConnection, keyOf: (subject: Subject) => Buffer | null, encodeTag: TagEncoder) {
    this.#statement = statementsOf(db)
    this.#keyOf = keyOf
    this.#encodeTag = encodeTag
  }

  /** Events under the readings' tags in order of position, each once; `recent` holds what this transaction decided. */
  read(
    readings: readonly Reading<unknown>[],
    recent: ReadonlyMap<string, readonly DomainEvent[]>,
  ): DomainEvent[] {
    const byPosition = new Map<number, DomainEvent>()
    for (const { tag, fold } of readings) {
      if (fold.types.length === 0) continue
      const stored = this.#encodeTag(tag)
      for (const bytes of this.#statement(this.#sqlFor(fold.types)).pluck().all(stored) as string[]) {
        const event = decode(bytes, this.#keyOf)
        byPosition.set(event.position, event)
      }
      for (const event of recent.get(stored) ?? []) {
        if (fold.types.includes(event.type)) byPosition.set(event.position, event)
      }
    }
    if (byPosition.size < 2) return [...byPosition.values()]
    return [...byPosition.values()].toSorted((a, b) => a.position - b.position)
  }

  /** Every event under a tag: what forgetting needs to find the digests it removes. */
  under(tag: Tag): DomainEvent[] {
    const rows = this.#statement(
      `select e.bytes from event_tags t cross join events e on e.position = t.position where t.tag = ?`,
    )
      .pluck()
      .all(this.#encodeTag(tag)) as string[]
    return rows.map((bytes) => decode(bytes, this.#keyOf))
  }

  #sqlFor(types: readonly EventType[]): string {
    let sql = this.#sql.get(types)
    if (sql === undefined) {
      // Type names come from our own catalogue; the list is part of the text so that each is sought in the index.
      sql = `select e.bytes from event_tags t cross join events e on e.position = t.position
             where t.tag = ? and t.type in (${quoted(types)})`
      this.#sql.set(types, sql)
    }
    return sql
  }
}
