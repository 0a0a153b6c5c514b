import { cpSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sqliteReader } from '../../src/infrastructure/database/sqlite.ts'
import type { Verifier } from '../../src/infrastructure/history/note.ts'
import { type Receipt, receiptOf } from '../../src/infrastructure/history/receipts.ts'
import { temporaryFolder } from '../support/house.ts'
import {
  anchorOf,
  briefly,
  dropTriggers,
  exportOf,
  runVerifier,
  sealedDatabase,
  verifyFolder,
} from '../support/sealed.ts'
import { progress, rounds, seedOf } from './support.ts'
import { attacked, exportable, HEAD, place, SIZES } from './tampering.ts'

// LONG=1: a thousand changes each.
const RUNS = rounds(4, 1000)
const RECEIPTS = rounds(3, 300)
const LONG_ENOUGH = 3_600_000

let folder: string
let remove: () => void
let image: Buffer
let anchor: Verifier
let last: string
let seed: number
beforeAll(async () => {
  seed = seedOf('tamper-export')
  ;({ folder, remove } = temporaryFolder())
  const made = await sealedDatabase(':memory:', SIZES)
  ;({ last } = made)
  anchor = await anchorOf(made.db)
  await exportOf(made.db, join(folder, 'export'))
  writeFileSync(join(folder, 'key'), `${anchor.text}\n`)
  writeFileSync(join(folder, 'seal'), last)
  dropTriggers(made.db)
  image = made.db.serialize()
  for (const size of SIZES.slice(0, -1)) {
    const sql = `delete from events where position > ${size}; delete from seals where size > ${size}; delete from tiles`
    const older = await attacked(image, { sql, at: null, hash: 'older' })
    await exportOf(older, join(folder, `older-${size}`))
    older.close()
  }
})
afterAll(() => remove())

/** All that is verified of an export, file by file. */
const contentsOf = (copy: string) =>
  globSync(['*.ndjson', 'checkpoint', 'tile/**'], { cwd: copy, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name))
    .toSorted()
    .map((file) => [relative(copy, file), readFileSync(file, 'base64')])

/** What both verifiers find, who have to find the same. */
const found = async (copy: string): Promise<string[]> => {
  const { findings, count } = await verifyFolder(copy, anchor, [last])
  const ours = briefly({ findings })
  const { status, said } = runVerifier([copy, '--key', join(folder, 'key'), '--seal', join(folder, 'seal')])
  expect(status).toBe(count === 0 ? 0 : 1)
  if (count === 0) return []
  expect(said.at(-1)).toBe(`${count} things are wrong.`)
  const theirs = said.slice(0, -1).map((line) => line.split(' ', 2).join(' '))
  expect(theirs.toSorted()).toStrictEqual(ours.toSorted())
  return ours
}

describe('T46, F14: an export', () => {
  test(
    'of a history in whose rows somebody has meddled: both verifiers find it, and name the same place',
    async () => {
      const before = contentsOf(join(folder, 'export'))
      let round = 0
      await fc.assert(
        fc.asyncProperty(exportable, async (attack) => {
          const db = await attacked(image, attack)
          const copy = join(folder, 'meddled')
          await exportOf(db, copy)
          db.close()
          const ours = await found(copy)
          const isChanged = JSON.stringify(contentsOf(copy)) !== JSON.stringify(before)
          expect(ours.length > 0).toBe(isChanged)
          if (!attack.mayChangeNothing) expect(isChanged).toBe(true)
          if (attack.at !== null) expect(ours.map((one) => Number(one.split(' ')[1]))).toContain(attack.at)
          progress('tamper-export, rows', ++round, RUNS)
        }),
        { numRuns: RUNS, seed },
      )
    },
    LONG_ENOUGH,
  )

  test(
    'with one other bit anywhere, a file cut, gone, doubled or of an older export: both verifiers find it, and name the same',
    async () => {
      const files = globSync('**/*', { cwd: join(folder, 'export') }).filter(
        (name) =>
          /^(events|seals|keys)\.ndjson$|^checkpoint$|^tile\/.*\d$/.test(name) &&
          !/^tile(\/\d|\/\d\/\d+\.p)?$/.test(name),
      )
      expect(files).toHaveLength(4 + 9 + 1)
      const harm = fc.oneof(
        ...(['flip', 'cut', 'gone', 'doubled', 'older'] as const).map((kind) => ({
          weight: kind === 'flip' ? 6 : kind === 'gone' ? 1 : 2,
          arbitrary: fc.record({ kind: fc.constant(kind), at: fc.nat(), bit: fc.nat({ max: 7 }) }),
        })),
      )
      const copy = mkdtempSync(join(folder, 'copy-'))
      cpSync(join(folder, 'export'), copy, { recursive: true })
      let round = 0
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
            const size = SIZES[at % (SIZES.length - 1)] ?? 0
            const ofOlder = join(folder, `older-${size}`, name)
            const other = {
              flip: altered,
              cut: whole.subarray(0, n),
              gone: null,
              doubled: Buffer.concat([whole, whole]),
              older: existsSync(ofOlder) ? readFileSync(ofOlder) : null,
            }[kind]
            if (other) writeFileSync(file, other)
            else rmSync(file)
            const ours = await found(copy)
            writeFileSync(file, whole)
            expect(ours.length > 0).toBe(!other?.equals(whole))
            const line = whole.subarray(0, n).filter((byte) => byte === 10).length + 1
            if (name === 'events.ndjson' && kind === 'flip' && whole[n] !== 10 && altered[n] !== 10) {
              expect(ours).toStrictEqual([`changed ${line}`])
            }
            progress('tamper-export, files', ++round, RUNS)
          },
        ),
        { numRuns: RUNS, seed },
      )
    },
    LONG_ENOUGH,
  )
})

/** Another receipt: a byte of what it says, another place, a hash more or fewer, or the proof of another event. */
const worse = (receipt: Receipt, other: Receipt, n: number, how: string): object => {
  const { event, proof, seal } = receipt
  const k = n % Math.max(1, proof.length)
  const turned = (text: string) => {
    const bytes = Buffer.from(text)
    const at = n % bytes.length
    bytes[at] = (bytes[at] ?? 0) ^ (1 + (n % 31))
    return bytes.toString('latin1')
  }
  switch (how) {
    case 'another place':
      return { ...receipt, position: 1 + (n % HEAD) }
    case 'another event':
      return { ...receipt, event: turned(event), hash: other.hash }
    case 'another proof':
      return { ...receipt, proof: other.proof }
    case 'another seal':
      return { ...receipt, seal: turned(seal) }
    case 'a hash less':
      return { ...receipt, proof: proof.toSpliced(k, 1) }
    case 'a hash more':
      return { ...receipt, proof: proof.toSpliced(k, 0, other.hash) }
    default:
      return { ...receipt, proof: proof.with(k, other.hash) }
  }
}

test(
  'T46, F14: the verifier that is shipped takes a receipt, and no altered one',
  async () => {
    const reader = sqliteReader(new Database(Buffer.from(image)))
    const file = join(folder, 'receipt.json')
    const isTaken = (receipt: object): boolean => {
      writeFileSync(file, JSON.stringify(receipt))
      return runVerifier(['--receipt', file, '--key', join(folder, 'key')]).status === 0
    }
    const how = fc.constantFrom(
      'another place',
      'another event',
      'another proof',
      'another seal',
      'a hash less',
      'a hash more',
      'another hash',
    )
    await fc.assert(
      fc.asyncProperty(place, place, fc.nat(), how, async (position, another, n, way) => {
        const receipt = await receiptOf(reader, position)
        const other = await receiptOf(reader, position === another ? 1 + (position % HEAD) : another)
        if (!receipt || !other) throw new Error('there is no receipt')
        const altered = worse(receipt, other, n, way)
        expect(isTaken(receipt)).toBe(true)
        expect(isTaken(altered)).toBe(JSON.stringify(altered) === JSON.stringify(receipt))
      }),
      { numRuns: RECEIPTS, seed },
    )
  },
  LONG_ENOUGH,
)
