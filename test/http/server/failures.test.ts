import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { House } from '../../../src/http/house.ts'
import { StoreBusy, StoreUnavailable } from '../../../src/infrastructure/errors.ts'
import { HashQueueFull } from '../../../src/infrastructure/vault/passwords.ts'
import { ADMIN, enrolAdmin } from '../../support/admin.ts'
import { openTestApp, type TestApp } from '../../support/house.ts'
import { Visitor } from '../../support/visitor.ts'
import { openOver } from './over.ts'

let app: TestApp
let token: string
let logged: { fields: Record<string, unknown>; message: string }[]
let close: () => Promise<void> = async () => {}

beforeAll(async () => {
  app = await openTestApp()
  await enrolAdmin(app.floor)
})
beforeEach(async () => {
  const answer = await fetch(`${app.address}/api/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(ADMIN),
  })
  token = ((await answer.json()) as { accessToken: string }).accessToken
  logged = []
})
afterEach(() => close())
afterAll(() => app.dispose())

/** The service with some of its doors broken; what it logs as errors is kept. */
const breaking = async (doors: Partial<House>) => {
  const error = (fields: object, message: string) =>
    void logged.push({ fields: fields as Record<string, unknown>, message })
  const broken = await openOver(app.house, { log: { debug: () => {}, info: () => {}, error }, ...doors })
  close = broken.close
  return (path: string, headers: Record<string, string> = {}, body?: object) =>
    fetch(broken.address + path, {
      headers: {
        authorization: `Bearer ${token}`,
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...headers,
      },
      ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
    })
}
const codeOf = async (response: Response) => ((await response.json()) as { code: string }).code
const failing = (error: Error) => () => Promise.reject(error)
const BUG = new Error('insert into secrets failed at /srv/latchkey/src/store.ts')

describe('an error of ours', () => {
  test('is answered with nothing but a request id, by which it stands in the log', async () => {
    const ask = await breaking({ execute: failing(BUG) })
    const response = await ask('/api/v1/invites', { 'x-request-id': 'trace-7' }, { email: 'ada@example.org' })
    expect([response.status, response.headers.get('content-type')]).toStrictEqual([
      500,
      'application/problem+json',
    ])
    expect(await response.json()).toStrictEqual({
      type: `${app.floor.settings.publicUrl}/problems/internal`,
      title: 'Something went wrong on our side. Nothing of it is your fault.',
      status: 500,
      code: 'internal',
      requestId: 'trace-7',
    })
    expect(
      logged.map(({ fields, message }) => [fields['err'], fields['requestId'], fields['route'], message]),
    ).toStrictEqual([[BUG, 'trace-7', '/invites', 'internal']])
  })

  test('leaves its Idempotency-Key taken: nobody knows what was done', async () => {
    const headers = { 'idempotency-key': 'after-a-bug' }
    const ask = await breaking({ execute: failing(BUG) })
    expect((await ask('/api/v1/invites', headers, { email: 'ada@example.org' })).status).toBe(500)
    const again = await ask('/api/v1/invites', headers, { email: 'ada@example.org' })
    expect(await codeOf(again)).toBe('idempotency_in_progress')
  })

  test('does not stop the others', async () => {
    const ask = await breaking({ execute: failing(BUG) })
    await ask('/api/v1/invites', {}, { email: 'ada@example.org' })
    expect((await ask('/api/v1/me')).status).toBe(200)
  })

  test('is shown to people as a page, in their language', async () => {
    const ask = await breaking({ pageSessions: { ...app.house.pageSessions, get: failing(BUG) } })
    const headers = { accept: 'text/html', cookie: 'sid=x', 'accept-language': 'ru' }
    const page = await ask('/', headers)
    expect([page.status, page.headers.get('content-type')]).toStrictEqual([500, 'text/html; charset=utf-8'])
    const html = await page.text()
    expect(html).toContain('Что-то сломалось у нас')
    expect(html).not.toContain('secrets')
  })
})

describe('trouble that passes', () => {
  test.each([
    ['a database that somebody else holds', new StoreBusy('held by 4711'), 'overloaded', '1'],
    ['a disk that is full', new StoreUnavailable('SQLITE_FULL'), 'storage_unavailable', '5'],
  ])(
    '%s is answered 503 and when to come again; the Idempotency-Key is free then',
    async (_, error, code, after) => {
      const headers = { 'idempotency-key': `after-${code}` }
      const ask = await breaking({ execute: failing(error) })
      const response = await ask('/api/v1/invites', headers, { email: 'ada@example.org' })
      expect([response.status, response.headers.get('retry-after')]).toStrictEqual([503, after])
      expect(await codeOf(response)).toBe(code)
      await close()
      const healed = await breaking({})
      expect((await healed('/api/v1/invites', headers, { email: 'ada@example.org' })).status).toBe(201)
    },
  )

  test('too many who sign in at once are asked to wait', async () => {
    const proveByAddress = failing(new HashQueueFull('full'))
    const ask = await breaking({ passwords: { ...app.house.passwords, proveByAddress } })
    const response = await ask('/api/v1/sessions', {}, ADMIN)
    expect([response.status, response.headers.get('retry-after'), await codeOf(response)]).toStrictEqual([
      503,
      '2',
      'overloaded',
    ])
  })

  test('an answer that cannot be kept for repeats is given all the same: what it tells of is done', async () => {
    const keep = failing(new StoreUnavailable('SQLITE_FULL'))
    const ask = await breaking({ idempotency: { ...app.house.idempotency, keep } })
    const headers = { 'idempotency-key': 'not-kept' }
    expect((await ask('/api/v1/invites', headers, { email: 'kept@example.org' })).status).toBe(201)
    expect(logged.map(({ message }) => message)).toStrictEqual(['an answer could not be kept for repeats'])
  })
})

test('whoever closes a page that is kept live leaves no error behind in the log', async () => {
  const admin = new Visitor(app.address)
  await admin.signIn(ADMIN.email, ADMIN.password)
  const told: string[] = []
  const debug = (_: object, message: string) => void told.push(message)
  const error = (_: object, message: string) => void logged.push({ fields: {}, message })
  const ask = await breaking({ log: { debug, info: () => {}, error } })
  const response = await ask('/history/live', {
    'user-agent': admin.userAgent,
    cookie: `sid=${admin.cookie('sid')}`,
  })
  expect(response.status).toBe(200)
  await response.body?.cancel()
  await expect.poll(() => told).toContain('a reader left before the end')
  expect(logged).toStrictEqual([])
})

describe('the language of a problem', () => {
  test.each([
    ['ru', 'ru', 'Сначала войдите.'],
    ['ru-RU,ru;q=0.9,en;q=0.8', 'ru', 'Сначала войдите.'],
    ['de', 'en', 'Sign in first.'],
    ['', 'en', 'Sign in first.'],
  ])('for Accept-Language %j is %s', async (wish, language, title) => {
    const response = await fetch(`${app.address}/api/v1/me`, { headers: { 'accept-language': wish } })
    const body = (await response.json()) as { title: string }
    expect([response.headers.get('content-language'), body.title]).toStrictEqual([language, title])
    expect(response.headers.get('vary')).toContain('Accept-Language')
  })
})

describe('in tests', () => {
  const crooked = async (checkAnswers: boolean) =>
    (
      await breaking({
        settings: { ...app.house.settings, checkAnswers },
        tokens: { ...app.house.tokens, issueAccess: async () => ({ token: 'x', expiresIn: 0.5 }) },
      })
    )('/api/v1/sessions', {}, ADMIN)

  test('an answer that is not as declared is an error; in service it goes out', async () => {
    expect((await crooked(true)).status).toBe(500)
    await close()
    expect((await crooked(false)).status).toBe(201)
  })

  test('a refusal that is not declared is an error', async () => {
    const refusal = { code: 'link_expired' } as const
    const execute = (() =>
      Promise.resolve({ outcome: 'refused', refusal, events: [] })) as unknown as House['execute']
    const ask = await breaking({ execute })
    expect((await ask('/api/v1/invites', {}, { email: 'ada@example.org' })).status).toBe(500)
    expect(String(logged[0]?.fields['err'])).toContain('issueInvite refused with link_expired')
  })
})
