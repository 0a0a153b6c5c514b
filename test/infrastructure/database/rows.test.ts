import Database from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Beyond, pagesOf } from '../../../src/infrastructure/database/rows.ts'
import { type SqliteConnection, sqliteReader } from '../../../src/infrastructure/database/sqlite.ts'

const SHAPE = { columns: ['owner', 'number', 'size'], key: ['owner', 'number'] }

let db: SqliteConnection
beforeEach(() => {
  db = new Database(':memory:')
  db.exec('create table things (owner text, number integer, size integer, primary key (owner, number))')
})
afterEach(() => {
  db.close()
})

/** So many things of each owner, written from the last to the first. */
const fill = (count: number, ...owners: readonly string[]) => {
  const insert = db.prepare('insert into things values (?, ?, ?)')
  db.transaction(() => {
    for (const owner of owners) for (let n = count; n > 0; n--) insert.run(owner, n, n % 10)
  })()
}
const pages = async (beyond: Beyond = null) => {
  const found: string[][] = []
  for await (const page of pagesOf(sqliteReader(db), 'things', SHAPE, beyond)) {
    found.push(page.map(({ owner, number }) => `${owner}${number}`))
  }
  return found
}
const names = (owner: string, count: number) => Array.from({ length: count }, (_, n) => `${owner}${n + 1}`)

test('an empty table has no page', async () => expect(await pages()).toStrictEqual([]))

test('rows come in the order of their whole key, a thousand at a time, each once', async () => {
  fill(700, 'b', 'a')
  const [first, second, ...more] = await pages()
  expect([first?.length, second?.length, more.length]).toStrictEqual([1000, 400, 0])
  expect([...(first ?? []), ...(second ?? [])]).toStrictEqual([...names('a', 700), ...names('b', 700)])
})

test('after a full page it is asked once more, and an empty answer is no page', async () => {
  fill(1000, 'a')
  expect(await pages()).toStrictEqual([names('a', 1000)])
})

test('only those beyond a place are told, on every page', async () => {
  fill(1500, 'a', 'b')
  const [first, ...more] = await pages({ column: 'size', value: 4 })
  expect([first, ...more].map((page) => page?.length)).toStrictEqual([1000, 500])
  expect(first?.slice(0, 6)).toStrictEqual(['a5', 'a6', 'a7', 'a8', 'a9', 'a15'])
  expect(await pages({ column: 'size', value: 9 })).toStrictEqual([])
})

test('each page is asked for with the place where the one before has ended, and nothing else', async () => {
  fill(1000, 'a')
  const asked: (readonly unknown[] | undefined)[] = []
  const reader = sqliteReader(db)
  const watched: typeof reader = {
    ...reader,
    all: (sql, params) => {
      asked.push(params)
      return reader.all(sql, params)
    },
  }
  for (const beyond of [null, { column: 'size', value: -1 }]) {
    for await (const page of pagesOf(watched, 'things', SHAPE, beyond)) expect(page).toHaveLength(1000)
  }
  expect(asked).toStrictEqual([[], ['a', 1000], [-1], [-1, 'a', 1000]])
})
