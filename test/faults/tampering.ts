import Database from 'better-sqlite3'
import fc from 'fast-check'
import { sealerOn, storedEvent } from '../support/sealed.ts'

/** A history in whose rows somebody meddles: sealed at these sizes. */
export const SIZES = [100, 256, 900, 2000, 2100]
export const HEAD = 2100

export type Attack = {
  readonly sql: string
  /** The first place that has to be named; null where it is seals and tiles that are touched. */
  readonly at: number | null
  /** Hashed anew; sealed anew by who has the key; or an older copy, which is whole in itself. */
  readonly hash?: 'anew' | 'sealed' | 'older'
  readonly mayChangeNothing?: true
}

export const place = fc.integer({ min: 1, max: HEAD })
export const seal = fc.constantFrom(...SIZES)
const quoted = (position: number, salt = '') => `'${storedEvent(position, salt)}'`
const shift = (from: number, by: number) =>
  `update events set position = -position where position >= ${from}; update events set position = ${by} - position where position < 0`
const row = (position: number, said: number, salt: string) =>
  `insert into events values (${position}, '${said % 3 === 0 ? 'InviteIssued' : 'UserRegistered'}', ${quoted(said, salt)})`
const rewrite = (at: number) => `update events set bytes = ${quoted(at, 'x')} where position = ${at}`

const rename = (at: number) => `update events set type = type || 'x' where position = ${at}`

/** Anything that somebody might do to the rows of a history, said as SQL. */
const ATTACKS: readonly fc.Arbitrary<Attack>[] = [
  place.map((at) => ({ sql: rewrite(at), at })),
  fc
    .tuple(place, place)
    .filter(([a, b]) => a !== b)
    .map(([a, b]) => ({
      sql: `update events set bytes = ${quoted(b)} where position = ${a}; update events set bytes = ${quoted(a)} where position = ${b}`,
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
  // Written anew and hashed anew: the tiles are those of the new history, the seals as they were. Which event it was
  // no hash tells any more; after which seal it came, they do.
  place.map((at) => ({
    sql: rewrite(at),
    at: 1 + Math.max(0, ...SIZES.filter((size) => size < at)),
    hash: 'anew',
  })),
  // Written, hashed and sealed anew, by who has the key: only a kept seal tells.
  place.map((at) => ({ sql: rewrite(at), at: 1, hash: 'sealed' })),
  // An older copy put back.
  seal
    .filter((size) => size < HEAD)
    .map((size) => ({
      sql: `delete from events where position > ${size}; delete from seals where size > ${size}; delete from tiles`,
      at: size + 1,
      hash: 'older',
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
]

/** What an export would hold of it too. */
export const exportable: fc.Arbitrary<Attack> = fc.oneof(...ATTACKS)
/** The type beside the event is the database's alone. */
export const attacks: fc.Arbitrary<Attack> = fc.oneof(
  ...ATTACKS,
  place.map((at) => ({ sql: rename(at), at })),
)

/** A copy of a sealed database after somebody has been at it. */
export const attacked = async (image: Buffer, { sql, hash }: Attack): Promise<Database.Database> => {
  const db = new Database(Buffer.from(image))
  const seals = db.prepare('select * from seals').raw().all() as [number, string, string][]
  db.exec(sql)
  if (hash === undefined) return db
  if (hash !== 'older') db.exec('delete from tiles')
  db.exec('delete from seals')
  const head = Number(db.prepare('select max(position) from events').pluck().get())
  for (const size of SIZES.filter((one) => one <= head)) await sealerOn(db, size).seal()
  if (hash === 'sealed') return db
  db.exec('delete from seals')
  const insert = db.prepare('insert into seals values (?, ?, ?)')
  for (const values of seals) if (values[0] <= head) insert.run(...values)
  return db
}
