import pino from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ADMIN, enrolAdmin } from '../../support/admin.ts'
import { openTestApp, type TestApp } from '../../support/house.ts'
import { ask } from './ask.ts'

let app: TestApp
const lines: string[] = []
const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) })

beforeAll(async () => {
  app = await openTestApp({}, { log })
  await enrolAdmin(app.floor)
})
afterAll(() => app.dispose())

const get = (path: string, headers: Record<string, string> = {}) => fetch(app.address + path, { headers })
const problem = async (response: Response) => (await response.json()) as { code: string; requestId: string }

describe('the request id', () => {
  test('is the caller’s own if it is sane, in the header and in problems', async () => {
    const response = await get('/api/v1/me', { 'x-request-id': 'trace:42.a-b_c' })
    expect(response.headers.get('x-request-id')).toBe('trace:42.a-b_c')
    expect((await problem(response)).requestId).toBe('trace:42.a-b_c')
  })

  test.each([['x'.repeat(101)], ['with blank'], ['<script>'], ['{"a":1}'], ['']])(
    'is made anew in place of %j',
    async (given) => {
      const id = (await get('/api/v1/me', { 'x-request-id': given })).headers.get('x-request-id')
      expect(id).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/)
    },
  )

  test('differs from request to request', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => get('/livez')))
    expect(new Set(ids.map(({ headers }) => headers.get('x-request-id'))).size).toBe(20)
  })

  test('leads to the events that the request made', async () => {
    const response = await fetch(`${app.address}/api/v1/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(ADMIN),
    })
    const event = await app.floor.store.get(await app.floor.store.head())
    expect([event?.type, event?.correlation]).toStrictEqual([
      'UserLoggedIn',
      response.headers.get('x-request-id'),
    ])
  })
})

describe('the log', () => {
  test('has one line a request: method, route as a pattern, status, time; no path, no query, no person', async () => {
    const paths = [
      '/api/v1/me?secret=in-the-query',
      '/api/v1/invites/01JNZ8K3V5Q2W9X7T4R6Y1M0AB?secret=x',
      '/invites/this-is-a-secret-token',
      '/nothing/at/secret',
      '/livez',
    ]
    for (const path of paths) {
      lines.length = 0
      const response = await get(path)
      await response.text()
      const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
      expect(
        entries.map(({ msg }) => msg),
        path,
      ).toStrictEqual(['request'])
      const [entry] = entries
      expect([entry?.['method'], entry?.['status']]).toStrictEqual(['GET', response.status])
      expect(entry?.['requestId']).toBe(response.headers.get('x-request-id'))
      expect(typeof entry?.['ms']).toBe('number')
      expect(lines.join('')).not.toContain('secret')
    }
    lines.length = 0
    await get('/api/v1/invites/01JNZ8K3V5Q2W9X7T4R6Y1M0AB')
    expect((JSON.parse(lines[0] ?? '{}') as { route: string }).route).toBe('/invites/:id')
  })

  test('never sees a password, a token or an address, also when the request fails', async () => {
    lines.length = 0
    for (const body of ['{"email":"ada.secret@example.org","password":"secret-password"}', '{"broken secret'])
      await fetch(`${app.address}/api/v1/sessions?token=secret`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: 'Bearer secret', cookie: 'sid=secret' },
        body,
      })
    expect(lines).toHaveLength(2)
    expect(lines.join('')).not.toContain('secret')
  })
})

describe('the headers', () => {
  const always = {
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'x-xss-protection': '0',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'geolocation=(), camera=(), microphone=()',
    'strict-transport-security': null,
    'x-powered-by': null,
    server: null,
  }
  const API_CSP = "default-src 'none';frame-ancestors 'none'"
  const PAGE_CSP =
    "default-src 'none';script-src 'self';style-src 'self';img-src 'self' data:;font-src 'self';connect-src 'self';base-uri 'none';form-action 'self';frame-ancestors 'none';object-src 'none'"

  test.each([
    ['an answer of the API', '/api/v1/openapi.json', 200, API_CSP],
    ['a refusal of the API', '/api/v1/me', 401, API_CSP],
    ['a path of the API that is not there', '/api/v1/nothing', 404, API_CSP],
    ['a page', '/', 200, PAGE_CSP],
    ['a page that is not there', '/nothing', 404, PAGE_CSP],
  ])('of %s', async (_, path, status, csp) => {
    const { headers, status: answered } = await get(path)
    const found = Object.fromEntries(Object.keys(always).map((name) => [name, headers.get(name)]))
    expect([answered, headers.get('content-security-policy')]).toStrictEqual([status, csp])
    expect(found).toStrictEqual(always)
  })

  test('the API is kept by no cache and sets no cookie', async () => {
    const { headers } = await get('/api/v1/me')
    expect([headers.get('cache-control'), headers.getSetCookie()]).toStrictEqual(['no-store', []])
  })

  test('where PUBLIC_URL is https, browsers are told to stay with it', async () => {
    const secure = await openTestApp({ PUBLIC_URL: 'https://id.example.org' })
    try {
      const { headers } = await ask(secure.address, '/api/v1/me', { host: 'id.example.org' })
      expect(headers['strict-transport-security']).toBe('max-age=31536000; includeSubDomains')
    } finally {
      await secure.dispose()
    }
  })
})
