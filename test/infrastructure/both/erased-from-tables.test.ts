import { afterEach, beforeEach, expect, test } from 'vitest'
import { Api } from '../../http/api/client.ts'
import { liveThrough, openOutside, spellings, TRACES } from '../../support/whole-life.ts'

let api: Awaited<ReturnType<typeof Api.open>>
let outside: Awaited<ReturnType<typeof openOutside>>
let admin: string
let id: string
beforeEach(async () => {
  outside = await openOutside()
  api = await Api.open(outside.environment)
  admin = (await api.signIn()).accessToken
  id = await liveThrough(api, admin)
})
afterEach(async () => {
  await api.app.dispose()
  await outside.close()
})

const TABLES = {
  sqlite: `select name from sqlite_schema where type = 'table'`,
  postgres: `select table_name as name from information_schema.tables where table_schema = current_schema()`,
} as const

const rowsOf = (table: string) =>
  api.app.floor.database.reader.all<Record<string, unknown>>(`select * from ${table}`)

/** Which traces are in which table. */
const found = async (): Promise<string[]> => {
  const { reader, dialect } = api.app.floor.database
  const lines: string[] = []
  for (const { name } of await reader.all<{ name: string }>(TABLES[dialect.name])) {
    const values = (await rowsOf(name)).flatMap((row) => Object.values(row))
    const bytes = Buffer.concat(
      values.map((value) => (value instanceof Uint8Array ? value : Buffer.from(`${String(value)}\n`))),
    )
    for (const [what, text] of Object.entries(TRACES)) {
      if (spellings(text).some((one) => bytes.includes(one))) lines.push(`${what} in ${name}`)
    }
  }
  return lines.toSorted()
}

const erase = async () =>
  expect((await api.call('DELETE', `/users/${id}`, { token: admin })).status).toBe(204)

test('T48 no row of any table says anything of whoever is erased, from the commit on', async () => {
  expect(await found()).toContain('newAddress in users')
  await erase()
  expect(await found()).toStrictEqual([])
})

test('T48 nothing in the vault is left of whoever is erased: no hash, session, token, note or answer of theirs', async () => {
  const tables = [
    'password_hashes',
    'page_sessions',
    'refresh_generations',
    'inquiry_attempts',
    'subject_keys',
  ]
  const counts = () => Promise.all(tables.map(async (table) => (await rowsOf(table)).length))
  const held = async () => (await rowsOf('oidc_payloads')).filter((row) => row['session_id'] !== null).length
  expect((await counts())[0]).toBe(2)
  expect(await held()).toBeGreaterThan(0)
  await erase()
  await api.app.deadlines.everyRun()
  expect(await counts()).toStrictEqual([1, 0, 1, 0, 1]) // the admin's own
  expect(await held()).toBe(0)
})
