import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { DomainEvent, NewEvent } from '../../../src/domain/catalogue.ts'
import { type Fold, fold, type Reading, reading as readingOf } from '../../../src/domain/decision.ts'
import type { Subject, Tag } from '../../../src/domain/event.ts'
import { migrateUp, sqliteMigrations } from '../../../src/infrastructure/database/migrations.ts'
import type { SqliteConnection } from '../../../src/infrastructure/database/sqlite.ts'
import { encode, encodedTags, subjectOf } from '../../../src/infrastructure/event-store/codec.ts'
import {
  BoundaryReader,
  keyReader,
  keysReaders,
} from '../../../src/infrastructure/event-store/sqlite-boundary.ts'
import { SubjectKeys } from '../../../src/infrastructure/vault/subject-keys.ts'
import * as cast from '../../support/controls.ts'
import { recorded } from '../../support/given.ts'
import { temporaryFolder } from '../../support/house.ts'

const { BEN, BEN_ADDRESS, INVITE, OTHER_INVITE } = cast
const ABOUT = `invite:${INVITE}` as const
const encodeTag = (tag: Tag) => (tag.startsWith('email:') ? 'email:digest' : tag)

let folder: string
let remove: () => void
let db: SqliteConnection
/** What the connection was asked for, without the looks at its version. */
let asked: string[]
let keys: SubjectKeys
beforeEach(() => {
  ;({ folder, remove } = temporaryFolder())
  asked = []
  db = new Database(join(folder, 'a.db'), {
    verbose: (sql) => {
      if (!String(sql).startsWith('PRAGMA') && !String(sql).startsWith('pragma')) asked.push(String(sql))
    },
  })
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = OFF')
  migrateUp(db, sqliteMigrations(), cast.NOW)
  keys = new SubjectKeys(Buffer.alloc(32, 7))
})
afterEach(() => {
  db.close()
  remove()
})

/** Appends behind what there is, on a connection, with the keys that are needed. */
const append = (on: SqliteConnection, ...events: readonly NewEvent[]): readonly DomainEvent[] => {
  const head = Number(on.prepare('select coalesce(max(position), 0) from events').pluck().get())
  const placed = recorded(...events).map((event, n) => ({ ...event, position: head + n + 1 }))
  for (const event of placed) {
    const { type, data, version: _, ...envelope } = event
    const subject = subjectOf(event)
    const known =
      subject && on.prepare('select wrapped from subject_keys where subject = ?').pluck().get(subject)
    let key = subject && typeof known === 'string' ? keys.unwrap(subject, known) : null
    if (subject && !key) {
      const made = keys.create(subject)
      key = made.key
      on.prepare('insert into subject_keys (subject, wrapped) values (?, ?)').run(subject, made.wrapped)
    }
    const bytes = encode({ type, data } as NewEvent, envelope, key)
    on.prepare('insert into events (position, type, bytes) values (?, ?, ?)').run(event.position, type, bytes)
    const index = on.prepare('insert into event_tags (tag, type, position) values (?, ?, ?)')
    for (const tag of encodedTags(event, encodeTag)) index.run(tag, type, event.position)
  }
  return placed
}

/** As the boundary sees folds: what they make of the events is none of its business. */
const reading = (tag: Tag, what: Fold<null>) => readingOf(tag, what) as Reading<unknown>
const story = fold(null, { InviteIssued: () => null, InviteResent: () => null })
const nothing = fold(null, {})
const NOTHING: ReadonlyMap<string, readonly DomainEvent[]> = new Map()

describe('keys', () => {
  const wrappedKey = (subject: Subject) => {
    const { key, wrapped } = keys.create(subject)
    db.prepare('insert into subject_keys (subject, wrapped) values (?, ?)').run(subject, wrapped)
    return key
  }

  test('are read once, and then known by heart', () => {
    const keyOf = keyReader(db, keys)
    const key = wrappedKey(`user:${BEN}`)
    asked = []
    expect([keyOf(`user:${BEN}`), keyOf(`user:${BEN}`)]).toStrictEqual([key, key])
    expect(asked).toHaveLength(1)
  })
  test('are nothing for whoever was forgotten', () => {
    expect(keyReader(db, keys)(`user:${BEN}`)).toBeNull()
    expect(keysReaders(db, keys)()(new Set<Subject>([`user:${BEN}`]))).toStrictEqual(new Map())
  })
  test('of many are asked for together, and each once; those who have none are asked for again', () => {
    const [one, other] = [wrappedKey('user:ONE'), wrappedKey('user:OTHER')]
    const keysOf = keysReaders(db, keys)()
    asked = []
    expect(keysOf(new Set(['user:ONE']))).toStrictEqual(new Map([['user:ONE', one]]))
    expect(asked).toHaveLength(1)
    expect(keysOf(new Set(['user:ONE', 'user:OTHER', 'user:GONE']))).toStrictEqual(
      new Map([
        ['user:ONE', one],
        ['user:OTHER', other],
      ]),
    )
    expect([asked.length, asked.at(-1)?.includes('user:ONE')]).toStrictEqual([2, false])
    keysOf(new Set(['user:ONE', 'user:OTHER']))
    keysOf(new Set())
    expect(asked).toHaveLength(2)
    keysOf(new Set(['user:GONE']))
    expect(asked).toHaveLength(3)
  })
  test('of many are forgotten once another connection has forgotten somebody', () => {
    append(db, cast.issued())
    const keysOf = keysReaders(db, keys)()
    expect(keysOf(new Set([ABOUT])).size).toBe(1)
    const other = new Database(join(folder, 'a.db'))
    other.exec('delete from subject_keys')
    append(other, cast.purged)
    other.close()
    expect(keysOf(new Set([ABOUT])).size).toBe(0)
  })
  test('of a great many are not all kept', () => {
    vi.spyOn(keys, 'unwrap').mockImplementation((_, text) => Buffer.from(text))
    db.exec(`with recursive n(n) as (select 0 union all select n + 1 from n where n < 10000)
      insert into subject_keys (subject, wrapped) select 'invite:' || n, 'key' from n`)
    const upTo = (count: number) => new Set(Array.from({ length: count }, (_, n): Subject => `invite:${n}`))
    const asksAgain = (count: number) => {
      const keysOf = keysReaders(db, keys)()
      expect(keysOf(upTo(count)).size).toBe(count)
      asked = []
      expect(keysOf(upTo(1)).size).toBe(1)
      return asked.length
    }
    expect([asksAgain(10_000), asksAgain(10_001)]).toStrictEqual([0, 1])
  })
  test('each reading has a memory of its own', () => {
    wrappedKey('user:ONE')
    const open = keysReaders(db, keys)
    const [first, second] = [open(), open()]
    first(new Set(['user:ONE']))
    asked = []
    second(new Set(['user:ONE']))
    expect(asked).toHaveLength(1)
  })
})

describe('a boundary', () => {
  const opened = () => new BoundaryReader(db, keyReader(db, keys), encodeTag)
  const positions = (
    reader: BoundaryReader,
    recent = NOTHING,
    readings: readonly Reading<unknown>[] = [reading(ABOUT, story)],
  ) => reader.read(readings, recent).map(({ position }) => position)
  const under = (tag: string, events: readonly DomainEvent[]) => new Map([[tag, events]])
  /** How often the tables are looked at for it, in a transaction of its own. */
  const looksAt = (reader: BoundaryReader) => {
    reader.begin()
    asked = []
    positions(reader)
    return asked.filter((sql) => sql.includes('event_tags')).length
  }

  test('holds what stands under its tags and is remembered, as it was written, in order and each once', () => {
    const placed = append(
      db,
      cast.issued(),
      cast.mailSent,
      cast.issued({ inviteId: OTHER_INVITE }),
      cast.resent(),
    )
    const reader = opened()
    reader.begin()
    const both = [reading(`email:${BEN_ADDRESS}`, story), reading(ABOUT, story), reading(ABOUT, nothing)]
    expect(reader.read(both, NOTHING)).toStrictEqual([placed[0], placed[2], placed[3]])
    expect(reader.read(both.toReversed(), NOTHING)).toStrictEqual([placed[0], placed[2], placed[3]])
    expect(reader.read([reading(ABOUT, story)], NOTHING)).toStrictEqual([placed[0], placed[3]])
    expect(reader.read([reading(`invite:${OTHER_INVITE}`, story)], NOTHING)).toStrictEqual([placed[2]])
    expect(reader.read([reading('invite:nobody', story)], NOTHING)).toStrictEqual([])
  })
  test('of nothing that is remembered asks nothing', () => {
    append(db, cast.issued())
    const reader = opened()
    reader.begin()
    asked = []
    expect(reader.read([reading(ABOUT, nothing)], NOTHING)).toStrictEqual([])
    expect(asked).toStrictEqual([])
  })
  test('holds what this transaction has decided, behind what is stored', () => {
    append(db, cast.issued())
    const reader = opened()
    reader.begin()
    const [second, mail] = recorded(cast.resent(), cast.mailSent).map((event, n) => ({
      ...event,
      position: n + 2,
    })) as [DomainEvent, DomainEvent]
    expect(positions(reader, under(ABOUT, [mail, second]))).toStrictEqual([1, 2])
    expect(positions(reader, under('email:digest', [second]))).toStrictEqual([1])
    const behind = under('email:digest', [second])
    expect(positions(reader, behind, [reading(`email:${BEN_ADDRESS}`, story)])).toStrictEqual([1, 2])
  })

  test('is known by heart once it was committed, with what the commit appended', () => {
    append(db, cast.issued())
    const reader = opened()
    expect(looksAt(reader)).toBe(2)
    const appended = append(db, cast.resent())
    reader.committed(under(ABOUT, appended))
    expect(looksAt(reader)).toBe(0)
    expect(positions(reader)).toStrictEqual([1, 2])
  })
  test('that is empty is not kept: one look at the index tells it again', () => {
    const reader = opened()
    expect(looksAt(reader)).toBe(1)
    reader.committed(NOTHING)
    expect(looksAt(reader)).toBe(1)
  })
  test('is not known by heart before the commit', () => {
    append(db, cast.issued())
    const reader = opened()
    expect(looksAt(reader)).toBe(2)
    expect(looksAt(reader)).toBe(2)
    reader.committed(NOTHING)
    expect(looksAt(reader)).toBe(0)
  })
  test('that was read after rows were written is not kept: they may be rolled back', () => {
    append(db, cast.issued())
    const reader = opened()
    reader.begin()
    reader.written()
    positions(reader)
    reader.committed(NOTHING)
    expect(looksAt(reader)).toBe(2)
    reader.committed(NOTHING)
    expect(looksAt(reader)).toBe(0)
  })
  test('is read anew once somebody was forgotten, in this transaction and after it', () => {
    append(db, cast.issued())
    const reader = opened()
    looksAt(reader)
    reader.committed(NOTHING)
    reader.begin()
    reader.forget()
    asked = []
    positions(reader)
    expect(asked).toHaveLength(2)
    reader.forget()
    reader.committed(NOTHING)
    expect(looksAt(reader)).toBe(2)
  })
  test('is read anew once another connection has written', () => {
    append(db, cast.issued())
    const reader = opened()
    looksAt(reader)
    reader.committed(NOTHING)
    const other = new Database(join(folder, 'a.db'))
    append(other, cast.resent())
    other.close()
    expect(looksAt(reader)).toBe(2)
    expect(positions(reader)).toStrictEqual([1, 2])
  })
  test('everything under a tag is told to whoever forgets, of whatever type', () => {
    const placed = append(db, cast.issued(), cast.mailSent, cast.issued({ inviteId: OTHER_INVITE }))
    expect(opened().under(ABOUT)).toStrictEqual([placed[0], placed[1]])
    expect(opened().under(`email:${BEN_ADDRESS}`)).toStrictEqual([placed[0], placed[2]])
  })
})
