import { statSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { NewEvent } from '../../../src/domain/catalogue.ts'
import { accept } from '../../../src/domain/decision.ts'
import type { Tag } from '../../../src/domain/event.ts'
import { migrateUp, sqliteMigrations } from '../../../src/infrastructure/database/migrations.ts'
import { openReader, type SqliteConnection } from '../../../src/infrastructure/database/sqlite.ts'
import { first, run, type Work } from '../../../src/infrastructure/database/work.ts'
import { SqliteEventStore } from '../../../src/infrastructure/event-store/sqlite-store.ts'
import { SubjectKeys } from '../../../src/infrastructure/vault/subject-keys.ts'
import { projections } from '../../../src/projections/index.ts'
import { insert } from '../../../src/projections/projection.ts'
import * as cast from '../../support/controls.ts'
import { temporaryFolder } from '../../support/house.ts'

let folder: string
let remove: () => void
let db: SqliteConnection
let reader: SqliteConnection
let store: SqliteEventStore
/** How many commands each commit held, and how often the bell rang. */
let commits: number[]
let rung: number
let fatal: string[]
/** Makes a statement of the store fail instead of being carried out, always or in these turns; empty for "not now". */
let failing: Record<string, string | string[]>

beforeEach(() => {
  ;({ folder, remove } = temporaryFolder())
  db = new Database(join(folder, 'a.db'))
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = OFF')
  migrateUp(db, sqliteMigrations(), cast.NOW)
  reader = openReader(join(folder, 'a.db'))
  commits = []
  rung = 0
  fatal = []
  failing = {}
  const prepare = db.prepare.bind(db)
  db.prepare = ((sql: string) => {
    const statement = prepare(sql)
    if (sql !== 'begin immediate' && sql !== 'commit') return statement
    return {
      run: () => {
        const told = failing[sql]
        const code = Array.isArray(told) ? told.shift() : told
        if (code) throw new Database.SqliteError('as it was told to', code)
        return statement.run()
      },
    }
  }) as unknown as typeof db.prepare
  let made = 0
  store = new SqliteEventStore({
    db,
    reader,
    keys: new SubjectKeys(Buffer.alloc(32, 7)),
    encodeTag: (tag: Tag) => (tag.startsWith('email:') ? 'email:digest' : tag),
    projections,
    clock: () => cast.NOW,
    ids: () => `ID-${++made}`,
    ring: () => {
      rung++
    },
    committed: (commands, seconds) => {
      expect(seconds).toBeGreaterThan(0)
      expect(seconds).toBeLessThan(60)
      commits.push(commands)
    },
    onFatal: ({ message }) => fatal.push(message),
  })
})
afterEach(async () => {
  vi.restoreAllMocks()
  await store.close()
  remove()
})

const decide = (...events: readonly NewEvent[]) =>
  store.decide({ readings: {}, decide: () => accept(...events), actor: 'operator', correlation: 'C' })
const told = async (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    ({ name, message }: Error) => `${name}: ${message}`,
  )
const probe = () => db.prepare('select count(*) from throttles').pluck().get()
const logSize = () => statSync(join(folder, 'a.db-wal')).size

describe('a group', () => {
  test('is everything that has arrived, 256 commands at most, and is committed once', async () => {
    await Promise.all(Array.from({ length: 300 }, () => decide(cast.resent())))
    expect(commits).toStrictEqual([256, 44])
    expect([rung, await store.head()]).toStrictEqual([2, 300])
  })
  test('rings for events and for nothing else', async () => {
    await decide()
    await store.exclusively('work', () => run('delete from throttles'))
    expect([rung, commits]).toStrictEqual([0, [1, 1]])
    await decide(cast.issued())
    expect(rung).toBe(1)
  })
  test('that the database refuses is tried one by one, and each hears of its own', async () => {
    const row = () =>
      store.decide({
        readings: {},
        decide: () => accept(cast.resent()),
        actor: 'operator',
        correlation: 'C',
        alongside: [insert('password_hashes', { credential_id: 'A', user_id: 'U', hash: 'x' })],
      })
    const results = await Promise.all([told(row()), told(row()), told(decide(cast.issued()))])
    expect(results.map((one) => one.split(' ')[0])).toStrictEqual(['done', 'SqliteError:', 'done'])
    expect([await store.head(), commits]).toStrictEqual([2, [1, 1]])
    expect((await store.get(2))?.type).toBe('InviteIssued')
  })
  test('that is tried one by one waits again where another process has come in between', async () => {
    failing = { commit: ['SQLITE_CONSTRAINT'], 'begin immediate': ['', 'SQLITE_BUSY'] }
    const done = await Promise.all([decide(cast.issued()), decide(cast.resent())])
    expect(done.map(({ events }) => events.map(({ position }) => position))).toStrictEqual([[2], [1]])
    expect(commits).toStrictEqual([1, 1])
  })
})

describe('work outside the history', () => {
  test('sees what the group has decided before it, and fails alone', async () => {
    function* counting(): Work<number | undefined> {
      return (yield* first<{ n: number }>('select count(*) as n from invites'))?.n
    }
    function* failingWork(): Work<void> {
      yield* run(`insert into throttles (key, points, expires_at) values ('a', 0, 0)`)
      throw new Error('a bug')
    }
    const results = await Promise.all([
      decide(cast.issued()),
      store.exclusively('one', counting),
      told(store.exclusively('two', failingWork)),
      store.exclusively('three', () =>
        run(`insert into throttles (key, points, expires_at) values ('b', 0, 0)`),
      ),
    ])
    expect(results.slice(1)).toStrictEqual([1, 'Error: a bug', 1])
    expect(commits).toStrictEqual([4])
    expect(db.prepare('select key from throttles').pluck().all()).toStrictEqual(['b'])
  })
})

describe('a lock that another process holds', () => {
  test('is waited for', async () => {
    failing['begin immediate'] = 'SQLITE_BUSY'
    const waiting = decide(cast.issued())
    for (let n = 0; n < 5; n++) await setImmediate()
    expect(commits).toStrictEqual([])
    failing = {}
    await waiting
    expect([commits, await store.head()]).toStrictEqual([[1], 1])
  })
  test('is waited for as long as five seconds; those who came later wait on, in their order', async () => {
    const began = Math.floor(performance.now())
    const now = vi.spyOn(performance, 'now').mockReturnValue(began)
    failing['begin immediate'] = 'SQLITE_BUSY'
    const early = told(decide(cast.issued()))
    await setImmediate()
    now.mockReturnValue(began + 1)
    const later = [decide(cast.resent()), decide(cast.revoked())]
    now.mockReturnValue(began + 5000)
    expect(await early).toBe('StoreBusy: another process holds the database')
    now.mockRestore()
    failing = {}
    const outcomes = await Promise.all(later)
    expect(outcomes.map(({ events }) => events.map(({ position }) => position))).toStrictEqual([[1], [2]])
    expect((await store.get(1))?.type).toBe('InviteResent')
  })
})

describe('a disk that fails', () => {
  test('is an outage, from the beginning of a transaction on', async () => {
    failing['begin immediate'] = 'SQLITE_IOERR_READ'
    expect(await told(decide(cast.issued()))).toMatch(/^StoreUnavailable: the database cannot be reached/)
    expect(await told(store.checkWritable())).toMatch(/^StoreUnavailable/)
    failing = {}
    expect(await told(store.checkWritable())).toBe('done')
    expect([fatal, probe(), await told(decide(cast.issued()))]).toStrictEqual([[], 0, 'done'])
  })
  test('at the commit, leaves nothing behind; whether it takes commits again is tried, and leaves nothing either', async () => {
    expect([await told(store.checkWritable()), commits]).toStrictEqual(['done', []])
    failing['commit'] = 'SQLITE_FULL'
    const both = [told(decide(cast.issued())), told(decide(cast.resent()))]
    for (const one of await Promise.all(both)) {
      expect(one).toBe('StoreUnavailable: the disk is full: make room (SQLITE_FULL)')
    }
    expect(await told(store.checkWritable())).toMatch(/the disk is full/)
    failing = {}
    expect([await store.head(), db.inTransaction, rung, commits]).toStrictEqual([0, false, 0, []])
    await store.checkWritable()
    expect([commits, probe()]).toStrictEqual([[1], 0])
    await store.checkWritable()
    await decide(cast.issued())
    expect([commits, await store.head(), fatal]).toStrictEqual([[1, 1], 1, []])
  })
  test('in a way that leaves it open what is written, ends everything: nothing more is promised', async () => {
    failing['commit'] = 'SQLITE_IOERR_FSYNC'
    for (const one of await Promise.all([told(decide(cast.issued())), told(decide(cast.resent()))])) {
      expect(one).toBe('SqliteError: as it was told to')
    }
    failing = {}
    expect(fatal).toStrictEqual(['as it was told to'])
    expect(await told(decide(cast.issued()))).toBe('StoreUnavailable: the store is closed')
    expect([await store.head(), commits]).toStrictEqual([0, []])
  })
  test('those who wait while it does are told so', async () => {
    failing['commit'] = 'SQLITE_CORRUPT'
    const all = Array.from({ length: 257 }, () => told(decide(cast.resent())))
    const answers = await Promise.all(all)
    expect(answers[0]).toMatch(/^StoreUnavailable: the database file is damaged/)
    expect(answers[256]).toBe('StoreUnavailable: the disk has failed')
    expect(fatal).toHaveLength(1)
  })
  test('with a bug of ours it is no outage, and the next command is carried out', async () => {
    failing['commit'] = 'SQLITE_CONSTRAINT'
    expect(await told(decide(cast.issued()))).toBe('SqliteError: as it was told to')
    failing = {}
    await store.checkWritable()
    expect([commits, fatal]).toStrictEqual([[], []])
    expect(await told(decide(cast.issued()))).toBe('done')
  })
})

describe('the log', () => {
  test('is emptied once somebody was forgotten, and not before', async () => {
    await decide(cast.issued())
    expect(logSize()).toBeGreaterThan(0)
    await decide(cast.purged)
    expect(logSize()).toBe(0)
    await decide(cast.resent())
    expect(logSize()).toBeGreaterThan(0)
    store.emptyLog()
    expect(logSize()).toBe(0)
  })
  test('that somebody reads is emptied after a later commit', async () => {
    await decide(cast.issued())
    reader.exec('begin')
    await store.head()
    reader.prepare('select * from events').all()
    await decide(cast.purged)
    expect(logSize()).toBeGreaterThan(0)
    reader.exec('commit')
    await decide()
    expect(logSize()).toBe(0)
  })
  test.each([
    ['SQLITE_IOERR_WRITE', []],
    ['SQLITE_IOERR_FSYNC', ['the log']],
  ])('that can’t be emptied for %s is emptied later, or ends everything', async (code, ends) => {
    const pragma = db.pragma.bind(db)
    await decide(cast.issued())
    db.pragma = ((source: string, options?: Database.PragmaOptions) => {
      if (source === 'wal_checkpoint(TRUNCATE)') throw new Database.SqliteError('the log', code)
      return pragma(source, options)
    }) as typeof db.pragma
    expect(await told(decide(cast.purged))).toBe('done')
    expect(fatal).toStrictEqual(ends)
    db.pragma = pragma as typeof db.pragma
    if (ends.length > 0) return
    await decide()
    expect(logSize()).toBe(0)
  })
  test('a bug of ours in emptying it is not hidden', () => {
    const pragma = db.pragma.bind(db)
    db.pragma = ((source: string) => {
      if (source === 'wal_checkpoint(TRUNCATE)') throw new Error('a bug')
      return pragma(source)
    }) as typeof db.pragma
    expect(() => store.emptyLog()).toThrow('a bug')
    db.pragma = pragma as typeof db.pragma
  })
})

test('closing lets what was begun be finished, and both connections go', async () => {
  const last = decide(cast.issued())
  await store.close()
  expect([(await last).events.length, db.open, reader.open]).toStrictEqual([1, false, false])
  expect(await told(decide(cast.issued()))).toBe('StoreUnavailable: the store is closed')
  expect(await told(store.head())).not.toBe('done')
})
