import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { issueInvite } from '../../../src/domain/invites/issue-invite.ts'
import { grantRole } from '../../../src/domain/users/grant-role.ts'
import { plus } from '../../../src/infrastructure/clock.ts'
import { readBy } from '../../../src/infrastructure/database/work.ts'
import { openSeal } from '../../../src/infrastructure/history/checkpoint.ts'
import {
  consistencyProof,
  isConsistent,
  leafHash,
  nodeHash,
} from '../../../src/infrastructure/history/merkle.ts'
import { readVerifier } from '../../../src/infrastructure/history/note.ts'
import {
  addSealKey,
  believed,
  ownSealKeys,
  SEALS,
  sealKeyRows,
} from '../../../src/infrastructure/history/seal-keys.ts'
import { NotAnExtension, Sealer } from '../../../src/infrastructure/history/sealer.ts'
import { openSeals } from '../../../src/infrastructure/history/seals.ts'
import { subtreesFrom } from '../../../src/infrastructure/history/tiles.ts'
import { openSealer } from '../../../src/sealing.ts'
import { DAY, openTestFloor, rawSqlite, testClock } from '../../support/house.ts'

let floor: Awaited<ReturnType<typeof openTestFloor>>
let clock: ReturnType<typeof testClock>
let admin: string
const lines: { fields: object; message: string }[] = []
const log = {
  info: () => {},
  error: (fields: object, message: string) => void lines.push({ fields, message }),
}

beforeEach(async () => {
  lines.length = 0
  clock = testClock()
  floor = await openTestFloor({ clock }, { SEAL_ORIGIN: 'id.example.org', SEAL_EVENTS: '5' })
  admin = floor.ids()
  await floor.execute(
    grantRole,
    {
      userId: admin,
      role: 'admin',
      enrol: { email: 'ada@example.org', locale: 'en' },
      newCredentialId: null,
    },
    { actor: 'operator', correlation: floor.ids() },
  )
})
afterEach(() => floor.dispose())

const inviteOne = () => {
  const inviteId = floor.ids()
  const email = `${inviteId}@example.org`
  return floor.execute(
    issueInvite,
    { inviteId, email, role: 'member', locale: 'en', expiresAt: plus(clock(), DAY) },
    { actor: `user:${admin}`, correlation: floor.ids() },
  )
}
const invite = (count: number) => Promise.all(Array.from({ length: count }, inviteOne))

const sealer = () => openSealer(floor, log as never)

const rootOfStored = async (size: number): Promise<Buffer> => {
  const leaves: Buffer[] = []
  for await (const { bytes } of floor.store.readStored({ until: size })) leaves.push(leafHash(bytes))
  const root = (start: number, end: number): Buffer => {
    if (end - start === 1) return leaves[start] as Buffer
    let k = 1
    while (k * 2 < end - start) k *= 2
    return nodeHash(root(start, start + k), root(start + k, end))
  }
  return root(0, size)
}

const opened = async (note: string | undefined) =>
  openSeal(note ?? '', await readBy(floor.database.reader, ownSealKeys(floor.roots)))

describe('a seal', () => {
  test('says how many events there are, and their root', async () => {
    await invite(20)
    const head = await floor.store.head()
    expect(await opened((await sealer().seal())?.note)).toStrictEqual({
      origin: 'id.example.org',
      size: head,
      root: await rootOfStored(head),
      at: clock(),
    })
  })

  test('is not made for nothing new', async () => {
    const first = await sealer().seal()
    expect(await sealer().seal()).toStrictEqual(first)
    expect(await openSeals(floor.database.reader).list(10)).toHaveLength(1)
  })

  test('continues the one before, across full tiles', async () => {
    const sizes: number[] = []
    for (const count of [3, 250, 10, 300]) {
      await invite(count)
      await sealer().seal()
      sizes.push(await floor.store.head())
    }
    const seals = openSeals(floor.database.reader)
    const last = await opened((await seals.last())?.note)
    expect(last?.root).toStrictEqual(await rootOfStored(last?.size ?? 0))
    for (const size of sizes) {
      const seal = await opened((await seals.bySize(size))?.note)
      if (!seal || !last) throw new Error('a seal is missing')
      expect(seal.root).toStrictEqual(await rootOfStored(size))
      const proof = await consistencyProof(size, last.size, subtreesFrom(seals.readTile))
      expect(isConsistent(size, last.size, proof, seal.root, last.root)).toBe(true)
    }
  })

  test('is made once, though several try', async () => {
    await invite(10)
    await Promise.all([sealer().seal(), sealer().seal(), sealer().seal()])
    await invite(1)
    await Promise.all([sealer().seal(), sealer().seal()])
    expect(await openSeals(floor.database.reader).list(10)).toHaveLength(2)
  })

  test('never bears an earlier time than the one before', async () => {
    await sealer().seal()
    const before = clock()
    clock.advance(-DAY)
    await invite(1)
    expect((await opened((await sealer().seal())?.note))?.at).toBe(before)
  })

  test('stays as it is: nobody changes or removes it, nor a full tile', async () => {
    await invite(260)
    await sealer().seal()
    for (const [sql, reason] of [
      ['update seals set note = note', 'seals never change'],
      ['delete from seals', 'seals are never removed'],
      ['update tiles set hashes = hashes where level = 0 and number = 0', 'full tiles never change'],
      ['delete from tiles', 'tiles are never removed'],
      ['update seal_keys set key = key', 'keys of seals never change'],
      ['delete from seal_keys', 'keys of seals are never removed'],
    ] as const) {
      expect(() => rawSqlite(floor).db.exec(sql)).toThrow(reason)
    }
  })
})

/** Somebody who can write to the file, and does not care for triggers. */
const tamper = (sql: string) => {
  const db = new Database(floor.settings.databaseFile)
  for (const name of db.prepare("select name from sqlite_schema where type = 'trigger'").pluck().all()) {
    db.exec(`drop trigger ${String(name)}`)
  }
  db.exec(sql)
  db.close()
}

describe('nothing is sealed that does not continue what is sealed', () => {
  beforeEach(async () => {
    await invite(20)
    await sealer().seal()
  })

  test.each([
    ['a tile is another', `update tiles set hashes = zeroblob(length(hashes))`, 'the tiles are not those'],
    ['a tile is gone', `delete from tiles`, 'tile 0 of level 0 is missing'],
    ['the seal is another', `update seals set note = replace(note, 'time 2026', 'time 2025')`, 'not ours'],
    ['events are cut off', `delete from events where position > 5`, 'but the history has 5'],
  ])('%s', async (_, sql, reason) => {
    if (!sql.includes('events')) await invite(1)
    tamper(sql)
    await expect(sealer().seal()).rejects.toThrow(reason)
  })

  test('an event is missing among the new ones', async () => {
    await invite(5)
    tamper(`delete from events where position = ${(await floor.store.head()) - 2}`)
    await expect(sealer().seal()).rejects.toThrow(NotAnExtension)
  })
})

describe('the runner', () => {
  const openRunner = () => {
    const runner = new Sealer({
      ...floor,
      ...floor.settings.seals,
      log,
    })
    runner.start()
    return runner
  }
  const sealed = async () => (await openSeals(floor.database.reader).last())?.size ?? 0

  test('seals what is there at once, then after so many events, then after so long, and at the end', async () => {
    const runner = openRunner()
    const atFirst = await floor.store.head()
    await vi.waitFor(async () => expect(await sealed()).toBe(atFirst), 5000)
    await invite(5)
    await vi.waitFor(async () => expect(await sealed()).toBe(await floor.store.head()), 5000)
    await invite(1)
    clock.advance(60_000)
    await vi.waitFor(async () => expect(await sealed()).toBe(await floor.store.head()), 5000)
    await invite(1)
    await runner.stop()
    expect(await sealed()).toBe(await floor.store.head())
    expect(lines).toStrictEqual([])
  })

  test('says so, and goes on living, when the history is not what was sealed', async () => {
    await invite(5)
    await sealer().seal()
    tamper('delete from events where position > 3')
    const runner = openRunner()
    await vi.waitFor(() => expect(lines[0]?.message).toContain('nothing is sealed any more'), 5000)
    await runner.stop()
  })
})

describe('keys of seals', () => {
  test('a new one is signed by the old one, and both are believed by whoever knew the first', async () => {
    await sealer().seal()
    const [row] = await readBy(floor.database.reader, sealKeyRows())
    const first = readVerifier(row?.key ?? '')
    if (!first) throw new Error('there is no key')
    await floor.database.exclusively(SEALS, () => addSealKey(floor.roots, 'id.example.org', clock()))
    await invite(1)
    const seal = await sealer().seal()
    expect(openSeal(seal?.note ?? '', [first])).toBeNull()
    const known = believed([first], await readBy(floor.database.reader, sealKeyRows()))
    expect(known).toHaveLength(2)
    expect(openSeal(seal?.note ?? '', known)?.size).toBe(await floor.store.head())
  })

  test('one that nobody has vouched for is not believed', async () => {
    await sealer().seal()
    await floor.database.exclusively(SEALS, () => addSealKey(floor.roots, 'id.example.org', clock()))
    const [own, next] = await readBy(floor.database.reader, sealKeyRows())
    const stranger = await openTestFloor({}, { SEAL_ORIGIN: 'id.example.org' })
    await stranger.database.exclusively(SEALS, () => addSealKey(stranger.roots, 'id.example.org', clock()))
    const [theirs] = await readBy(stranger.database.reader, sealKeyRows())
    await stranger.dispose()
    const anchor = readVerifier(own?.key ?? '')
    if (!own || !next || !theirs || !anchor) throw new Error('a key is missing')
    expect(believed([anchor], [own, theirs])).toHaveLength(1)
    expect(believed([anchor], [own, { key: theirs.key, note: next.note }])).toHaveLength(1)
  })

  test('a house that changes its name goes on with a new key', async () => {
    await sealer().seal()
    await invite(1)
    const renamed = new Sealer({
      ...floor,
      ...floor.settings.seals,
      origin: 'new.example.org',
      log,
    })
    expect((await opened((await renamed.seal())?.note))?.origin).toBe('new.example.org')
    expect(await readBy(floor.database.reader, ownSealKeys(floor.roots))).toHaveLength(2)
  })
})

describe('a witness', () => {
  test('gets each new seal; one that refuses, leads elsewhere or is not there is logged', async () => {
    const got: string[] = []
    let status = 200
    const server = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk: Buffer) => {
        body += chunk.toString('utf8')
      })
      request.on('end', () => {
        got.push(body)
        response.writeHead(status, { location: '/elsewhere' }).end()
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const witnessUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/seals`
    const settings = { ...floor.settings, seals: { ...floor.settings.seals, witnessUrl } }
    const watched = () => openSealer({ ...floor, settings }, log as never)
    const first = await watched().seal()
    expect(got).toStrictEqual([first?.note])
    expect(lines).toStrictEqual([])
    for (const bad of [500, 302]) {
      status = bad
      await invite(1)
      await watched().seal()
    }
    await new Promise((resolve) => server.close(resolve))
    await invite(1)
    await watched().seal()
    expect(lines.map(({ message }) => message)).toStrictEqual([
      'the witness did not take the seal',
      'the witness could not be reached',
      'the witness could not be reached',
    ])
    expect((await openSeals(floor.database.reader).last())?.size).toBe(await floor.store.head())
  })
})
