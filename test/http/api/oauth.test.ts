import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ADMIN } from '../../support/admin.ts'
import { DAY } from '../../support/house.ts'
import { Api } from './client.ts'

let api: Awaited<ReturnType<typeof Api.open>>

beforeAll(async () => {
  api = await Api.open()
})
afterAll(() => api.app.dispose())

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const byPassword = { grant_type: 'password', username: ADMIN.email, password: ADMIN.password }

const send = (raw: string, headers: Readonly<Record<string, string>> = FORM, of = api) =>
  of.call('POST', '/oauth/token', { raw, headers })
const ask = (fields: Readonly<Record<string, string>>, headers = {}) =>
  send(new URLSearchParams(fields).toString(), { ...FORM, ...headers })
const refresh = (token: unknown) => ask({ grant_type: 'refresh_token', refresh_token: String(token) })
const me = (token: unknown) => api.refusal('GET', '/me', { token: String(token) })

describe('S2-15 POST /oauth/token', () => {
  test('answers address and password with tokens, exactly as RFC 6749 has it', async () => {
    const { status, body, headers } = await ask(byPassword)
    expect(status).toBe(200)
    expect(body).toStrictEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 600,
      refresh_token: expect.any(String),
    })
    expect(headers.get('content-type')).toMatch(/^application\/json/)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('pragma')).toBe('no-cache')
    expect(headers.getSetCookie()).toStrictEqual([])
    expect(await me(body['access_token'])).toStrictEqual([200, undefined])
  })

  test('answers a refresh token with its successor, for the same session', async () => {
    const first = await ask(byPassword)
    const second = await refresh(first.body['refresh_token'])
    expect(second.status).toBe(200)
    expect(second.body['refresh_token']).not.toBe(first.body['refresh_token'])
    expect(await me(second.body['access_token'])).toStrictEqual([200, undefined])
    const third = await api.call('POST', '/sessions/refresh', {
      body: { refreshToken: second.body['refresh_token'] },
    })
    expect(third.status, 'both ways of refreshing are one').toBe(200)
  })

  test('the description tells Swagger UI’s “Authorize” to come here, and who signed in so may call', async () => {
    const document = (await (await fetch(`${api.app.address}/api/v1/openapi.json`)).json()) as {
      security: object[]
      components: { securitySchemes: Record<string, { type: string; flows?: unknown }> }
    }
    const url = `${api.app.floor.settings.publicUrl}/api/v1/oauth/token`
    expect(document.components.securitySchemes['password']).toMatchObject({
      type: 'oauth2',
      flows: { password: { tokenUrl: url, refreshUrl: url, scopes: {} } },
    })
    expect(document.security).toContainEqual({ password: [] })
  })

  test('is as good with what Swagger UI sends along: an empty client, a scope', async () => {
    const { status } = await ask(
      { ...byPassword, scope: '', client_id: '', client_secret: '' },
      { authorization: `Basic ${btoa(':')}`, 'x-requested-with': 'XMLHttpRequest' },
    )
    expect(status).toBe(200)
  })

  test('a key for repeats that is none is refused in these words, too', async () => {
    const { status, body } = await ask(byPassword, { 'idempotency-key': 'a b' })
    expect([status, body['error']]).toStrictEqual([400, 'invalid_request'])
  })

  test.each([
    ['nothing at all', {}, 'invalid_request'],
    ['no grant', { username: ADMIN.email, password: ADMIN.password }, 'invalid_request'],
    ['an empty grant', { ...byPassword, grant_type: '' }, 'invalid_request'],
    ['another grant', { ...byPassword, grant_type: 'client_credentials' }, 'unsupported_grant_type'],
    ['a grant that is none', { ...byPassword, grant_type: 'Password' }, 'unsupported_grant_type'],
    ['no address', { grant_type: 'password', password: 'x' }, 'invalid_request'],
    ['no password', { grant_type: 'password', username: ADMIN.email }, 'invalid_request'],
    ['an empty password', { ...byPassword, password: '' }, 'invalid_request'],
    ['an endless password', { ...byPassword, password: 'x'.repeat(1001) }, 'invalid_request'],
    ['no refresh token', { grant_type: 'refresh_token' }, 'invalid_request'],
    ['a wrong password', { ...byPassword, password: 'wrong-password' }, 'invalid_grant'],
    ['an unknown address', { ...byPassword, username: 'nobody@example.org' }, 'invalid_grant'],
    ['what is no address', { ...byPassword, username: 'nobody' }, 'invalid_grant'],
    ['an unknown refresh token', { grant_type: 'refresh_token', refresh_token: 'unknown' }, 'invalid_grant'],
  ])('%s is refused with 400, never 401, in the words of the standard', async (_, fields, error) => {
    const { status, body, headers } = await ask(fields as Record<string, string>)
    expect([status, body['error']]).toStrictEqual([400, error])
    expect(Object.keys(body)).toStrictEqual(['error', 'error_description'])
    expect(body['error_description']).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('pragma')).toBe('no-cache')
    expect(headers.get('www-authenticate')).toBeNull()
  })

  test('an unknown address and a wrong password are answered alike', async () => {
    const answers = await Promise.all([
      ask({ ...byPassword, password: 'wrong-password' }),
      ask({ ...byPassword, username: 'nobody@example.org' }),
    ])
    expect(answers[0].body).toStrictEqual(answers[1].body)
  })

  test('a parameter given twice is refused, whatever it says', async () => {
    const form = new URLSearchParams(byPassword)
    for (const name of ['grant_type', 'username', 'password']) {
      const { status, body } = await send(`${form.toString()}&${name}=x`)
      expect([name, status, body['error']]).toStrictEqual([name, 400, 'invalid_request'])
    }
  })

  test('JSON is no form, nor is a form without its name', async () => {
    for (const type of ['application/json', 'text/plain', 'multipart/form-data; boundary=x']) {
      const { status, body } = await send(JSON.stringify(byPassword), { 'content-type': type })
      expect([type, status, body['error']]).toStrictEqual([type, 400, 'invalid_request'])
    }
  })

  test('S4-36 an access token refreshes nothing, and a refresh token calls nothing', async () => {
    const { body } = await ask(byPassword)
    const answer = await refresh(body['access_token'])
    expect([answer.status, answer.body['error']]).toStrictEqual([400, 'invalid_grant'])
    expect(await me(body['refresh_token'])).toStrictEqual([401, 'token_invalid'])
  })

  test('a refresh token that was used before ends the session, as everywhere', async () => {
    const { body } = await ask(byPassword)
    const successor = await refresh(body['refresh_token'])
    api.app.clock.advance(11_000)
    expect((await refresh(body['refresh_token'])).body['error']).toBe('invalid_grant')
    expect(await me(successor.body['access_token'])).toStrictEqual([401, 'token_invalid'])
  })

  test('a suspended user who shows the right password gets invalid_grant, and is told why', async () => {
    const admin = await api.signIn()
    const email = 'suspended@example.org'
    const { userId } = await api.member(admin.accessToken, email)
    const password = await api.firstPassword(email)
    await api.call('PUT', `/users/${userId}/suspension`, { token: admin.accessToken })
    const { status, body } = await ask({ grant_type: 'password', username: email, password })
    expect([status, body['error']]).toStrictEqual([400, 'invalid_grant'])
    expect(body['error_description']).toMatch(/suspended/i)
  })

  test('tries are counted together with those of the other sign-in, and refused with 429', async () => {
    const throttled = await Api.open({ THROTTLE: 'on' })
    try {
      const wrong = { ...byPassword, password: 'wrong-password' }
      const statuses: number[] = []
      for (let n = 0; n < 3; n++) {
        statuses.push((await send(new URLSearchParams(wrong).toString(), FORM, throttled)).status)
        const body = { email: ADMIN.email, password: 'wrong-password' }
        statuses.push((await throttled.call('POST', '/sessions', { body })).status)
      }
      expect(statuses).toStrictEqual([400, 401, 400, 401, 400, 429])
      const last = await send(new URLSearchParams(byPassword).toString(), FORM, throttled)
      expect([last.status, last.body['code']]).toStrictEqual([429, 'too_many_requests'])
      expect(last.headers.get('retry-after')).toMatch(/^\d+$/)
    } finally {
      await throttled.app.dispose()
    }
  })
})

describe('S2-19 lifetimes', () => {
  test('are ten minutes and fourteen idle days by default', async () => {
    const { body } = await ask(byPassword)
    api.app.clock.advance(599_999)
    expect(await me(body['access_token'])).toStrictEqual([200, undefined])
    api.app.clock.advance(1)
    expect(await me(body['access_token'])).toStrictEqual([401, 'token_expired'])
    api.app.clock.advance(14 * DAY - 600_001)
    const second = await refresh(body['refresh_token'])
    expect(second.status).toBe(200)
    api.app.clock.advance(14 * DAY)
    const third = await refresh(second.body['refresh_token'])
    expect([third.status, third.body['error']]).toStrictEqual([400, 'invalid_grant'])
  })

  test('come from the settings', async () => {
    const other = await Api.open({ ACCESS_TOKEN_TTL: '60m', REFRESH_TOKEN_TTL: '15d' })
    try {
      const form = new URLSearchParams(byPassword).toString()
      const { body } = await send(form, FORM, other)
      expect(body['expires_in']).toBe(3600)
      const known = () => other.refusal('GET', '/me', { token: String(body['access_token']) })
      other.app.clock.advance(3_599_999)
      expect(await known()).toStrictEqual([200, undefined])
      other.app.clock.advance(1)
      expect(await known()).toStrictEqual([401, 'token_expired'])
      other.app.clock.advance(15 * DAY - 3_600_001)
      const again = new URLSearchParams({
        grant_type: 'refresh_token',
        refresh_token: String(body['refresh_token']),
      })
      expect((await send(again.toString(), FORM, other)).status).toBe(200)
    } finally {
      await other.app.dispose()
    }
  })
})
