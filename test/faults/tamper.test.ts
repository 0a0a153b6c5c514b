import Database from 'better-sqlite3'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
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
import { anchorOf, dropTriggers, sealedDatabase, storedEvent, verifyDatabase } from '../support/sealed.ts'
import { progress, rounds, seedOf } from './support.ts'
import { attacked, attacks, HEAD, place, SIZES, seal } from './tampering.ts'

// LONG=1: every byte, a thousand changes, five thousand proofs.
const STEP = rounds(73, 1)
const RUNS = rounds(25, 1000)
const PROOFS = rounds(300, 5000)
const LONG_ENOUGH = 3_600_000

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
      console.log(`tamper: ${image.length} bytes, one bit in each ${STEP}th: ${JSON.stringify(tally)}`)
      expect({ silent, unnamed }).toStrictEqual({ silent: [], unnamed: [] })
      expect(tally.found).toBeGreaterThan(tally.harmless / 10)
      expect(tally.named).toBeGreaterThan(50)
    },
    LONG_ENOUGH,
  )
})

describe('T46, F14: a larger history', () => {
  let image: Buffer
  let anchor: Verifier
  let last: string
  let seed: number
  beforeAll(async () => {
    seed = seedOf('tamper')
    const made = await sealedDatabase(':memory:', SIZES)
    ;({ last } = made)
    anchor = await anchorOf(made.db)
    dropTriggers(made.db)
    image = made.db.serialize()
  })

  test(
    'whatever is done to its rows is found, and the first place is named',
    async () => {
      const before = contents(new Database(Buffer.from(image)))
      let round = 0
      await fc.assert(
        fc.asyncProperty(attacks, async (attack) => {
          const db = await attacked(image, attack)
          const report = await verifyDatabase(db, [last], [anchor])
          const isChanged = !same(before, contents(db))
          db.close()
          expect(report.count > 0).toBe(isChanged)
          if (!attack.mayChangeNothing) expect(isChanged).toBe(true)
          if (attack.at !== null) expect(report.findings.map(({ position }) => position)).toContain(attack.at)
          progress('tamper, rows', ++round, RUNS)
        }),
        { numRuns: RUNS, seed },
      )
    },
    LONG_ENOUGH,
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
        { numRuns: PROOFS, seed },
      )
    },
    LONG_ENOUGH,
  )
})
