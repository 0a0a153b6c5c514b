import pino from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ADMIN, enrolAdmin } from '../support/admin.ts'
import { openTestApp, type TestApp } from '../support/house.ts'

let app: TestApp
const written: string[] = []
beforeAll(async () => {
  app = await openTestApp(
    {},
    { log: pino({ level: 'trace' }, { write: (line: string) => void written.push(line) }) },
  )
  await enrolAdmin(app.floor)
})
afterAll(() => app.dispose())

const FORGED = '\r\n{"level":60,"msg":"forged"}\n\u001b[31mred\u0000'
let planted = 0
/** Something to be found again wherever it turns up, that would be a line of its own where nobody takes care. */
const plant = () => `planted-${++planted}-${FORGED}`
const inHeader = () => `planted-${++planted}-{"level":60,"msg":"forged"}`

test('T33, T44: whatever comes in, nothing of it gets into the log, and an entry is one line', async () => {
  const json = { 'content-type': 'application/json' }
  const ask = async (method: string, path: string, body?: object, headers: Record<string, string> = {}) => {
    const response = await fetch(app.address + path, {
      method,
      redirect: 'manual',
      headers: { ...(body ? json : {}), ...headers },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    return { status: response.status, text: await response.text() }
  }
  const signedIn = await ask('POST', '/api/v1/sessions', ADMIN)
  const { accessToken, refreshToken } = JSON.parse(signedIn.text) as {
    accessToken: string
    refreshToken: string
  }
  const authorization = `Bearer ${accessToken}`
  for (const path of [
    '/',
    '/nothing',
    '/invites',
    '/verify',
    '/admin/users',
    '/api/v1/users',
    '/api/v1/nothing',
    '/oidc/auth',
  ])
    await ask('GET', `${path}/${encodeURIComponent(plant())}?q=${encodeURIComponent(plant())}`, undefined, {
      'user-agent': inHeader(),
      cookie: `sid=${encodeURIComponent(plant())}`,
      referer: `https://evil.example/${inHeader()}`,
      'x-forwarded-for': inHeader(),
      'x-request-id': inHeader(),
      traceparent: inHeader(),
      'accept-language': inHeader(),
      authorization: `Bearer ${inHeader()}`,
    })
  const bodies = [
    ['POST', '/api/v1/sessions', { email: plant(), password: plant() }],
    ['POST', '/api/v1/sessions', { email: 'planted-somebody@example.org', password: plant() }],
    ['POST', '/api/v1/sessions/refresh', { refreshToken: plant() }],
    ['POST', '/api/v1/users', { email: 'planted-newcomer@example.org', password: `planted word ${plant()}` }],
    ['POST', '/api/v1/invites', { email: 'planted-guest@example.org', [plant()]: plant() }],
    ['POST', '/api/v1/invite-redemptions', { token: plant() }],
    ['PATCH', '/api/v1/me', { name: 'planted name' }],
    ['POST', '/api/v1/clients', { name: 'planted app', redirectUris: ['https://planted.example/callback'] }],
    ['PATCH', '/api/v1/settings', { 'brand.name': 'planted brand' }],
    ['POST', '/oidc/token', { client_id: plant(), code: plant() }],
  ] as const
  for (const [method, path, body] of bodies) {
    const { status } = await ask(method, path, body, { authorization })
    expect([path, status < 500]).toStrictEqual([path, true])
  }
  await app.mailsTo('planted-guest@example.org')

  expect(written.length).toBeGreaterThan(bodies.length + 8)
  for (const line of written) {
    expect(line.endsWith('\n') && line.indexOf('\n') === line.length - 1, line).toBe(true)
    expect(() => JSON.parse(line) as unknown).not.toThrow()
    for (const secret of ['planted', 'forged', '\u001b', ADMIN.password, accessToken, refreshToken])
      expect(line).not.toContain(secret)
  }
})
