import Database from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ChangeWriter } from '../../../src/infrastructure/database/changes.ts'
import { shapeOf } from '../../../src/infrastructure/database/template.ts'
import { BloomFilter } from '../../../src/infrastructure/projections/bloom-filter.ts'
import { RecentRows } from '../../../src/infrastructure/projections/recent-rows.ts'
import { type Change, insert, remove, update, type Value } from '../../../src/projections/projection.ts'

const SEED = process.env['SEED'] === undefined ? {} : { seed: Number(process.env['SEED']) }

const tables = () => {
  const db = new Database(':memory:')
  db.exec(`create table people (id text primary key, town text, age integer, name text not null default 'nobody') strict, without rowid;
    create table roles (person text not null, role text not null, since integer, primary key (person, role)) strict, without rowid`)
  return db
}
const contents = (db: Database.Database) => ({
  people: db.prepare('select * from people order by id').all(),
  roles: db.prepare('select * from roles order by person, role').all(),
})

const person = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')
const town = fc.constantFrom<Value[]>('Riga', 'Oslo', null)
const age = fc.constantFrom<Value[]>(30, 31, null)
const role = fc.constantFrom('admin', 'auditor')

/** Changes as projections make them; what is there already is never inserted again. */
const wish: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ id: person, town, age, name: fc.constantFrom('x', 'y') }).map((row) => insert('people', row)),
  fc.record({ id: person, town, age }).map((row) => insert('people', row)),
  fc.record({ person, role, since: age }).map((row) => insert('roles', row)),
  fc.tuple(person, town).map(([id, to]) => update('people', { id }, { town: to })),
  fc.tuple(person, age, town).map(([id, was, to]) => update('people', { id, age: was }, { town: to })),
  fc.tuple(town, age).map(([where, to]) => update('people', { town: where }, { age: to })),
  fc
    .tuple(town, town, person)
    .map(([where, to, id]) => update('people', { town: where }, { town: to }, { id })),
  fc.tuple(town, age).map(([where, old]) => remove('people', { town: where, age: old })),
  person.map((id) => remove('people', { id })),
  fc
    .tuple(person, role, age)
    .map(([who, what, to]) => update('roles', { person: who, role: what }, { since: to })),
  person.map((who) => remove('roles', { person: who })),
  fc.tuple(person, role).map(([who, what]) => remove('roles', { person: who, role: what })),
  role.map((what) => update('roles', { role: what, since: null }, { since: 1 })),
)

/** The rows that are there, by what makes them the same. */
const keyOf = ({ table, row }: Extract<Change, { op: 'insert' }>) =>
  table === 'people' ? `p ${row['id']}` : `r ${row['person']} ${row['role']}`

describe('the newest rows in memory', () => {
  test('tables hold what they would hold if each change had been made to them at once', () => {
    fc.assert(
      fc.property(fc.array(wish, { maxLength: 60 }), fc.integer({ min: 1, max: 5 }), (wishes, most) => {
        const [direct, later] = [tables(), tables()]
        const [plain, behind] = [new ChangeWriter(direct), new ChangeWriter(later)]
        const recent = new RecentRows(behind, (table) => shapeOf(later, table), { most })
        const there = () =>
          new Set([
            ...direct.prepare(`select 'p ' || id from people`).pluck().all(),
            ...direct.prepare(`select 'r ' || person || ' ' || role from roles`).pluck().all(),
          ])
        for (const change of wishes) {
          if (change.op === 'insert' && there().has(keyOf(change))) continue
          plain.write([change.op === 'insert' ? { ...change, row: { ...change.row } } : change])
          plain.flush()
          recent.write([change])
        }
        recent.flush()
        expect(contents(later)).toStrictEqual(contents(direct))
      }),
      { numRuns: 300, ...SEED },
    )
  })

  test('of changes in two parts, each made apart, and then what the second has noted made to the first, tables hold the same', () => {
    fc.assert(
      fc.property(
        fc.array(wish, { maxLength: 60 }),
        fc.nat({ max: 60 }),
        fc.integer({ min: 1, max: 5 }),
        (wishes, cut, most) => {
          const [direct, first, second] = [tables(), tables(), tables()]
          const plain = new ChangeWriter(direct)
          const noted: Change[] = []
          const earlier = new RecentRows(new ChangeWriter(first), (table) => shapeOf(first, table), { most })
          const later = new RecentRows(new ChangeWriter(second), (table) => shapeOf(second, table), {
            most,
            note: (change) => void noted.push(change),
          })
          const there = () =>
            new Set([
              ...direct.prepare(`select 'p ' || id from people`).pluck().all(),
              ...direct.prepare(`select 'r ' || person || ' ' || role from roles`).pluck().all(),
            ])
          for (const [n, change] of wishes.entries()) {
            if (change.op === 'insert' && there().has(keyOf(change))) continue
            plain.write([change.op === 'insert' ? { ...change, row: { ...change.row } } : change])
            plain.flush()
            const part = n < cut ? earlier : later
            part.write([change])
          }
          earlier.write(noted)
          for (const part of [earlier, later]) part.flush()
          const [one, other] = [contents(first), contents(second)]
          const byKey = (a: unknown, b: unknown) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)
          expect({
            people: [...one.people, ...other.people].toSorted(byKey),
            roles: [...one.roles, ...other.roles].toSorted(byKey),
          }).toStrictEqual({
            people: contents(direct).people.toSorted(byKey),
            roles: contents(direct).roles.toSorted(byKey),
          })
        },
      ),
      { numRuns: 300, ...SEED },
    )
  })

  test('a row that is there already is not taken a second time', () => {
    const db = tables()
    const recent = new RecentRows(new ChangeWriter(db), (table) => shapeOf(db, table))
    const row = { person: 'a', role: 'admin', since: 1 }
    recent.write([insert('roles', row)])
    expect(() => {
      recent.write([insert('roles', { ...row })])
      recent.flush()
    }).toThrow('UNIQUE constraint failed')
  })
})

describe('a Bloom filter', () => {
  test('finds what was added, and seldom anything else', () => {
    const filter = new BloomFilter()
    const names = (prefix: string) => Array.from({ length: 20_000 }, (_, n) => `${prefix}:01K${n}`)
    for (const name of names('user')) filter.add(name)
    expect(names('user').every((name) => filter.mayHave(name))).toBe(true)
    expect(names('invite').filter((name) => filter.mayHave(name)).length).toBeLessThan(20)
  })
})
