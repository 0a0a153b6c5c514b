import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  carrierOn,
  type SqliteConnection,
  sqliteReader,
} from '../../../src/infrastructure/database/sqlite.ts'
import { all, first, readBy, run, type Work } from '../../../src/infrastructure/database/work.ts'

let db: SqliteConnection
beforeEach(() => {
  db = new Database(':memory:')
  db.exec(
    `create table things (name text, size integer); insert into things values ('a', 1), ('b', 2), ('c', 3)`,
  )
})
afterEach(() => {
  db.close()
})

function* sizes(): Work<unknown> {
  const smallest = yield* first<{ name: string }>('select name from things where size = $1', [1])
  const none = yield* first('select name from things where size = $1', [9])
  const rest = yield* all<{ name: string }>('select name from things where size > $1 and name <> $2', [
    1,
    smallest?.name ?? '',
  ])
  const every = yield* all<{ count: number }>('select count(*) as count from things')
  return { smallest, none, rest, every }
}
const told = {
  smallest: { name: 'a' },
  none: undefined,
  rest: [{ name: 'b' }, { name: 'c' }],
  every: [{ count: 3 }],
}

test('work is carried out statement by statement, each told what the one before it found', () =>
  expect(carrierOn(db)(sizes())).toStrictEqual(told))

test('work that only reads is carried out by whoever reads', async () =>
  expect(await readBy(sqliteReader(db), sizes())).toStrictEqual(told))

test('a change tells how many rows it has changed', () => {
  function* changing(): Work<readonly number[]> {
    const some = yield* run('update things set size = size + $1 where size < $2', [10, 3])
    const gone = yield* run('delete from things')
    return [some, gone, yield* run('delete from things')]
  }
  expect(carrierOn(db)(changing())).toStrictEqual([2, 3, 0])
})

test('whoever reads is told how many rows there were', async () => {
  function* counting(): Work<number> {
    return (yield { sql: 'select name from things where size > $1', params: [1] }).changes
  }
  expect(await readBy(sqliteReader(db), counting())).toBe(2)
  expect(carrierOn(db)(counting())).toBe(2)
})

test('a statement that needs no parameters has none', () => {
  for (const work of [all('x'), first('x'), run('x')]) {
    expect(work.next().value).toStrictEqual({ sql: 'x', params: [] })
  }
})
