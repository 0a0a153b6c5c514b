import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Api, type Json } from '../http/api/client.ts'
import { ADMIN, enrolAdmin } from '../support/admin.ts'
import { openTestApp } from '../support/house.ts'
import { expectProjectionsEqualRebuild } from '../support/rebuild.ts'
import { claimsOf, OTHER_PASSWORD, PASSWORD, registeringAt, wrong } from './registering.ts'

let api: Awaited<ReturnType<typeof Api.open>>
let people: ReturnType<typeof registeringAt>
beforeAll(async () => {
  api = await Api.open()
  people = registeringAt(api)
})
afterAll(() => api.app.dispose())
afterEach(() => expectProjectionsEqualRebuild(api.app.floor))

const adminToken = async () => (await api.signIn()).accessToken

describe('S2: from registering to being confirmed', () => {
  test('S2-1, S2-2, S2-20, S2-54, S2-22, S2-5: register, read the mail, sign in, confirm, be a member', async () => {
    const begun = await people.register('ada.s21@example.org', { password: PASSWORD, name: 'Ada' })
    expect(begun.body).toMatchObject({
      email: 'ada.s21@example.org',
      name: 'Ada',
      emailVerified: false,
      roles: ['temporary'],
      registeredAt: api.app.clock(),
    })
    const mails = await api.app.mailsTo(begun.email)
    expect(mails.map(({ subject }) => subject)).toStrictEqual(['Confirm your address'])
    const { accessToken: token } = await api.signIn({ email: begun.email, password: PASSWORD })
    const code = await people.codeTo(begun.email)
    const without = { body: { code } }
    expect(await api.refusal('PUT', `/users/${begun.id}/email-verification`, without)).toStrictEqual([
      401,
      'unauthenticated',
    ])
    expect((await people.verify(begun.id, token, code)).status).toBe(200)
    const me = await api.call('GET', '/me', { token })
    expect(me.body).toMatchObject({ id: begun.id, emailVerified: true, roles: ['member'] })
  })

  test('S2-5 one’s own profile takes a token', async () => {
    const { access: token, id, email } = await people.confirmed('own.s25@example.org')
    const { status, body } = await api.call('GET', '/me', { token })
    expect([status, body['id'], body['email']]).toStrictEqual([200, id, email])
    expect(await api.refusal('GET', '/me')).toStrictEqual([401, 'unauthenticated'])
  })

  test('S2-21, S2-23, S2-24: a wrong code changes nothing; the mail can be sent again, and only its code works, once', async () => {
    const { id, email, access: token } = await people.register('again.s221@example.org')
    const old = await people.codeTo(email)
    const refused = await people.verify(id, token, wrong(old))
    expect([refused.status, refused.body['code']]).toStrictEqual([422, 'code_wrong'])
    expect((await api.call('GET', '/me', { token })).body['emailVerified']).toBe(false)
    const path = `/users/${id}/verification-codes`
    expect(await api.refusal('POST', path)).toStrictEqual([401, 'unauthenticated'])
    expect((await api.call('POST', path, { token })).status).toBe(202)
    const code = await people.codeTo(email)
    expect(await api.app.mailsTo(email)).toHaveLength(2)
    if (code !== old) expect((await people.verify(id, token, old)).body['code']).toBe('code_wrong')
    expect((await people.verify(id, token, code)).status).toBe(200)
    expect((await people.verify(id, token, code)).body['code']).toBe('email_already_verified')
  })
})

describe('S2: signing in', () => {
  test('S2-14 address and password bring an access and a refresh token, as JSON and as OAuth 2.0 has it', async () => {
    const { email } = await people.confirmed('login.s214@example.org')
    const json = await api.call('POST', '/sessions', { body: { email, password: PASSWORD } })
    expect([json.status, Object.keys(json.body)]).toStrictEqual([
      201,
      ['accessToken', 'refreshToken', 'expiresIn', 'user'],
    ])
    const form = new URLSearchParams({ grant_type: 'password', username: email, password: PASSWORD })
    const oauth = await api.call('POST', '/oauth/token', {
      raw: form.toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
    expect([oauth.status, Object.keys(oauth.body), oauth.body['token_type']]).toStrictEqual([
      200,
      ['access_token', 'token_type', 'expires_in', 'refresh_token'],
      'Bearer',
    ])
    for (const token of [String(json.body['accessToken']), String(oauth.body['access_token'])])
      expect((await api.call('GET', '/me', { token })).body['email']).toBe(email)
  })

  test('S2-16 an unknown address and a wrong password get one answer', async () => {
    const answers: Json[] = []
    for (const email of [ADMIN.email, 'nobody.s216@example.org']) {
      const body = { email, password: 'not-the-password-at-all' }
      const { status, body: answer } = await api.call('POST', '/sessions', { body })
      expect([status, answer['code']]).toStrictEqual([401, 'credentials_wrong'])
      answers.push({ ...answer, requestId: null })
    }
    expect(answers[0]).toStrictEqual(answers[1])
  })

  test('S2-16 and they take the same time', async () => {
    const slow = await openTestApp({ HASH_COST: '9' })
    try {
      await enrolAdmin(slow.floor)
      const timed = async (email: string): Promise<number> => {
        const begin = performance.now()
        const answer = await fetch(`${slow.address}/api/v1/sessions`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ email, password: 'not-the-password-at-all' }),
        })
        expect(answer.status).toBe(401)
        return performance.now() - begin
      }
      const times: Record<'known' | 'unknown', number[]> = { known: [], unknown: [] }
      for (let round = 0; round < 15; round++) {
        times.known.push(await timed(ADMIN.email))
        times.unknown.push(await timed('nobody.s216@example.org'))
      }
      // The best of many: what else the machine does only adds. Without a hash an answer takes a tenth of this.
      const ratio = Math.min(...times.unknown) / Math.min(...times.known)
      expect(ratio).toBeGreaterThan(1 / 3)
      expect(ratio).toBeLessThan(3)
    } finally {
      await slow.dispose()
    }
  })

  test('S2-17 refreshing makes both tokens new, and the access token says the roles of now', async () => {
    const { id, email } = await people.confirmed('roles.s217@example.org')
    const before = await api.signIn({ email, password: PASSWORD })
    await api.call('PUT', `/users/${id}/roles/auditor`, { token: await adminToken() })
    expect(claimsOf(before.accessToken)['roles']).toStrictEqual(['member'])
    const { status, body } = await api.call('POST', '/sessions/refresh', {
      body: { refreshToken: before.refreshToken },
    })
    expect(status).toBe(200)
    expect(body['accessToken']).not.toBe(before.accessToken)
    expect(body['refreshToken']).not.toBe(before.refreshToken)
    expect(claimsOf(String(body['accessToken']))['roles']).toStrictEqual(['member', 'auditor'])
    expect((await api.call('GET', '/users', { token: String(body['accessToken']) })).status).toBe(200)
  })

  test('S2-18 an expired token and a wrong one are told apart', async () => {
    const { access: token } = await people.confirmed('late.s218@example.org')
    const forged = `${token.slice(0, -3)}${token.endsWith('AAA') ? 'BBB' : 'AAA'}`
    expect(await api.refusal('GET', '/me', { token: forged })).toStrictEqual([401, 'token_invalid'])
    api.app.clock.advance(10 * 60_000)
    const { status, headers, body } = await api.call('GET', '/me', { token })
    expect([status, body['code']]).toStrictEqual([401, 'token_expired'])
    expect(headers.get('www-authenticate')).toContain('error="invalid_token"')
  })

  test('S2-51 an access token says who, with which roles, and until when', async () => {
    const claims = claimsOf(await adminToken())
    const now = Date.parse(api.app.clock()) / 1000
    expect(claims).toMatchObject({ sub: api.adminId, roles: ['member', 'admin'], iat: now, exp: now + 600 })
  })
})

describe('S2: users', () => {
  test('S2-6, S2-7, S2-9, S2-10, S2-12: what the owner may, what an admin may, and what nobody else may', async () => {
    const ada = await people.confirmed('ada.s26@example.org', { password: PASSWORD, name: 'Ada' })
    const ben = await people.confirmed('ben.s26@example.org', { password: OTHER_PASSWORD })
    const admin = await adminToken()
    const path = `/users/${ada.id}`
    const change = { body: { name: 'Ada L.' } }
    const statuses = async (method: string, of: string, request: { body?: Json } = {}) => {
      const answers: number[] = []
      for (const token of [undefined, ben.access, ada.access, admin])
        answers.push((await api.call(method, of, { ...request, token })).status)
      return answers
    }
    expect(await statuses('PATCH', path, change)).toStrictEqual([401, 403, 200, 200])
    expect(await statuses('GET', path)).toStrictEqual([401, 403, 200, 200])
    expect(await statuses('GET', '/users')).toStrictEqual([401, 403, 403, 200])
    expect(await statuses('DELETE', path)).toStrictEqual([401, 403, 403, 204])
    for (const method of ['GET', 'DELETE'])
      expect(await api.refusal(method, path, { token: admin })).toStrictEqual([404, 'user_not_found'])
    expect((await api.call('GET', '/me', { token: ada.access })).status).toBe(401)
  })
})
