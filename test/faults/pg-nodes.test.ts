import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Api, type Json, type Tokens, tokensOf } from '../http/api/client.ts'
import { ADMIN } from '../support/admin.ts'
import { openTestApp, type TestApp } from '../support/house.ts'
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts'
import { type Fate, startProxy } from '../support/tcp-proxy.ts'
import { rounds } from './support.ts'

const ROUNDS = rounds(5, 200)
/** F22: what one node does shows on another within this, whatever has become of notices. */
const SHOWS_MS = 1000
const SECRET = 'a root secret that only these two nodes know'
const LISTENS = 'latchkey listens'

let database: TestDatabase
let proxy: Awaited<ReturnType<typeof startProxy>>
let fate: Fate = 'pass'
let first: Awaited<ReturnType<typeof Api.open>>
let second: TestApp
let admin: Tokens

beforeAll(async () => {
  database = await createTestDatabase()
  const { port, pathname } = new URL(database.url)
  proxy = await startProxy(Number(port), (_, opening) => (opening.includes(LISTENS) ? fate : 'pass'))
  const settings = { SECRET, PUBLIC_URL: 'https://id.example.org', THROTTLE: 'on', DATABASE_POOL: '6' }
  first = await Api.open({ ...settings, DATABASE_URL: database.url })
  const url = `postgres://postgres@127.0.0.1:${proxy.port}${pathname}`
  second = await openTestApp({ ...settings, DATABASE_URL: url })
  admin = await first.signIn()
})
afterAll(async () => {
  await second.dispose()
  await first.app.dispose()
  await proxy.stop()
  await database.drop()
})

/** The same call of the second node. */
const there = async (
  method: string,
  path: string,
  { body, token, headers = {} }: { body?: Json; token?: string; headers?: Record<string, string> } = {},
) => {
  const response = await fetch(`${second.address}/api/v1${path}`, {
    method,
    headers: {
      ...(body ? { 'content-type': 'application/json' } : {}),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    body: (text === '' ? {} : JSON.parse(text)) as Json,
  }
}

/** Signs out at the first node; answers how long the second one goes on believing the session. */
const outlives = async (): Promise<number> => {
  const { accessToken: token } = await first.signIn()
  expect((await there('GET', '/me', { token })).status).toBe(200)
  expect((await first.call('DELETE', '/sessions/current', { token })).status).toBe(204)
  const began = performance.now()
  while ((await there('GET', '/me', { token })).status !== 401) await sleep(5)
  return Math.round(performance.now() - began)
}

let people = 0
const codeHolder = async () => {
  const email = `holder-${++people}@example.org`
  const holder = await first.member(admin.accessToken, email)
  const expiresAt = new Date(Date.parse(first.app.clock()) + 86_400_000).toISOString()
  const made = await first.call('POST', '/me/referral-code', {
    token: holder.accessToken,
    body: { expiresAt },
  })
  expect(made.status).toBe(201)
  return { email, token: holder.accessToken }
}

/** Deletes a code at the first node; answers how long the second one goes on finding it. */
const codeOutlives = async (): Promise<number> => {
  const { email, token } = await codeHolder()
  const find = () => there('GET', `/referral-codes?referrerEmail=${email}`, { token: admin.accessToken })
  expect([(await find()).status, (await find()).status]).toStrictEqual([200, 200])
  expect((await first.call('DELETE', '/me/referral-code', { token })).status).toBe(204)
  const began = performance.now()
  while ((await find()).status === 200) await sleep(5)
  return Math.round(performance.now() - began)
}

const wires: readonly (readonly [string, () => Promise<void>])[] = [
  ['while notices are heard', async () => {}],
  [
    'when the notices fall silent, and nobody is told',
    async () => {
      fate = 'silence'
      proxy.silence(LISTENS)
    },
  ],
  [
    'when the connection for notices is cut and stays away',
    async () => {
      fate = 'cut before'
      proxy.cutAll()
      await sleep(50)
    },
  ],
  [
    'when the connection for notices is back',
    async () => {
      fate = 'pass'
      await sleep(2000)
    },
  ],
]

describe.each(wires)('F22 %s', (_, wire) => {
  beforeAll(wire)

  test(`a session that ended on one node is over on the other, ${ROUNDS} times`, {
    timeout: 600_000,
  }, async () => {
    const lasted: number[] = []
    for (let round = 0; round < ROUNDS; round++) lasted.push(await outlives())
    console.log(`pg-nodes: sessions outlive by ${Math.max(...lasted)} ms at most`)
    expect(Math.max(...lasted)).toBeLessThan(SHOWS_MS)
  })

  test('a referral code that was deleted on one node is found on the other no more', {
    timeout: 600_000,
  }, async () => {
    const lasted = await codeOutlives()
    expect(lasted).toBeLessThan(SHOWS_MS)
  })

  test('tries on both nodes are counted together', async () => {
    const email = `nobody-${++people}@example.org`
    const body = { email, password: 'wrong-password' }
    const answers: number[] = []
    for (let n = 0; n < 3; n++) {
      answers.push((await first.call('POST', '/sessions', { body })).status)
      answers.push((await there('POST', '/sessions', { body })).status)
    }
    expect(answers).toStrictEqual([401, 401, 401, 401, 401, 429])
  })

  test('one Idempotency-Key on both nodes at once is one invite', async () => {
    const email = `once-${++people}@example.org`
    const request = {
      token: admin.accessToken,
      body: { email },
      headers: { 'idempotency-key': `key-${people}` },
    }
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, n) =>
        n % 2 === 0 ? first.call('POST', '/invites', request) : there('POST', '/invites', request),
      ),
    )
    const done = answers.filter(({ status }) => status === 201)
    expect(answers.every(({ status }) => status === 201 || status === 409)).toBe(true)
    expect(new Set(done.map(({ body }) => body['id'])).size).toBe(1)
    const again = await there('POST', '/invites', request)
    expect([again.status, again.body['id']]).toStrictEqual([201, done[0]?.body['id']])
  })

  test('what was written on one node is read on the other', async () => {
    const { id } = await first.issue(admin.accessToken, `read-${++people}@example.org`)
    expect((await there('GET', `/invites/${id}`, { token: admin.accessToken })).status).toBe(200)
    const here = tokensOf(await there('POST', '/sessions', { body: ADMIN }))
    expect((await first.call('GET', '/me', { token: here.accessToken })).status).toBe(200)
  })
})
