import {
  closeSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import pino from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { issueInvite } from '../../src/domain/invites/issue-invite.ts'
import { openFoundation } from '../../src/foundation.ts'
import { readBy } from '../../src/infrastructure/database/work.ts'
import { SetupProblem, StoreUnavailable } from '../../src/infrastructure/errors.ts'
import { ownSealKeys } from '../../src/infrastructure/history/seal-keys.ts'
import { verifyHistory } from '../../src/infrastructure/history/verify.ts'
import { openSealer } from '../../src/sealing.ts'
import { enrolAdmin } from '../support/admin.ts'
import { run } from '../support/cli.ts'
import { DAY, temporaryFolder, testSettings } from '../support/house.ts'
import { startService } from './service.ts'
import { onlyLong, progress, rounds, seeded, seedOf } from './support.ts'

const INVITES = 60
const PAGE = 4096
const log = pino({ level: 'silent' })
const OPERATOR = { actor: 'operator', correlation: '01JNZ8K3V5Q2W9X7T4R6Y1M0AB' } as const

let whole: ReturnType<typeof temporaryFolder>
let head = 0
const issuedAt = new Map<number, string>()
/** A database at rest, with an admin, invites and a seal. */
beforeAll(async () => {
  whole = temporaryFolder()
  const floor = await openFoundation(testSettings(whole.folder, 3000))
  await enrolAdmin(floor)
  for (let n = 0; n < INVITES; n++) {
    const expiresAt = new Date(Date.now() + DAY).toISOString()
    const wish = {
      inviteId: floor.ids(),
      email: `n${n}@example.org`,
      role: 'member',
      locale: 'en',
      expiresAt,
    } as const
    const { events } = await floor.execute(issueInvite, wish, OPERATOR)
    issuedAt.set(events[0]?.position ?? 0, wish.inviteId)
  }
  await openSealer(floor, log).seal()
  head = await floor.store.head()
  await floor.close()
})
afterAll(() => whole.remove())

let folder: string
let remove: () => void
beforeEach(() => {
  ;({ folder, remove } = temporaryFolder())
  cpSync(whole.folder, folder, { recursive: true })
})
afterEach(() => remove())

const file = () => join(folder, 'latchkey.db')

/** The number of a page of a table or index, by its name; the deepest, where rows are. */
const pageOf = (name: string, which = 0): number => {
  const db = new Database(file(), { readonly: true })
  try {
    const leaves = db
      .prepare(`select pageno from dbstat where name = ? and pagetype = 'leaf' order by pageno`)
      .pluck()
      .all(name) as number[]
    return leaves.at(which) ?? 0
  } finally {
    db.close()
  }
}
const spoil = (page: number, bytes = Buffer.alloc(PAGE, 0xa5)) => {
  const handle = openSync(file(), 'r+')
  writeSync(handle, bytes, 0, bytes.length, (page - 1) * PAGE)
  closeSync(handle)
}

const pagesOf = (): number => statSync(file()).size / PAGE

/** What a start and a reader of everything make of it: all events, or a clear no; nothing in between. */
const readAll = async (): Promise<'all' | 'damaged'> => {
  const isDamage = (error: unknown) =>
    (error instanceof StoreUnavailable || error instanceof SetupProblem) &&
    /damaged|not a SQLite database/.test(error.message)
  const floor = await openFoundation(testSettings(folder, 3000)).catch((error: unknown) => {
    if (isDamage(error)) return null
    throw error
  })
  if (!floor) return 'damaged'
  try {
    let last = 0
    for await (const { position } of floor.store.read()) {
      expect(position).toBe(last + 1)
      last = position
    }
    expect(last, 'events are missing, and nobody says so').toBe(head)
    return 'all'
  } catch (error) {
    if (isDamage(error)) return 'damaged'
    throw error
  } finally {
    await floor.close()
  }
}

/** An invite whose event cannot be read. */
const lostInvite = async (): Promise<string> => {
  const floor = await openFoundation(testSettings(folder, 3000))
  try {
    let wasLost = false
    for (const [position, inviteId] of issuedAt) {
      const isLost = await floor.store.get(position).then(
        () => false,
        () => true,
      )
      // Behind the last event that can be read, the reader has looked for the next one.
      if (isLost && wasLost) return inviteId
      wasLost = isLost
    }
    throw new Error('every event can be read')
  } finally {
    await floor.close()
  }
}

test('a damaged page of the history: who needs it hears of an outage and the service ends, others go on; log, doctor and verify name it', async () => {
  spoil(pageOf('events', 2))
  expect(await readAll()).toBe('damaged')
  const service = await startService(folder)
  expect([(await service.ready()).status, (await service.read()).status]).toStrictEqual([200, 200])
  const doctor = run(folder, ['doctor'])
  const told = await service.redeem(await lostInvite())
  expect([told.status, told.code]).toStrictEqual([503, 'storage_unavailable'])
  expect(await service.ended).toBe(1)
  expect(service.err()).toMatch(/"level":60.*"code":"SQLITE_CORRUPT".*the disk failed; ending/)
  const verify = await run(folder, ['history', 'verify'])
  const { code, out, err } = await doctor
  expect([code, verify.code, err, verify.err]).toStrictEqual([1, 1, '', ''])
  expect(out).toMatch(/^PROBLEM +integrity +the file is damaged: /m)
  expect(out).toMatch(/^PROBLEM +database +the database file is damaged: .*latchkey restore FILE/m)
  expect(verify.out).toContain('damaged_file')
})

test('a start that cannot read the end of the history says why', async () => {
  spoil(pageOf('events', -1))
  await expect(openFoundation(testSettings(folder, 3000))).rejects.toThrow(/damaged/)
})

test('a damaged page of keys is told to whoever looks at what they open, and to doctor', async () => {
  spoil(pageOf('subject_keys'))
  const floor = await openFoundation(testSettings(folder, 3000))
  const look = async () => {
    for await (const { data } of floor.store.read()) expect(data).toBeDefined()
  }
  await expect(look()).rejects.toThrow(/damaged/)
  await floor.close()
  const { code, out, err } = await run(folder, ['doctor'])
  expect([code, err]).toStrictEqual([1, ''])
  expect(out).toMatch(/^PROBLEM .*damaged/m)
})

test.skipIf(onlyLong('damage: every page'))(
  'every page of the file, one after the other: what is read is everything or a clear no, and doctor finds it',
  { timeout: rounds(240_000, 3_600_000) },
  async () => {
    const random = seeded(seedOf('damage'))
    const bytes = readFileSync(file())
    const tally: Record<string, number> = {}
    for (let page = 1; page <= pagesOf(); page++) {
      writeFileSync(file(), bytes)
      spoil(page, Buffer.from(Array.from({ length: PAGE }, () => Math.floor(random() * 256))))
      const found = await readAll()
      writeFileSync(file(), bytes)
      spoil(page, Buffer.from(Array.from({ length: PAGE }, () => Math.floor(random() * 256))))
      const { code, out, err } = await run(folder, ['doctor'])
      expect(err, `page ${page}: ${err}`).not.toMatch(/^\s+at /m)
      const name = `${found}, doctor ${code === 0 ? 'finds nothing' : /damaged|not a SQLite database/.test(out + err) ? 'names it' : `says ${out}${err}`}`
      tally[name] = (tally[name] ?? 0) + 1
      progress('damage', page, pagesOf())
    }
    console.log(`damage: ${pagesOf()} pages: ${JSON.stringify(tally)}`)
    // Free pages hold nothing.
    expect(
      Object.keys(tally).filter((name) => !/names it$|^all, doctor finds nothing$/.test(name)),
    ).toStrictEqual([])
  },
)

test('the log of a service that was killed is lost: what remains is an older copy, sound in itself, and found by a kept seal', async () => {
  const floor = await openFoundation(testSettings(folder, 3000))
  const wish = { inviteId: floor.ids(), email: 'last@example.org', role: 'member', locale: 'en' } as const
  await floor.execute(issueInvite, { ...wish, expiresAt: new Date(Date.now() + DAY).toISOString() }, OPERATOR)
  const kept = (await openSealer(floor, log).seal())?.note ?? ''
  const remains = join(folder, 'remains')
  mkdirSync(remains)
  for (const name of ['latchkey.db', 'secret']) copyFileSync(join(folder, name), join(remains, name))
  await floor.close()
  const copy = await openFoundation(testSettings(remains, 3000))
  const verified = async (seals: readonly string[]) => {
    const anchors = await readBy(copy.database.reader, ownSealKeys(copy.roots))
    const { findings } = await verifyHistory(await copy.engine.historySource(), { anchors, kept: seals })
    return findings.map(({ kind }) => kind)
  }
  expect(await copy.store.head()).toBe(head)
  expect([await verified([]), await verified([kept])]).toStrictEqual([[], ['rolled_back']])
  await copy.close()
})
