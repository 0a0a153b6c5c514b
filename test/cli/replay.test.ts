import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openWriter } from '../../src/infrastructure/database/sqlite.ts'
import { environmentIn, foldersLike, run } from '../support/cli.ts'

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'main.ts')

let folder: string
let remove: () => void
const newFolder = foldersLike(async (model) => {
  expect((await run(model, ['admin', 'grant', 'ada@example.org'])).code).toBe(0)
})
beforeEach(async () => {
  ;({ folder, remove } = await newFolder())
})
afterEach(() => remove())

const latchkey = (...words: string[]) => run(folder, words)

test('a replay that finds the live tables as they should be says so', async () => {
  expect(await latchkey('history', 'replay')).toStrictEqual({
    code: 0,
    out: 'The read tables are what the history says.\n',
    err: '',
  })
})

test('a replay names the first row that differs, and fails', async () => {
  const db = openWriter(join(folder, 'latchkey.db'))
  db.exec(`update users set email = 'eve@example.org'`)
  db.close()
  const { code, out } = await latchkey('history', 'replay', '--json')
  expect(code).toBe(1)
  expect(JSON.parse(out)).toMatchObject({
    equal: false,
    first: { table: 'users', live: { email: 'eve@example.org' }, fresh: { email: 'ada@example.org' } },
  })
})

test('a replay up to a moment says what there was then', async () => {
  const rows = async (until: string) => {
    const { out } = await latchkey('history', 'replay', '--until', until, '--json')
    const { position, tables } = JSON.parse(out) as {
      position: number
      tables: { table: string; rows: number }[]
    }
    return [position, tables.find(({ table }) => table === 'users')?.rows]
  }
  expect(await rows('0')).toStrictEqual([0, 0])
  expect(await rows('2020-01-01')).toStrictEqual([0, 0])
  expect(await rows('1')).toStrictEqual([1, 1])
})

test.each([
  ['a moment that is none', ['--until', 'yesterday'], '--until takes a position'],
  ['a position that is not there yet', ['--until', '999999'], 'The history ends at position'],
  ['a port that is none', ['--serve', '70000'], '--serve takes a port'],
])('%s is wrong usage', async (_, options, message) => {
  const { code, err } = await latchkey('history', 'replay', ...options)
  expect([code, err]).toStrictEqual([2, expect.stringContaining(message)])
})

test('two moments are compared', async () => {
  const { code, out } = await latchkey('history', 'compare', '1', '0', '--json')
  expect(code).toBe(0)
  const { from, to, items } = JSON.parse(out) as { from: object; to: object; items: object[] }
  expect([from, to]).toMatchObject([{ position: 0 }, { position: 1 }])
  expect(items).toMatchObject([
    { kind: 'user', change: 'came', events: [{ position: 1, type: 'UserRegistered' }] },
  ])
  expect((await latchkey('history', 'compare', '1', '1')).out).toBe('Nothing is different.\n')
  const misread = await latchkey('history', 'compare', 'yesterday', '1')
  expect([misread.code, misread.err]).toStrictEqual([2, 'yesterday: That is no moment.\n'])
})

test('the past is served until it is stopped', async () => {
  const child = spawn(
    process.execPath,
    [MAIN, 'history', 'replay', '--until', '1', '--serve', '0', '--json'],
    { env: environmentIn(folder) },
  )
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const { address, position } = JSON.parse(String(line)) as { address: string; position: number }
  expect(position).toBe(1)
  expect((await fetch(`${address}/admin/users`)).status).toBe(200)
  expect((await fetch(address, { method: 'POST' })).status).toBe(403)
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toStrictEqual([0, null])
})
