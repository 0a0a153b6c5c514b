import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { NewEvent } from '../../../src/domain/catalogue.ts'
import { accept } from '../../../src/domain/decision.ts'
import { openFoundation } from '../../../src/foundation.ts'
import { run } from '../../../src/infrastructure/database/work.ts'
import { tagEncoder } from '../../../src/infrastructure/event-store/codec.ts'
import { SqliteEventStore } from '../../../src/infrastructure/event-store/sqlite-store.ts'
import { addressDigest } from '../../../src/infrastructure/vault/address-digest.ts'
import { SubjectKeys } from '../../../src/infrastructure/vault/subject-keys.ts'
import * as cast from '../../support/controls.ts'
import { openTestFloor, rawSqlite, testClock, testSettings } from '../../support/house.ts'

const { BEN, BEN_ADDRESS, INVITE } = cast

let floor: Awaited<ReturnType<typeof openTestFloor>>
beforeEach(async () => {
  floor = await openTestFloor()
})
afterEach(() => floor.dispose())

const append = (store: Pick<typeof floor.store, 'decide'>, ...events: NewEvent[]) =>
  store.decide({ readings: {}, decide: () => accept(...events), actor: 'operator', correlation: 'C' })

const wholeLife = (): NewEvent[] => [
  cast.issued(),
  cast.resent(),
  cast.redeemed(),
  cast.registered(BEN, BEN_ADDRESS, { kind: 'invite', inviteId: INVITE }),
  cast.verified(BEN, BEN_ADDRESS, 'invite'),
  cast.firstPassword(),
  cast.loggedIn('invite'),
  cast.linkIssued(),
]

/** The files of the database in which a text occurs, byte for byte. */
const filesWith = (text: string): string[] =>
  readdirSync(floor.folder).filter((file) => readFileSync(join(floor.folder, file)).includes(text))

describe('personal data on the disk', () => {
  test('T02 the history alone, without its read tables, holds no byte of an address', async () => {
    const bare = new SqliteEventStore({
      ...floor,
      ...rawSqlite(floor),
      keys: new SubjectKeys(floor.keyring.personal),
      encodeTag: tagEncoder(addressDigest(floor.keyring['address-index'])),
      projections: [],
      ring: () => {},
      onFatal: () => {},
    })
    await append(bare, ...wholeLife())
    rawSqlite(floor).db.pragma('wal_checkpoint(PASSIVE)')
    expect(filesWith('InviteRedeemed')).toStrictEqual(['latchkey.db', 'latchkey.db-wal'])
    expect([filesWith(BEN_ADDRESS), filesWith(cast.start.userAgent)]).toStrictEqual([[], []])
  })

  test('T48 after an erasure no byte of the person is left, neither in the file nor in its log', async () => {
    for (let n = 0; n < 100; n++) await append(floor.store, cast.registered(floor.ids(), `u${n}@example.org`))
    await append(floor.store, ...wholeLife())
    for (let n = 0; n < 100; n++) await append(floor.store, cast.registered(floor.ids(), `v${n}@example.org`))
    const key = rawSqlite(floor).db.prepare('select wrapped from subject_keys where subject = ?').pluck()
    const wrapped = String(key.get(`user:${BEN}`))
    rawSqlite(floor).db.pragma('wal_checkpoint(PASSIVE)')
    expect(filesWith(BEN_ADDRESS)).toStrictEqual(['latchkey.db', 'latchkey.db-wal'])

    await append(floor.store, cast.erased(BEN, { inviteIds: [INVITE] }))
    const traces = [BEN_ADDRESS, cast.start.userAgent, cast.start.ip, wrapped].map(filesWith)
    expect(traces).toStrictEqual([[], [], [], []])
  })

  test('T48 somebody who reads during an erasure only delays it: the next commit empties the log', async () => {
    await append(floor.store, ...wholeLife())
    const reader = new Database(floor.settings.databaseFile, { readonly: true })
    reader.exec('begin')
    reader.prepare('select count(*) from users').get()
    await append(floor.store, cast.erased(BEN, { inviteIds: [INVITE] }))
    expect(filesWith(BEN_ADDRESS)).toStrictEqual(['latchkey.db-wal'])
    reader.exec('commit')
    reader.close()
    await append(floor.store, cast.registered(cast.CYD, 'cyd@example.org'))
    expect(filesWith(BEN_ADDRESS)).toStrictEqual([])
  })

  test('a log that cannot be emptied now harms nobody: the erasure stands, and the next commit tries again', async () => {
    await append(floor.store, ...wholeLife())
    const full = new Database.SqliteError('database or disk is full', 'SQLITE_FULL')
    vi.spyOn(rawSqlite(floor).db, 'pragma').mockImplementationOnce(() => {
      throw full
    })
    const { outcome } = await append(floor.store, cast.erased(BEN, { inviteIds: [INVITE] }))
    expect([outcome, filesWith(BEN_ADDRESS)]).toStrictEqual(['accepted', ['latchkey.db-wal']])
    await append(floor.store, cast.registered(cast.CYD, 'cyd@example.org'))
    expect(filesWith(BEN_ADDRESS)).toStrictEqual([])
  })
})

test('database, log and shared memory are their owner’s alone', () => {
  const modes = readdirSync(floor.folder)
    .toSorted()
    .map((file) => [file, statSync(join(floor.folder, file)).mode & 0o777])
  expect(modes).toStrictEqual([
    ['latchkey.db', 0o600],
    ['latchkey.db-shm', 0o600],
    ['latchkey.db-wal', 0o600],
    ['secret', 0o600],
  ])
})

const KEEP = 'insert into password_hashes (credential_id, user_id, hash) values ($1, $2, $3)'

describe('a disk that fails', () => {
  test('F03 vault rows on a full disk are refused as an outage too, whole, and work again later', async () => {
    const write = (id: string) =>
      floor.database.exclusively(`hashes ${id}`, function* () {
        for (let n = 0; n < 20; n++) yield* run(KEEP, [`${id}${n}`, BEN, 'x'.repeat(1000)])
      })
    rawSqlite(floor).db.pragma(
      `max_page_count = ${Number(rawSqlite(floor).db.pragma('page_count', { simple: true }))}`,
    )
    const results = await Promise.allSettled([write('a'), write('b'), append(floor.store, ...wholeLife())])
    for (const result of results) {
      expect(result).toMatchObject({ status: 'rejected', reason: { name: 'StoreUnavailable' } })
    }
    expect(rawSqlite(floor).db.prepare('select count(*) from password_hashes').pluck().get()).toBe(0)
    rawSqlite(floor).db.pragma('max_page_count = 1000000')
    await Promise.all([write('a'), append(floor.store, ...wholeLife())])
    expect([
      rawSqlite(floor).db.prepare('select count(*) from password_hashes').pluck().get(),
      await floor.store.head(),
    ]).toStrictEqual([20, 8])
  })

  test('F04 after a failed fsync nothing more is promised: nobody hears that nothing was changed, nothing more is taken on, and the process is told to end', async () => {
    const fatal: Error[] = []
    const other = await openFoundation(
      testSettings(floor.folder, 3000, { DATABASE_URL: `sqlite:${join(floor.folder, 'other.db')}` }),
      { clock: testClock(), onFatal: (error) => fatal.push(error) },
    )
    rawSqlite(other).db.function('fail_fsync', () => {
      throw new Database.SqliteError('disk I/O error', 'SQLITE_IOERR_FSYNC')
    })
    const failing = other.database.exclusively('a', () => run('select fail_fsync()'))
    await expect(failing).rejects.toMatchObject({ code: 'SQLITE_IOERR_FSYNC' })
    await expect(append(other.store, cast.issued())).rejects.toMatchObject({ name: 'StoreUnavailable' })
    expect(fatal.map((error) => (error as { code?: string }).code)).toStrictEqual(['SQLITE_IOERR_FSYNC'])
    await other.close()
  })

  test('F04 a disk that can’t be read is named as an outage to whoever reads', async () => {
    await append(floor.store, cast.issued())
    const failing = vi.spyOn(rawSqlite(floor).reader, 'prepare').mockImplementation(() => {
      throw new Database.SqliteError('disk I/O error', 'SQLITE_IOERR_READ')
    })
    const readAll = async () => {
      for await (const event of floor.store.readStored()) expect(event).toBeUndefined()
    }
    await expect(floor.store.head()).rejects.toMatchObject({ name: 'StoreUnavailable' })
    await expect(readAll()).rejects.toMatchObject({ name: 'StoreUnavailable' })
    failing.mockRestore()
    expect(await floor.store.head()).toBe(1)
  })

  test('rows of the vault that the database refuses fail alone, and a bug in them undoes only their own', async () => {
    const results = await Promise.allSettled([
      floor.database.exclusively('a', () => run(KEEP, ['a', BEN, 'x'])),
      floor.database.exclusively('a', () => run(KEEP, ['a', BEN, 'y'])),
      floor.database.exclusively('b', function* () {
        yield* run(KEEP, ['b', BEN, 'x'])
        throw new Error('a bug')
      }),
      append(floor.store, cast.issued()),
    ])
    expect(results.map(({ status }) => status)).toStrictEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'fulfilled',
    ])
    expect(
      rawSqlite(floor).db.prepare('select credential_id, hash from password_hashes').all(),
    ).toStrictEqual([{ credential_id: 'a', hash: 'x' }])
  })
})
