import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sqliteReader } from '../../src/infrastructure/database/sqlite.ts'
import { openSeal } from '../../src/infrastructure/history/checkpoint.ts'
import {
  consistencyProof,
  inclusionProof,
  isConsistent,
  isIncluded,
  leafHash,
} from '../../src/infrastructure/history/merkle.ts'
import type { Verifier } from '../../src/infrastructure/history/note.ts'
import { openSeals } from '../../src/infrastructure/history/seals.ts'
import { subtreesFrom } from '../../src/infrastructure/history/tiles.ts'
import { temporaryFolder } from '../support/house.ts'
import {
  anchorOf,
  briefly,
  dropTriggers,
  exportOf,
  runVerifier,
  sealedDatabase,
  sealerOn,
  storedEvent,
  verifyDatabase,
  verifyFolder,
} from '../support/sealed.ts'

// LONG=1: every byte, and a thousand changes each.
const isLong = process.env['LONG'] === '1'
const STEP = isLong ? 1 : 73
const RUNS = isLong ? 1000 : 25
const EXPORT_RUNS = isLong ? 1000 : 12
const TEN_MINUTES = 600_000

/** What is sealed and what stands for it, as whoever asks the database gets it. */
const contents = (db: Database.Database) => ({
  events: db
    .prepare(
      'select position, type, coalesce(cast(bytes as blob), zeroblob(0)) as bytes from events order by position',
    )
    .all() as {
    position: number
    type: string
    bytes: Buffer
  }[],
  proofs: JSON.stringify([
    db.prepare('select level, number, hex(hashes) from tiles order by level, number').raw().all(),
    db.prepare('select size, hex(note) from seals order by size').raw().all(),
    db.prepare('select generation, hex(key), hex(note) from seal_keys order by generation').raw().all(),
  ]),
})
type Contents = ReturnType<typeof contents>

const same = (a: Contents, b: Contents): boolean =>
  a.proofs === b.proofs &&
  a.events.length === b.events.length &&
  a.events.every(({ position, type, bytes }, n) => {
    const other = b.events[n]
    return other?.position === position && other.type === type && other.bytes.equals(bytes)
  })

/** The positions whose bytes are others, if it is only bytes that differ. */
const changedOnly = (a: Contents, b: Contents): number[] =>
  a.events.length === b.events.length &&
  a.events.every(({ position }, n) => b.events[n]?.position === position)
    ? a.events.filter(({ bytes }, n) => !b.events[n]?.bytes.equals(bytes)).map(({ position }) => position)
    : []

const quietly = <T>(work: () => T): T | null => {
  try {
    return work()
  } catch {
    return null // what can't even be read has been noticed
  }
}

describe('T46, F14: a database in which one bit is another', () => {
  test(
    'never passes for the one that was sealed, and a changed event is named by its position',
    async () => {
      const { db, last } = await sealedDatabase(':memory:', [10, 25], 512)
      const image = db.serialize()
      const anchor = await anchorOf(db)
      const before = contents(db)
      const tally = { unreadable: 0, found: 0, harmless: 0, named: 0 }
      const silent: number[] = []
      const unnamed: number[] = []
      for (let at = 0; at < image.length; at += STEP) {
        const altered = Buffer.from(image)
        altered[at] = (altered[at] ?? 0) ^ (1 << (at % 8))
        const opened = quietly(() => new Database(altered))
        const after = opened && quietly(() => contents(opened))
        const report = opened && (await verifyDatabase(opened, [last], [anchor]).catch(() => null))
        opened?.close()
        if (!after || !report) tally.unreadable++
        else if (report.count > 0) tally.found++
        else if (same(before, after)) tally.harmless++
        else silent.push(at)
        if (!after || !report) continue
        for (const position of changedOnly(before, after)) {
          tally.named++
          if (!report.findings.some((finding) => finding.position === position)) unnamed.push(at)
        }
      }
      expect({ silent, unnamed }).toStrictEqual({ silent: [], unnamed: [] })
      expect(tally.found).toBeGreaterThan(tally.harmless / 10)
      expect(tally.named).toBeGreaterThan(50)
    },
    TEN_MINUTES,
  )
})

const SIZES = [100, 256, 900, 2000, 2100]
const HEAD = 2100

/** Anything that somebody might do to the rows of a history, said as SQL. */
const place = fc.integer({ min: 1, max: HEAD })
const quoted = (position: number, salt = '') => `'${storedEvent(position, salt)}'`
const shift = (from: number, by: number) =>
  `update events set position = -position where position >= ${from}; update events set position = ${by} - position where position < 0`
const row = (position: number, said: number, salt: string) =>
  `insert into events values (${position}, '${said % 3 === 0 ? 'InviteIssued' : 'UserRegistered'}', ${quoted(said, salt)})`
const seal = fc.constantFrom(...SIZES)

const attacks = fc.oneof(
  place.map((at) => ({ sql: `update events set bytes = ${quoted(at, 'x')} where position = ${at}`, at })),
  fc.tuple(place, place).map(([a, b]) => ({
    sql:
      a === b
        ? `update events set type = type || 'x' where position = ${a}`
        : `update events set bytes = ${quoted(b)} where position = ${a}; update events set bytes = ${quoted(a)} where position = ${b}`,
    at: Math.min(a, b),
  })),
  place.map((at) => ({ sql: `delete from events where position = ${at}`, at })),
  place.map((at) => ({ sql: `delete from events where position = ${at}; ${shift(at + 1, -1)}`, at })),
  place.map((at) => ({ sql: `${shift(at, 1)}; ${row(at, at, 'y')}`, at })),
  place.map((at) => ({ sql: `delete from events where position >= ${at}`, at })),
  fc.tuple(place, place).map(([a, b]) => ({
    sql: `delete from events where position between ${Math.min(a, b)} and ${Math.max(a, b)}`,
    at: Math.min(a, b),
  })),
  // Numbers in reverse, from some place on.
  place
    .filter((at) => at < HEAD - 1)
    .map((at) => ({
      sql: `update events set position = -position where position >= ${at}; update events set position = ${HEAD + at} + position where position < 0`,
      at,
    })),
  // Written anew and hashed anew: the tiles are those of the new history, the seals as they were.
  place.map((at) => ({
    sql: `update events set bytes = ${quoted(at, 'x')} where position = ${at}`,
    at: null,
    hash: 'anew' as const,
  })),
  // Written, hashed and sealed anew, by who has the key: only a kept seal tells.
  place.map((at) => ({
    sql: `update events set bytes = ${quoted(at, 'x')} where position = ${at}`,
    at: null,
    hash: 'sealed' as const,
  })),
  // An older copy put back.
  seal
    .filter((size) => size < HEAD)
    .map((size) => ({
      sql: `delete from events where position > ${size}; delete from seals where size > ${size}; delete from tiles`,
      at: size + 1,
      hash: 'older' as const,
    })),
  fc.tuple(seal, seal).map(([a, b]) => ({
    sql:
      a === b
        ? `update seals set note = replace(note, 'time 2026', 'time 2025') where size = ${a}`
        : `update seals set note = (select note from seals where size = ${b}) where size = ${a}`,
    at: null,
  })),
  fc
    .tuple(fc.constantFrom([0, 0], [0, 3], [0, 8], [1, 0]), fc.nat({ max: 255 }))
    .map(([[level = 0, number = 0], byte]) => ({
      sql: `update tiles set hashes = cast(substr(hashes, 1, ${byte}) || x'a5' || substr(hashes, ${byte + 2}) as blob)
            where level = ${level} and number = ${number} and hex(substr(hashes, ${byte + 1}, 1)) <> 'A5'`,
      at: null,
      mayChangeNothing: true,
    })),
)

describe('T46, F14: a larger history', () => {
  let folder: string
  let remove: () => void
  let image: Buffer
  let anchor: Verifier
  let last: string
  beforeAll(async () => {
    ;({ folder, remove } = temporaryFolder())
    const made = await sealedDatabase(':memory:', SIZES)
    ;({ last } = made)
    anchor = await anchorOf(made.db)
    await exportOf(made.db, join(folder, 'export'))
    writeFileSync(join(folder, 'key'), `${anchor.text}\n`)
    writeFileSync(join(folder, 'seal'), last)
    dropTriggers(made.db)
    image = made.db.serialize()
  })
  afterAll(() => remove())

  const attacked = async (attack: { sql: string; hash?: string }): Promise<Database.Database> => {
    const db = new Database(Buffer.from(image))
    const seals = db.prepare('select * from seals').raw().all()
    db.exec(attack.sql)
    if (attack.hash === undefined) return db
    if (attack.hash !== 'older') db.exec('delete from tiles')
    db.exec('delete from seals')
    const head = Number(db.prepare('select max(position) from events').pluck().get())
    for (const size of SIZES.filter((one) => one <= head)) {
      const part = sealerOn(db, size)
      await part.seal()
    }
    if (attack.hash === 'sealed') return db
    db.exec('delete from seals')
    for (const values of seals as [number, string, string][]) {
      if (values[0] <= head) db.prepare('insert into seals values (?, ?, ?)').run(...values)
    }
    return db
  }

  test(
    'whatever is done to its rows is found, and the first place is named',
    async () => {
      const before = contents(new Database(Buffer.from(image)))
      await fc.assert(
        fc.asyncProperty(attacks, async (attack) => {
          const db = await attacked(attack)
          const report = await verifyDatabase(db, [last], [anchor])
          const isChanged = !same(before, contents(db))
          db.close()
          expect(report.count > 0).toBe(isChanged)
          if (!('mayChangeNothing' in attack)) expect(isChanged).toBe(true)
          if (attack.at !== null) expect(report.findings.map(({ position }) => position)).toContain(attack.at)
        }),
        { numRuns: RUNS },
      )
    },
    TEN_MINUTES,
  )

  test(
    'one other byte anywhere in an export, a file cut, gone or doubled: both verifiers find it, and name the same',
    async () => {
      const files = globSync('**/*', { cwd: join(folder, 'export') }).filter(
        (name) =>
          /^(events|seals|keys)\.ndjson$|^checkpoint$|^tile\/.*\d$/.test(name) &&
          !/^tile(\/\d|\/\d\/\d+\.p)?$/.test(name),
      )
      expect(files).toHaveLength(4 + 9 + 1)
      const harm = fc.oneof(
        {
          weight: 6,
          arbitrary: fc.record({ kind: fc.constant('flip' as const), at: fc.nat(), bit: fc.nat({ max: 7 }) }),
        },
        {
          weight: 2,
          arbitrary: fc.record({ kind: fc.constant('cut' as const), at: fc.nat(), bit: fc.constant(0) }),
        },
        {
          weight: 1,
          arbitrary: fc.record({ kind: fc.constant('gone' as const), at: fc.nat(), bit: fc.constant(0) }),
        },
        {
          weight: 1,
          arbitrary: fc.record({ kind: fc.constant('doubled' as const), at: fc.nat(), bit: fc.constant(0) }),
        },
      )
      const copy = mkdtempSync(join(folder, 'copy-'))
      cpSync(join(folder, 'export'), copy, { recursive: true })
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...files, 'events.ndjson', 'events.ndjson'),
          harm,
          async (name, { kind, at, bit }) => {
            const file = join(copy, name)
            const whole = readFileSync(file)
            const altered = Buffer.from(whole)
            const n = at % whole.length
            altered[n] = (altered[n] ?? 0) ^ (1 << bit)
            if (kind === 'gone') rmSync(file)
            else
              writeFileSync(
                file,
                { flip: altered, cut: whole.subarray(0, n), doubled: Buffer.concat([whole, whole]) }[kind],
              )
            const ours = briefly(await verifyFolder(copy, anchor, [last]))
            const theirs = runVerifier([copy, '--key', join(folder, 'key'), '--seal', join(folder, 'seal')])
            writeFileSync(file, whole)
            expect(ours.length).toBeGreaterThan(0)
            expect(theirs.status).toBe(1)
            const said = theirs.said.slice(0, -1).map((line) => line.split(' ', 2).join(' '))
            expect(new Set(said)).toStrictEqual(new Set(ours))
            const line = whole.subarray(0, n).filter((byte) => byte === 10).length + 1
            if (name === 'events.ndjson' && kind === 'flip' && whole[n] !== 10 && altered[n] !== 10) {
              expect(ours).toStrictEqual([`changed ${line}`])
            }
          },
        ),
        { numRuns: EXPORT_RUNS },
      )
    },
    TEN_MINUTES,
  )

  test(
    'a client that is fed altered proofs rejects each',
    async () => {
      const db = new Database(Buffer.from(image))
      const { readTile, bySize } = openSeals(sqliteReader(db))
      const at = subtreesFrom(readTile)
      const opened = async (size: number) => {
        const sealed = openSeal((await bySize(size))?.note ?? '', [anchor])
        if (!sealed) throw new Error('a seal is missing')
        return sealed
      }
      const mutations = fc.oneof(
        fc.record({ how: fc.constant('flip' as const), n: fc.nat(), bit: fc.nat({ max: 255 }) }),
        fc.record({
          how: fc.constantFrom('drop' as const, 'double' as const, 'swap' as const),
          n: fc.nat(),
          bit: fc.constant(0),
        }),
      )
      const mutated = (
        proof: readonly Buffer[],
        { how, n, bit }: { how: string; n: number; bit: number },
      ): Buffer[] | null => {
        const k = n % Math.max(1, proof.length)
        const hash = proof[k]
        if (!hash) return null
        if (how === 'drop') return proof.toSpliced(k, 1)
        if (how === 'double') return proof.toSpliced(k, 0, hash)
        if (how === 'swap') {
          const next = proof[(k + 1) % proof.length] as Buffer
          return proof.length < 2 ? null : proof.with(k, next).with((k + 1) % proof.length, hash)
        }
        const other = Buffer.from(hash)
        other[Math.floor(bit / 8)] = (other[Math.floor(bit / 8)] ?? 0) ^ (1 << (bit % 8))
        return proof.with(k, other)
      }
      await fc.assert(
        fc.asyncProperty(place, seal, seal, mutations, async (position, a, b, mutation) => {
          const size = Math.max(a, position <= a ? a : HEAD)
          const leaf = leafHash(storedEvent(position))
          const path = await inclusionProof(position - 1, size, at)
          const { root } = await opened(size)
          expect(isIncluded(leaf, position - 1, size, path, root)).toBe(true)
          const worse = mutated(path, mutation)
          if (worse) expect(isIncluded(leaf, position - 1, size, worse, root)).toBe(false)
          expect(isIncluded(leaf, position % size, size, path, root)).toBe(false)
          expect(isIncluded(leafHash(storedEvent(position, 'x')), position - 1, size, path, root)).toBe(false)

          const [from, to] = [Math.min(a, b), Math.max(a, b)]
          const proof = await consistencyProof(from, to, at)
          const [older, newer] = [(await opened(from)).root, (await opened(to)).root]
          expect(isConsistent(from, to, proof, older, newer)).toBe(true)
          const wrong = mutated(proof, mutation)
          if (wrong) expect(isConsistent(from, to, wrong, older, newer)).toBe(false)
          if (from < to) expect(isConsistent(from, to, proof, newer, older)).toBe(false)
        }),
        { numRuns: isLong ? 5000 : 300 },
      )
    },
    TEN_MINUTES,
  )
})
