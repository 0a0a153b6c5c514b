import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { openTestApp, type TestApp } from '../../support/house.ts'
import { CALLBACK, registered } from '../../support/relying-party.ts'
import { Visitor } from '../../support/visitor.ts'
import { ask } from '../server/ask.ts'

const PUBLIC = 'https://id.example.org'

let app: TestApp
const said = vi.spyOn(console, 'warn').mockImplementation(() => {})
const told = vi.spyOn(console, 'info').mockImplementation(() => {})
beforeAll(async () => {
  app = await openTestApp({ PUBLIC_URL: PUBLIC })
})
afterAll(() => app.dispose())

const authorization = async (): Promise<string> => {
  const { clientId } = await registered(app)
  const query = new URLSearchParams({
    client_id: clientId,
    redirect_uri: CALLBACK,
    response_type: 'code',
    scope: 'openid',
    code_challenge: 'x'.repeat(43),
    code_challenge_method: 'S256',
  })
  return `/oidc/auth?${query.toString()}`
}

describe('OpenID Connect behind a proxy that ends TLS', () => {
  test('names itself by PUBLIC_URL, whichever way it was asked', async () => {
    const answer = await fetch(`${app.address}/oidc/.well-known/openid-configuration`)
    const document = (await answer.json()) as Record<string, string>
    expect(document['issuer']).toBe(`${PUBLIC}/oidc`)
    for (const [name, value] of Object.entries(document))
      if (/_endpoint$|_uri$/.test(name)) expect(value.startsWith(`${PUBLIC}/oidc/`), name).toBe(true)
  })

  test('answers to its name only', async () => {
    const path = '/oidc/.well-known/openid-configuration'
    const statusOf = async (host: string) => (await ask(app.address, path, { host })).status
    expect(await statusOf('id.example.org')).toBe(200)
    expect(await statusOf('attacker.example')).toBe(421)
  })

  test('sends its cookies over TLS only, and to nobody but itself', async () => {
    const page = await new Visitor(app.address).get(await authorization())
    expect(page.status).toBe(303)
    const cookies = page.headers.getSetCookie().filter((cookie) => cookie.includes('oidc'))
    expect(cookies.map((cookie) => cookie.split('=')[0])).toContain('__Secure-oidc_resume')
    for (const cookie of cookies) {
      expect(cookie).toMatch(/; secure/i)
      expect(cookie).toMatch(/; httponly/i)
      expect(cookie).toMatch(/; samesite=lax/i)
      expect(cookie).not.toMatch(/; domain/i)
    }
  })

  test('carries the headers that all our answers carry', async () => {
    for (const path of ['/oidc/.well-known/openid-configuration', '/oidc/jwks', '/oidc/me', '/oidc/auth']) {
      const { headers } = await fetch(`${app.address}${path}`)
      expect(headers.get('content-security-policy'), path).toContain("frame-ancestors 'none'")
      expect(headers.get('strict-transport-security'), path).toContain('max-age=')
      expect(headers.get('x-content-type-options'), path).toBe('nosniff')
      expect(headers.get('x-request-id'), path).not.toBeNull()
    }
  })
})

describe('what goes wrong', () => {
  test('is a page of ours for people, and a problem document for programs', async () => {
    const path = '/oidc/auth?client_id=nobody'
    const page = await new Visitor(app.address).get(path)
    expect([page.status, page.headers.get('content-type')]).toStrictEqual([400, 'text/html; charset=utf-8'])
    const answer = await fetch(`${app.address}${path}`, { headers: { accept: 'application/json' } })
    expect([answer.status, await answer.json()]).toStrictEqual([
      400,
      expect.objectContaining({ code: 'authorization_refused', error: 'invalid_client' }),
    ])
  })

  test('at an address that leads nowhere is like anywhere else', async () => {
    for (const path of ['/oidc', '/oidc/', '/oidc/reg', '/oidc/device', '/oidc/session/end', '/oidcs'])
      expect((await fetch(`${app.address}${path}`)).status, path).toBe(404)
  })

  test('shows scripts of a stranger nothing, and those of the client its answers', async () => {
    const { clientId } = await registered(app)
    const from = (origin: string) =>
      fetch(`${app.address}/oidc/token`, {
        method: 'POST',
        headers: { origin, 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ grant_type: 'authorization_code', client_id: clientId, code: 'x' }),
      })
    const allowed = (answer: Response) => answer.headers.get('access-control-allow-origin')
    expect(allowed(await from(new URL(CALLBACK).origin))).toBe(new URL(CALLBACK).origin)
    expect(allowed(await from('https://attacker.example'))).toBeNull()
  })
})

test('nothing is said on the console', () => {
  expect([said.mock.calls, told.mock.calls]).toStrictEqual([[], []])
})
