import { once } from 'node:events'
import { Agent, get, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { issueInviteTo } from '../../../src/http/acts/issue.ts'
import { DAY, openTestApp, rawSqlite, type TestApp } from '../../support/house.ts'
import { openOver } from './over.ts'

let app: TestApp

beforeAll(async () => {
  app = await openTestApp()
})
afterAll(() => app.dispose())

const ask = async (base: string, path: string) => {
  const response = await fetch(base + path)
  const body = (await response.json()) as Record<string, unknown>
  return { status: response.status, body, retryAfter: response.headers.get('retry-after') }
}

test('a running service is alive and ready', async () => {
  for (const path of ['/livez', '/readyz'])
    expect(await ask(app.address, path)).toStrictEqual({
      status: 200,
      body: { status: 'ok' },
      retryAfter: null,
    })
})

test('a connection is kept for longer than a proxy would use it again: a request must not meet a hang-up', async () => {
  const agent = new Agent({ keepAlive: true })
  const [response] = (await once(get(`${app.address}/livez`, { agent }), 'response')) as [IncomingMessage]
  response.resume()
  const [, seconds] = /^timeout=(\d+)$/.exec(String(response.headers['keep-alive'])) ?? []
  expect(Number(seconds)).toBeGreaterThan(60)
  await once(response, 'end')
  agent.destroy()
})

test('mails that wait for long do not make it unready: elsewhere they would wait, too', async () => {
  await issueInviteTo(
    app.house,
    { email: 'ada@example.org', role: 'member', locale: 'en', ttlMs: 7 * DAY },
    'operator',
    app.house.newId(),
  )
  app.clock.advance(DAY)
  expect(await ask(app.address, '/readyz')).toMatchObject({ status: 200, body: { status: 'ok' } })
})

test('while its storage cannot be read it is alive but not ready, and gives no details', async () => {
  const checkReady = () => Promise.reject(new Error('SQLITE_IOERR: /secret/path'))
  const broken = await openOver(app.house, { checkReady })
  try {
    expect((await ask(broken.address, '/livez')).status).toBe(200)
    const { status, body, retryAfter } = await ask(broken.address, '/readyz')
    expect([status, body['code'], retryAfter]).toStrictEqual([503, 'storage_unavailable', '5'])
    expect(JSON.stringify(body)).not.toMatch(/SQLITE|secret/)
  } finally {
    await broken.close()
  }
})

test('while it is ending it is alive but not ready, and goes on answering', async () => {
  const ending = await openOver(app.house, { draining: () => true })
  try {
    const { status, body, retryAfter } = await ask(ending.address, '/readyz')
    expect([status, body['code'], retryAfter]).toStrictEqual([503, 'overloaded', '5'])
    expect((await ask(ending.address, '/livez')).status).toBe(200)
    expect((await ask(ending.address, '/api/v1/me')).status).toBe(401)
  } finally {
    await ending.close()
  }
})

test('a service whose database is gone says so itself', async () => {
  const doomed = await openTestApp()
  try {
    rawSqlite(doomed.floor).reader.close()
    expect((await ask(doomed.address, '/readyz')).body['code']).toBe('storage_unavailable')
  } finally {
    await doomed.dispose()
  }
})
