import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestApp, type TestApp } from '../../support/house.ts'

const APP = 'https://app.example'
const allowed = (answer: Response) => answer.headers.get('access-control-allow-origin')

describe('S2-50 other origins', () => {
  let app: TestApp
  beforeAll(async () => {
    app = await openTestApp({ CORS_ORIGINS: `${APP}, https://other.example:8443` })
  })
  afterAll(() => app.dispose())

  const preflight = (origin: string, path = '/api/v1/sessions') =>
    fetch(`${app.address}${path}`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization, content-type',
      },
    })

  test('that are named may call the API, without cookies', async () => {
    const answer = await preflight(APP)
    expect([answer.status, allowed(answer)]).toStrictEqual([204, APP])
    expect(answer.headers.get('access-control-allow-headers')).toContain('Authorization')
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull()
    const me = await fetch(`${app.address}/api/v1/me`, { headers: { origin: 'https://other.example:8443' } })
    expect([me.status, allowed(me)]).toStrictEqual([401, 'https://other.example:8443'])
    expect(me.headers.get('vary')).toContain('Origin')
  })

  test.each([
    'https://app.example.evil.org',
    'http://app.example',
    'https://app.example:444',
    'https://sub.app.example',
    'null',
  ])('that are not, such as %s, may not', async (origin) => {
    const answer = await preflight(origin)
    expect(allowed(answer)).toBeNull()
    const me = await fetch(`${app.address}/api/v1/me`, { headers: { origin } })
    expect(allowed(me)).toBeNull()
  })

  test('may not read pages', async () => expect(allowed(await preflight(APP, '/'))).toBeNull())
})

describe('where no origin is named', () => {
  test('none may call', async () => {
    const app = await openTestApp()
    try {
      const answer = await fetch(`${app.address}/api/v1/me`, { headers: { origin: APP } })
      expect(allowed(answer)).toBeNull()
      expect(answer.headers.get('vary') ?? '').not.toContain('Origin')
    } finally {
      await app.dispose()
    }
  })
})
