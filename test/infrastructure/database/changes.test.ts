import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BulkInsert, ChangeWriter } from '../../../src/infrastructure/database/changes.ts'
import { statementsFor } from '../../../src/infrastructure/database/postgres-changes.ts'
import type { SqliteConnection } from '../../../src/infrastructure/database/sqlite.ts'
import { insert, remove, update } from '../../../src/projections/projection.ts'

let db: SqliteConnection
/** The statements that were carried out, as they were written. */
let said: string[]
beforeEach(() => {
  said = []
  db = new Database(':memory:', { verbose: (sql) => said.push(String(sql)) })
  db.exec(
    'create table people (id text, name text, age integer); create table fresh_people as select * from people',
  )
  said = []
})
afterEach(() => {
  db.close()
})

const rows = (table = 'people') => db.prepare(`select * from ${table} order by rowid`).raw().all()
const person = (id: string, name: string | null, age: number | null) => insert('people', { id, name, age })

describe('rows that are inserted', () => {
  test('wait until they are flushed, then stand there in their order', () => {
    const writer = new ChangeWriter(db)
    writer.write([person('a', 'Ada', 36), person('b', null, null)])
    writer.write([person('c', 'Cyd', 7)])
    expect(rows()).toStrictEqual([])
    writer.flush()
    writer.flush()
    expect(rows()).toStrictEqual([
      ['a', 'Ada', 36],
      ['b', null, null],
      ['c', 'Cyd', 7],
    ])
  })

  test.each([
    [1, 1],
    [3, 3],
    [4, 1],
    [63, 9],
    [64, 1],
    [150, 6],
  ])('%i of them take this many statements: %i', (count, statements) => {
    const bulk = new BulkInsert(db, 'people', ['id', 'age'])
    for (let n = 0; n < count; n++) bulk.add(`P${n}`, n)
    said = []
    bulk.flush()
    expect(said).toHaveLength(statements)
    expect(rows()).toStrictEqual(Array.from({ length: count }, (_, n) => [`P${n}`, null, n]))
  })

  test('are let go when they are discarded', () => {
    const writer = new ChangeWriter(db)
    writer.write([person('a', 'Ada', 36)])
    writer.discard()
    writer.flush()
    expect(rows()).toStrictEqual([])
  })

  test('that come after others were flushed or discarded stand as they are', () => {
    const writer = new ChangeWriter(db)
    writer.write([person('a', 'Ada', 36)])
    writer.flush()
    writer.write([person('b', 'Ben', 1)])
    writer.discard()
    writer.write([person('c', 'Cyd', 7)])
    writer.flush()
    expect(rows()).toStrictEqual([
      ['a', 'Ada', 36],
      ['c', 'Cyd', 7],
    ])
  })

  test('may have other columns, or the same in another order, without a word getting into the wrong place', () => {
    const writer = new ChangeWriter(db)
    writer.write([
      person('a', 'Ada', 36),
      insert('people', { age: 7, name: 'Cyd', id: 'c' }),
      insert('people', { id: 'd', name: 'Dan' }),
      person('e', 'Eve', 1),
      insert('people', { id: 'f', name: 'Fay' }),
    ])
    writer.flush()
    expect(rows()).toStrictEqual([
      ['a', 'Ada', 36],
      ['c', 'Cyd', 7],
      ['d', 'Dan', null],
      ['e', 'Eve', 1],
      ['f', 'Fay', null],
    ])
  })
})

describe('rows that are changed', () => {
  const ready = (options?: ConstructorParameters<typeof ChangeWriter>[1]) => {
    const writer = new ChangeWriter(db, options)
    writer.write([person('a', 'Ada', 36), person('b', 'Ben', 36), person('c', null, 7)])
    return writer
  }

  test('are those that stand there already, bundled or not', () => {
    ready().write([update('people', { id: 'a' }, { name: 'Countess', age: null })])
    expect(rows()).toStrictEqual([
      ['a', 'Countess', null],
      ['b', 'Ben', 36],
      ['c', null, 7],
    ])
  })
  test('are sought by every column that is named; nothing is sought as nothing', () => {
    const writer = ready()
    writer.write([update('people', { name: null, age: 7 }, { name: 'Cyd' })])
    writer.write([update('people', { name: null, age: 36 }, { name: 'nobody' })])
    writer.write([update('people', { name: 'Ben', age: 36 }, { age: 37 })])
    expect(rows()).toStrictEqual([
      ['a', 'Ada', 36],
      ['b', 'Ben', 37],
      ['c', 'Cyd', 7],
    ])
  })
  test('are left alone where an excepted column holds the value', () => {
    const writer = ready()
    writer.write([update('people', { age: 36 }, { age: 40 }, { id: 'a' })])
    writer.write([update('people', { age: 7 }, { age: 8 }, { name: null })])
    writer.write([update('people', { age: 40 }, { age: 41 })])
    expect(rows()).toStrictEqual([
      ['a', 'Ada', 36],
      ['b', 'Ben', 41],
      ['c', null, 7],
    ])
  })
  test('need none to be inserted before', () => {
    db.exec(`insert into people values ('z', 'Zoe', 1)`)
    new ChangeWriter(db).write([update('people', { id: 'z' }, { age: 2 })])
    expect(rows()).toStrictEqual([['z', 'Zoe', 2]])
  })
  test('are not those that another change of the same columns meant', () => {
    const writer = ready()
    writer.write([update('people', { name: 'Ada' }, { id: 'x' }), remove('people', { id: 'b', name: 'Ada' })])
    writer.write([update('people', { name: null }, { age: 8 }), update('people', { id: null }, { age: 9 })])
    expect(rows()).toStrictEqual([
      ['x', 'Ada', 36],
      ['b', 'Ben', 36],
      ['c', null, 8],
    ])
  })
  test('are removed by the same rules', () => {
    const writer = ready()
    writer.write([remove('people', { id: 'a', name: null }), remove('people', { name: null })])
    expect(rows()).toStrictEqual([
      ['a', 'Ada', 36],
      ['b', 'Ben', 36],
    ])
    writer.write([remove('people', { id: 'a', name: 'Ada' })])
    expect(rows()).toStrictEqual([['b', 'Ben', 36]])
  })
  test('are told one from the other, however alike: each has its own statement, and has it once', () => {
    const sought: string[] = []
    const writer = ready({ beforeSeeking: (table, columns) => sought.push(`${table} ${columns.join(' ')}`) })
    for (let twice = 0; twice < 2; twice++) {
      writer.write([
        update('people', { id: 'a' }, { name: 'x' }),
        update('people', { id: 'a' }, { age: 1 }),
        update('people', { id: 'a' }, { name: 'x', age: 1 }),
        update('people', { name: 'a' }, { age: 1 }),
        update('people', { name: null }, { age: 7 }),
        update('people', { name: null }, { age: 8 }, { age: 7 }),
        update('people', { name: 'x' }, { age: 2 }, { name: 'x' }),
        remove('people', { id: 'b' }),
        remove('people', { id: null }),
      ])
    }
    expect(sought).toStrictEqual([
      'people id',
      'people id',
      'people id',
      'people name',
      'people name',
      'people name',
      'people name',
      'people id',
      'people id',
    ])
    expect(rows()).toStrictEqual([
      ['a', 'x', 1],
      ['c', null, 7],
    ])
  })
})

test('tables may go by another name', () => {
  const writer = new ChangeWriter(db, { nameOf: (table) => `fresh_${table}` })
  writer.write([person('a', 'Ada', 36), person('b', 'Ben', 1)])
  writer.write([update('people', { id: 'a' }, { age: 37 }), remove('people', { id: 'b' })])
  writer.flush()
  expect([rows(), rows('fresh_people')]).toStrictEqual([[], [['a', 'Ada', 37]]])
})

test('rows of other columns are a statement of their own on a server, too, and rows that are changed wait for those before', () => {
  const said = statementsFor([
    insert('people', { id: 'a', name: 'Ada' }),
    insert('people', { id: 'b', name: 'Ben' }),
    insert('people', { id: 'c', age: 1 }),
    insert('people', { id: 'd' }),
    insert('other', { id: 'e' }),
    remove('people', { id: 'd' }),
  ])
  expect(said.map(({ sql, params }) => [sql.split(' ').slice(0, 3).join(' '), params])).toStrictEqual([
    ['insert into people', ['a', 'Ada', 'b', 'Ben']],
    ['insert into people', ['c', 1]],
    ['insert into people', ['d']],
    ['delete from people', ['d']],
    ['insert into other', ['e']],
  ])
})
