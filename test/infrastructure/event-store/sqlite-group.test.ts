import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DomainEvent, NewEvent } from '../../../src/domain/catalogue.ts'
import { accept, fold, reading } from '../../../src/domain/decision.ts'
import type { Instant, Subject } from '../../../src/domain/event.ts'
import { migrateUp, sqliteMigrations } from '../../../src/infrastructure/database/migrations.ts'
import type { SqliteConnection } from '../../../src/infrastructure/database/sqlite.ts'
import { SqliteGroup } from '../../../src/infrastructure/event-store/sqlite-group.ts'
import { SubjectKeys } from '../../../src/infrastructure/vault/subject-keys.ts'
import { projections } from '../../../src/projections/index.ts'
import * as cast from '../../support/controls.ts'
import { temporaryFolder } from '../../support/house.ts'

const { BEN_ADDRESS, INVITE, OTHER_INVITE, THIRD_INVITE } = cast
const ABOUT = `invite:${INVITE}` as const
const other = { inviteId: OTHER_INVITE }

/** A process: a connection, the keys it remembers, and the group on them. */
type Process = {
  readonly db: SqliteConnection
  readonly keys: SubjectKeys
  readonly group: SqliteGroup
  /** How often it looked into the index of tags since it was last asked. */
  readonly looks: () => number
  now: Instant
}
const opened: Process[] = []
let folder: string
let remove: () => void
let made: number
const open = (): Process => {
  let looks = 0
  const db = new Database(join(folder, 'a.db'), {
    verbose: (sql) => {
      if (String(sql).startsWith('select') && String(sql).includes('event_tags')) looks++
    },
  })
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = OFF')
  migrateUp(db, sqliteMigrations(), cast.NOW)
  const keys = new SubjectKeys(Buffer.alloc(32, 7))
  const process: Process = {
    db,
    keys,
    group: new SqliteGroup({
      db,
      keys,
      encodeTag: (tag) => (tag.startsWith('email:') ? 'email:digest' : tag),
      projections,
      clock: () => process.now,
      ids: () => `ID-${++made}`,
    }),
    looks: () => {
      const since = looks
      looks = 0
      return since
    },
    now: cast.NOW,
  }
  opened.push(process)
  return process
}

let here: Process
beforeEach(() => {
  ;({ folder, remove } = temporaryFolder())
  made = 0
  here = open()
})
afterEach(() => {
  for (const { db } of opened.splice(0)) db.close()
  remove()
})

const begin = ({ db, group }: Process) => {
  db.exec('begin immediate')
  group.begin()
}
const decide = ({ group }: Process, ...events: readonly NewEvent[]) =>
  group.decide({ readings: {}, decide: () => accept(...events), actor: 'operator', correlation: 'C' }).events
const commit = ({ db, group }: Process) => {
  group.flush()
  db.exec('commit')
  return group.committed()
}
const rollBack = ({ db, group }: Process) => {
  db.exec('rollback')
  group.discard()
}
/** A transaction with one command. */
const append = (process: Process, ...events: readonly NewEvent[]) => {
  begin(process)
  decide(process, ...events)
  return commit(process)
}

const remembered = fold<readonly { position: number; email: string | null }[]>([], {
  InviteIssued: (state, { position, data: { email } }) => [...state, { position, email }],
  InviteResent: (state, { position, data: { email } }) => [...state, { position, email }],
})
/** What a decision is told of an invite just now. */
const told = ({ group }: Process) => {
  let seen: readonly { position: number; email: string | null }[] = []
  group.decide({
    readings: { invite: reading(ABOUT, remembered) },
    decide: ({ invite }) => {
      seen = invite
      return accept()
    },
    actor: 'operator',
    correlation: 'C',
  })
  return seen
}
const positions = (process: Process) => told(process).map(({ position }) => position)
const where = (events: readonly DomainEvent[]) => events.map(({ position, at }) => [position, at])
const rows = (sql: string) => here.db.prepare(sql).pluck().all()
const subject: Subject = ABOUT

describe('a group', () => {
  test('begins where the history ends, whoever wrote it, and never earlier than that', () => {
    const there = open()
    there.now = cast.IN_A_DAY
    append(here, cast.issued())
    append(there, cast.resent(), cast.mailSent)
    begin(here)
    expect(positions(here)).toStrictEqual([1, 2])
    expect(where(decide(here, cast.resent(), cast.revoked()))).toStrictEqual([
      [4, cast.IN_A_DAY],
      [5, cast.IN_A_DAY],
    ])
    here.now = cast.IN_A_WEEK
    expect(where(decide(here, cast.mailSent))).toStrictEqual([[6, cast.IN_A_WEEK]])
    here.now = cast.NOW
    expect(where(decide(here, cast.mailSent))).toStrictEqual([[7, cast.IN_A_WEEK]])
    expect(commit(here)).toStrictEqual({ appended: 4, forgot: false })
  })
  test('tells how much it has appended, and whether anybody was forgotten', () => {
    expect(append(here, cast.issued(), cast.resent())).toStrictEqual({ appended: 2, forgot: false })
    expect(append(here, cast.purged)).toStrictEqual({ appended: 1, forgot: true })
    expect(append(here, cast.issued(other))).toStrictEqual({ appended: 1, forgot: false })
    expect(append(here)).toStrictEqual({ appended: 0, forgot: false })
  })
  test('sees all that it has decided itself', () => {
    begin(here)
    for (const event of [cast.issued(), cast.resent(), cast.resent()]) decide(here, event)
    expect(positions(here)).toStrictEqual([1, 2, 3])
    commit(here)
  })
  test('knows by heart afterwards what it has read and decided', () => {
    append(here, cast.issued())
    begin(here)
    told(here)
    expect(here.looks()).toBe(2)
    decide(here, cast.resent())
    expect(positions(here)).toStrictEqual([1, 2])
    commit(here)
    here.looks()
    begin(here)
    expect([positions(here), here.looks()]).toStrictEqual([[1, 2], 0])
    commit(here)
  })
})

describe('a group that is rolled back', () => {
  test('leaves no event, no tag, no row and no key behind', () => {
    append(here, cast.issued({ inviteId: THIRD_INVITE, email: 'cyd@example.org' }))
    begin(here)
    decide(here, cast.issued(), cast.resent())
    rollBack(here)
    begin(here)
    expect(positions(here)).toStrictEqual([])
    decide(here, cast.issued(other))
    commit(here)
    expect(rows('select position from events order by position')).toStrictEqual([1, 2])
    expect(rows(`select tag from event_tags where position > 1 order by tag`)).toStrictEqual([
      'email:digest',
      `invite:${OTHER_INVITE}`,
    ])
    expect(rows('select count(*) from invites')).toStrictEqual([2])
    expect(rows('select count(*) from subject_keys')).toStrictEqual([2])
  })
  test('takes its new keys with it: the same person gets another', () => {
    begin(here)
    decide(here, cast.issued())
    rollBack(here)
    append(here, cast.issued())
    expect(rows('select subject from subject_keys')).toStrictEqual([subject])
    const there = open()
    begin(there)
    expect(told(there)).toStrictEqual([{ position: 1, email: BEN_ADDRESS }])
    there.db.exec('rollback')
  })
})

describe('keys', () => {
  test('are used from memory once they are committed, and not before', () => {
    begin(here)
    decide(here, cast.issued())
    expect(here.keys.cached(subject)).toBeUndefined()
    commit(here)
    expect(here.keys.cached(subject)).toHaveLength(32)
  })
  test('that were destroyed are nothing in the same transaction, and nothing of theirs is read again', () => {
    begin(here)
    decide(here, cast.issued())
    expect(told(here)).toStrictEqual([{ position: 1, email: BEN_ADDRESS }])
    decide(here, cast.purged)
    expect(told(here)).toStrictEqual([{ position: 1, email: null }])
    commit(here)
    expect(here.keys.cached(subject)).toBeUndefined()
  })
  test('that somebody read before their end was committed are forgotten with the commit', () => {
    append(here, cast.issued())
    const key = here.keys.cached(subject)
    begin(here)
    decide(here, cast.purged)
    expect(here.keys.cached(subject)).toBeUndefined()
    here.keys.remember(subject, key ?? Buffer.alloc(32))
    commit(here)
    expect(here.keys.cached(subject)).toBeUndefined()
  })
  test('that another process destroyed are forgotten here before anything is decided', () => {
    append(here, cast.issued())
    const there = open()
    append(there, cast.purged)
    expect(here.keys.cached(subject)).toHaveLength(32)
    begin(here)
    expect(here.keys.cached(subject)).toBeUndefined()
    expect(told(here)).toStrictEqual([{ position: 1, email: null }])
    commit(here)
  })
})
