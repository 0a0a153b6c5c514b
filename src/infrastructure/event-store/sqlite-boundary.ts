import type { Statement } from 'better-sqlite3'
import type { DomainEvent, EventType } from '../../domain/catalogue.ts'
import type { Reading } from '../../domain/decision.ts'
import type { Subject, Tag } from '../../domain/event.ts'
import { type SqliteConnection, statementsOf } from '../database/sqlite.ts'
import type { SubjectKeys } from '../vault/subject-keys.ts'
import { BoundaryCache } from './boundary-cache.ts'
import { decode, type KeysOf, type TagEncoder } from './codec.ts'
import { forgettingWatches } from './forgetting-watch.ts'

const quoted = (types: readonly string[]) => types.map((type) => `'${type}'`).join(',')

/**
 * Wrapped subject keys on one connection, through the cache. Null for a subject that was forgotten, or never had one.
 * Whoever reads with it sees to it that the cache holds nobody forgotten elsewhere.
 */
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

const MAX_KEPT = 10_000

/**
 * The same for many subjects at once, with a short memory of its own for each reading: a long one must neither push out
 * what commands need, nor read on what was forgotten meanwhile.
 */
export const keysReaders = (db: SqliteConnection, keys: SubjectKeys): (() => KeysOf) => {
  const select = db
    .prepare('select subject, wrapped from subject_keys where subject in (select value from json_each(?))')
    .raw()
  const watch = forgettingWatches(db)
  return () => {
    const kept = new Map<Subject, Buffer>()
    const lookForForgotten = watch(() => kept.clear())
    return (subjects) => {
      lookForForgotten()
      if (kept.size > MAX_KEPT) kept.clear()
      const found = new Map<Subject, Buffer>()
      const missing: Subject[] = []
      for (const subject of subjects) {
        const key = kept.get(subject)
        if (key) found.set(subject, key)
        else missing.push(subject)
      }
      const rows = missing.length === 0 ? [] : (select.all(JSON.stringify(missing)) as [Subject, string][])
      for (const [subject, wrapped] of rows) {
        const key = keys.unwrap(subject, wrapped)
        kept.set(subject, key)
        found.set(subject, key)
      }
      return found
    }
  }
}

/** Reads the events of a consistency boundary inside the writing transaction. */
export class BoundaryReader {
  readonly #statement: ReturnType<typeof statementsOf>
  readonly #any: Statement
  readonly #keyOf: (subject: Subject) => Buffer | null
  readonly #encodeTag: TagEncoder
  readonly #sql = new Map<readonly EventType[], string>()
  readonly #cache = new BoundaryCache()
  readonly #version: Statement
  #seenVersion: unknown
  /** Read from the tables in this transaction before anything was written to them: true at the commit as well. */
  #loaded: [string, readonly EventType[], readonly DomainEvent[]][] = []
  #pristine = true

  constructor(db: SqliteConnection, keyOf: (subject: Subject) => Buffer | null, encodeTag: TagEncoder) {
    this.#statement = statementsOf(db)
    this.#version = db.prepare('pragma data_version').pluck()
    this.#any = db.prepare('select 1 from event_tags where tag = ? limit 1')
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
      for (const event of this.#stored(stored, fold.types)) byPosition.set(event.position, event)
      for (const event of recent.get(stored) ?? []) {
        if (fold.types.includes(event.type)) byPosition.set(event.position, event)
      }
    }
    if (byPosition.size < 2) return [...byPosition.values()]
    return [...byPosition.values()].toSorted((a, b) => a.position - b.position)
  }

  /** Call at the start of each transaction: what other connections committed is not in the cache. */
  begin(): void {
    const version = this.#version.get()
    if (version !== this.#seenVersion) this.#cache.clear()
    this.#seenVersion = version
    this.#loaded = []
    this.#pristine = true
  }

  /** Call when rows were written in the middle of a transaction: what is read from now on may be rolled back. */
  written(): void {
    this.#pristine = false
  }

  /** Call after the commit, with what it appended. */
  committed(appended: ReadonlyMap<string, readonly DomainEvent[]>): void {
    for (const [tag, types, events] of this.#loaded) this.#cache.set(tag, types, events)
    for (const [tag, events] of appended) this.#cache.add(tag, events)
  }

  /** Call when digests or keys were removed: cached events may hold what is forgotten now. */
  forget(): void {
    this.#cache.clear()
    this.#loaded = []
  }

  #stored(tag: string, types: readonly EventType[]): readonly DomainEvent[] {
    const cached = this.#cache.get(tag, types)
    if (cached) return cached
    // Most tags of most commands are new; one look at the index is several times cheaper than an empty result set.
    if (this.#any.get(tag) === undefined) return []
    const rows = this.#statement(this.#sqlFor(types)).pluck().all(tag) as string[]
    const events = rows.map((bytes) => decode(bytes, this.#keyOf))
    if (this.#pristine) this.#loaded.push([tag, types, events])
    return events
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
