import { createServer } from 'node:net'
import { afterAll, expect, test } from 'vitest'
import { readSettings } from '../../../src/config.ts'
import { openPool } from '../../../src/infrastructure/database/postgres.ts'
import { Servers, serversOf } from '../../../src/infrastructure/database/postgres-servers.ts'
import { freePort } from '../../support/free-port.ts'
import { createTestDatabase } from '../../support/postgres.ts'

const database = await createTestDatabase()
const { host, pathname } = new URL(database.url)
afterAll(database.drop)

const open = (...hosts: readonly string[]) => {
  const url = `postgres://postgres@${hosts.join(',')}${pathname}`
  return openPool({ url, max: 4, name: 'latchkey test' })
}

test('an address of several servers is that many addresses; one of a single server is itself', () => {
  expect(serversOf('postgres://u:p%40w@one:5432,two/db?sslmode=require')).toStrictEqual([
    'postgres://u:p%40w@one:5432/db?sslmode=require',
    'postgres://u:p%40w@two/db?sslmode=require',
  ])
  expect(serversOf('postgresql://one,two:1/db')).toStrictEqual([
    'postgresql://one/db',
    'postgresql://two:1/db',
  ])
  expect(serversOf('postgres:///db?host=/tmp')).toStrictEqual(['postgres:///db?host=/tmp'])
  const url = 'postgres://u@one,two/db'
  expect(readSettings({ PROFILE: 'test', DATABASE_URL: url }).postgresUrl).toBe(url)
})

test('many who fail with one server go on to the next one once', () => {
  const servers = new Servers('postgres://u@one,two,three/db')
  const first = servers.current
  for (let n = 0; n < 5; n++) servers.failed(first)
  expect(servers.current).toBe('postgres://u@two/db')
  servers.failed(servers.current)
  servers.failed(servers.current)
  expect(servers.current).toBe(first)
})

test('a server that is not there is passed over, by many at once', async () => {
  const pool = open(`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`, host)
  const answers = await Promise.all(Array.from({ length: 4 }, () => pool.query('select 1 as one')))
  expect(answers.map(({ rows }) => rows)).toStrictEqual(Array(4).fill([{ one: 1 }]))
  await pool.end()
})

test('a server that takes no writes is passed over; if there is no other, that is said', async () => {
  const options = '?options=-c%20default_transaction_read_only%3Don'
  const readOnly = openPool({ url: `${database.url}${options}`, max: 1, name: 'latchkey test' })
  await expect(readOnly.query('select 1')).rejects.toMatchObject({ code: '25006' })
  await readOnly.end()
  const reading = openPool({ url: database.url, max: 1, name: 'latchkey test', readOnly: true })
  expect((await reading.query('select 1 as one')).rows).toStrictEqual([{ one: 1 }])
  await reading.end()
})

test('if no server can be reached the last one says why', async () => {
  const pool = open(`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`)
  await expect(pool.query('select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  await pool.end()
})

test('a connection that is lost while it is held ends nothing but itself', async () => {
  const pool = open(host)
  const client = await pool.connect()
  const { rows } = await client.query('select pg_backend_pid() as pid')
  await pool.query('select pg_terminate_backend($1)', [(rows[0] as { pid: number }).pid])
  await expect(client.query('select 1')).rejects.toThrow()
  client.release(new Error('lost'))
  expect((await pool.query('select 1 as one')).rows).toStrictEqual([{ one: 1 }])
  await pool.end()
})

test('a server that accepts and never answers is given up in time', { timeout: 15_000 }, async () => {
  const silent = createServer(() => {})
  const port = await freePort()
  await new Promise<void>((resolve) => silent.listen(port, '127.0.0.1', resolve))
  const pool = open(`127.0.0.1:${port}`, host)
  expect((await pool.query('select 1 as one')).rows).toStrictEqual([{ one: 1 }])
  await pool.end()
  silent.close()
})
