import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sqliteReader } from '../../../src/infrastructure/database/sqlite.ts'
import type { Verifier } from '../../../src/infrastructure/history/note.ts'
import { receiptOf } from '../../../src/infrastructure/history/receipts.ts'
import { sqliteSource } from '../../../src/infrastructure/history/sqlite-source.ts'
import { verifyHistory } from '../../../src/infrastructure/history/verify.ts'
import { temporaryFolder } from '../../support/house.ts'
import {
  anchorOf,
  briefly,
  dropTriggers,
  exportOf,
  runVerifier,
  sealedDatabase,
  storedEvent,
  verifyDatabase,
  verifyFolder,
} from '../../support/sealed.ts'

const SIZES = [3, 256, 300, 700, 705]
const HEAD = 705
let folder: string
let remove: () => void
let image: Buffer
let anchor: Verifier
let kept: string[]
let last: string
beforeAll(async () => {
  ;({ folder, remove } = temporaryFolder())
  const made = await sealedDatabase(':memory:', SIZES)
  ;({ kept, last } = made)
  anchor = await anchorOf(made.db)
  await exportOf(made.db, join(folder, 'export'))
  writeFileSync(join(folder, 'key'), `${anchor.text}\n`)
  writeFileSync(join(folder, 'seal'), last)
  dropTriggers(made.db)
  image = made.db.serialize()
})
afterAll(() => remove())

const text = (position: number, salt = '') => storedEvent(position, salt).replaceAll("'", "''")
const REPLACE = (position: number) =>
  `update events set bytes = '${text(position, 'x')}' where position = ${position}`
const SWAP = (a: number, b: number) =>
  `update events set bytes = '${text(b)}' where position = ${a}; update events set bytes = '${text(a)}' where position = ${b}`
const SHIFT = (from: number, by: number) =>
  `update events set position = -position where position >= ${from}; update events set position = -position + ${by} where position < 0`

describe('in a database', () => {
  let db: Database.Database
  beforeEach(() => {
    db = new Database(image)
  })

  test('nothing is wrong where nothing was done', async () => {
    expect(await verifyDatabase(db, kept)).toStrictEqual({
      events: HEAD,
      sealed: HEAD,
      seals: SIZES.length,
      findings: [],
      count: 0,
    })
  })

  test('events that are not sealed yet are held against their form', async () => {
    db.exec(`insert into events values (706, 'UserRegistered', '${text(706)}')`)
    expect(await verifyDatabase(db, kept)).toMatchObject({ events: 706, sealed: HEAD, findings: [] })
    db.exec(`insert into events values (707, 'UserRegistered', '${text(707).replace('{', '{ ')}')`)
    expect(briefly(await verifyDatabase(db, kept))).toStrictEqual(['changed 707'])
  })

  test.each([
    ['a changed event', REPLACE(280), ['changed 280']],
    ['the first', REPLACE(1), ['changed 1']],
    ['the last', REPLACE(705), ['changed 705']],
    ['several', `${REPLACE(5)}; ${REPLACE(6)}; ${REPLACE(600)}`, ['changed 5', 'changed 6', 'changed 600']],
    ['another type beside it', `update events set type = 'X' where position = 9`, ['changed 9']],
    ['a removed event', 'delete from events where position = 280', ['removed 280']],
    [
      'a removed event, renumbered',
      `delete from events where position = 280; ${SHIFT(281, -1)}`,
      ['removed 280', 'cut 705'],
    ],
    ['a swap', SWAP(20, 400), ['swapped 20', 'swapped 400']],
    ['a swap of neighbours', SWAP(20, 21), ['swapped 20', 'swapped 21']],
    [
      'an inserted event, renumbered',
      `${SHIFT(280, 1)}; insert into events values (280, 'UserRegistered', '${text(280, 'y')}')`,
      ['inserted 280'],
    ],
    ['a cut tail', 'delete from events where position > 600', ['cut 601']],
    ['everything gone', 'delete from events', ['cut 1']],
    [
      'an event before the first',
      `insert into events values (0, 'UserRegistered', '${text(1)}')`,
      ['inserted 0'],
    ],
    ['another tile', 'update tiles set hashes = zeroblob(8192) where level = 0 and number = 1', undefined],
    ['a tile gone', 'delete from tiles where level = 0 and number = 1', ['damaged_tile 257']],
    ['another tile above', 'update tiles set hashes = zeroblob(64) where level = 1', ['damaged_tile 1']],
    [
      'a forged seal',
      `update seals set note = replace(note, 'time 2026', 'time 2025') where size = 300`,
      ['forged_seal 300'],
    ],
    ['a seal of another size', `update seals set size = 299 where size = 300`, ['forged_seal 299']],
    ['a key of nobody', `update seal_keys set key = replace(key, 'id.', 'ix.')`, undefined],
  ])('%s is named', async (_, sql, said) => {
    db.exec(sql)
    const report = await verifyDatabase(db, [], [anchor])
    expect(report.count).toBeGreaterThan(0)
    if (said) expect(briefly(report)).toStrictEqual(said)
  })

  test('a rolled back history is named by whoever has kept a seal', async () => {
    const { db: older } = await sealedDatabase(':memory:', SIZES.slice(0, 3))
    dropTriggers(older)
    db.exec('delete from events where position > 300; delete from seals where size > 300')
    db.exec('delete from tiles where level = 0 and number = 2')
    expect(briefly(await verifyDatabase(db))).toStrictEqual([])
    expect(briefly(await verifyDatabase(db, [last]))).toStrictEqual(['rolled_back 301'])
  })

  test('a history that was rewritten, hashed and sealed anew is named by whoever has kept a seal', async () => {
    db.exec(`${REPLACE(7)}; delete from tiles; delete from seals`)
    const { sealerOn } = await import('../../support/sealed.ts')
    await sealerOn(db).seal()
    expect(briefly(await verifyDatabase(db))).toStrictEqual([])
    expect(briefly(await verifyDatabase(db, [last]))).toStrictEqual(['rewritten 1'])
  })

  test('a history that was rewritten and hashed anew, but not sealed, is named', async () => {
    const before = db.prepare('select * from seals').all() as {
      size: number
      note: string
      sealed_at: string
    }[]
    db.exec(`${REPLACE(280)}; delete from tiles; delete from seals`)
    const { sealerOn } = await import('../../support/sealed.ts')
    await sealerOn(db).seal()
    db.exec('delete from seals')
    for (const { size, note, sealed_at } of before)
      db.prepare('insert into seals values (?, ?, ?)').run(size, note, sealed_at)
    expect(briefly(await verifyDatabase(db))).toStrictEqual(['rewritten 257'])
  })

  test('a kept seal of another house is none', async () => {
    const { last: theirs } = await sealedDatabase(':memory:', [5])
    expect(briefly(await verifyDatabase(db, [theirs]))).toStrictEqual(['forged_seal -'])
  })
})

test('a history that is sealed where a tile ends', async () => {
  const { db } = await sealedDatabase(':memory:', [512, 1024])
  expect(await verifyDatabase(db)).toMatchObject({ events: 1024, sealed: 1024, seals: 2, count: 0 })
})

describe('in a file, whose tiles threads look at', () => {
  test('everything is counted, and what is odd is named, wherever it is', async () => {
    const { db } = await sealedDatabase(join(folder, 'history.db'), [20_000, 20_300])
    const verify = async () => verifyHistory(await sqliteSource(db), { anchors: [await anchorOf(db)] })
    expect(await verify()).toStrictEqual({ events: 20_300, sealed: 20_300, seals: 2, findings: [], count: 0 })
    dropTriggers(db)
    db.exec(`${REPLACE(7)}; ${REPLACE(19_000)}; ${SWAP(300, 12_000)}; ${REPLACE(20_299)}`)
    db.exec('delete from events where position between 5000 and 5300')
    expect(briefly(await verify())).toStrictEqual([
      'changed 7',
      'swapped 300',
      'removed 5000',
      'swapped 12000',
      'changed 19000',
      'changed 20299',
    ])
    db.close()
  })
})

describe('in an export', () => {
  let copy: string
  beforeEach(() => {
    copy = join(folder, 'copy')
    rmSync(copy, { recursive: true, force: true })
    cpSync(join(folder, 'export'), copy, { recursive: true })
  })

  const lines = () => readFileSync(join(copy, 'events.ndjson'), 'utf8').split('\n').slice(0, -1)
  const write = (all: readonly string[]) =>
    writeFileSync(join(copy, 'events.ndjson'), all.map((line) => `${line}\n`).join(''))

  /** Both verifiers, who must say the same. */
  const verify = async (seal = false): Promise<string[]> => {
    const report = briefly(await verifyFolder(copy, anchor, seal ? [last] : []))
    const { status, said } = runVerifier([
      copy,
      '--key',
      join(folder, 'key'),
      ...(seal ? ['--seal', join(folder, 'seal')] : []),
    ])
    expect(status).toBe(report.length === 0 ? 0 : 1)
    if (report.length > 0) {
      expect(
        said
          .slice(0, -1)
          .map((line) => line.split(' ', 2).join(' '))
          .toSorted(),
      ).toStrictEqual(report.toSorted())
    }
    return report
  }

  test('nothing is wrong where nothing was done', async () => {
    expect(await verify(true)).toStrictEqual([])
    expect(runVerifier([copy]).said).toStrictEqual([
      'Nothing is wrong: 705 events, 5 seals, the last of 2026-03-01T09:00:00.000Z.',
    ])
  })

  const change: readonly [string, () => void, string[]][] = [
    ['a changed event', () => write(lines().with(279, storedEvent(280, 'x'))), ['changed 280']],
    ['a removed event', () => write(lines().toSpliced(279, 1)), ['removed 280', 'cut 705']],
    ['the last event', () => write(lines().slice(0, -1)), ['cut 705']],
    [
      'an inserted event',
      () => write(lines().toSpliced(279, 0, storedEvent(280, 'x'))),
      ['inserted 280', 'inserted 706'],
    ],
    ['one more event', () => write([...lines(), storedEvent(706)]), ['inserted 706']],
    [
      'a swap',
      () => write(lines().with(4, storedEvent(600)).with(599, storedEvent(5))),
      ['swapped 5', 'swapped 600'],
    ],
    [
      'no last line break',
      () => writeFileSync(join(copy, 'events.ndjson'), lines().join('\n')),
      ['damaged_file -'],
    ],
    ['a missing seal', () => writeFileSync(join(copy, 'seals.ndjson'), ''), undefined as never],
    [
      'a seal that is not the last',
      () => writeFileSync(join(copy, 'checkpoint'), kept[0] ?? ''),
      ['damaged_file -'],
    ],
    [
      'a tile more',
      () => {
        mkdirSync(join(copy, 'tile/9'))
        writeFileSync(join(copy, 'tile/9/000'), 'x')
      },
      ['damaged_file -'],
    ],
    ['a tile less', () => rmSync(join(copy, 'tile/1/000.p/2')), undefined as never],
    ['no events', () => rmSync(join(copy, 'events.ndjson')), ['cut 1']],
    [
      'a tile of another width',
      () => renameSync(join(copy, 'tile/1/000.p/2'), join(copy, 'tile/1/000.p/3')),
      undefined as never,
    ],
  ]
  test.each(change)('%s is named by both verifiers', async (_, work, said) => {
    work()
    const report = await verify()
    expect(report.length).toBeGreaterThan(0)
    if (said) expect(report).toStrictEqual(said)
  })

  test('an older export is named by whoever has kept a seal', async () => {
    const { db } = await sealedDatabase(':memory:', [3])
    db.close()
    write(lines().slice(0, 300))
    writeFileSync(
      join(copy, 'seals.ndjson'),
      kept
        .slice(0, 3)
        .map((note) => `${JSON.stringify(note)}\n`)
        .join(''),
    )
    writeFileSync(join(copy, 'checkpoint'), kept[2] ?? '')
    rmSync(join(copy, 'tile'), { recursive: true })
    const older = new Database(image)
    older.exec('delete from events where position > 300; delete from seals where size > 300')
    await exportOf(older, join(folder, 'older'))
    cpSync(join(folder, 'older/tile'), join(copy, 'tile'), { recursive: true })
    expect(await verify()).toStrictEqual([])
    expect(await verify(true)).toStrictEqual(['rolled_back 301'])
  })
})

describe('a receipt', () => {
  test('is verified without us, and no altered one is', async () => {
    const db = new Database(image)
    const file = join(folder, 'receipt.json')
    const receipt = await receiptOf(sqliteReader(db), 280)
    if (!receipt) throw new Error('there is no receipt')
    const run = (value: object) => {
      writeFileSync(file, JSON.stringify(value))
      return runVerifier(['--receipt', file, '--key', join(folder, 'key')])
    }
    expect(run(receipt)).toStrictEqual({
      status: 0,
      said: ['Nothing is wrong: event 280 of id.example.org, among 300 sealed at 2026-03-01T09:00:00.000Z.'],
    })
    for (const altered of [
      { ...receipt, position: 281 },
      { ...receipt, event: storedEvent(280, 'x') },
      { ...receipt, hash: receipt.proof[0] },
      { ...receipt, proof: receipt.proof.slice(1) },
      { ...receipt, proof: receipt.proof.with(0, receipt.hash) },
      { ...receipt, proof: [...receipt.proof, receipt.hash] },
      { ...receipt, seal: last },
      { ...receipt, seal: receipt.seal.replace('2026', '2025') },
      { ...receipt, proof: null },
    ]) {
      expect(run(altered).status).toBe(1)
    }
    expect(await receiptOf(sqliteReader(db), 706)).toBeNull()
    expect(await receiptOf(sqliteReader(db), 280, 256)).toBeNull()
  })
})
