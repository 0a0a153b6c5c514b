import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ADMIN } from '../../support/admin.ts'
import { DAY } from '../../support/house.ts'
import { Api, type Json, tokensOf } from './client.ts'

let api: Awaited<ReturnType<typeof Api.open>>

beforeAll(async () => {
  api = await Api.open()
})
afterAll(() => api.app.dispose())

const me = (token?: string) => api.refusal('GET', '/me', { token })

describe('signing in', () => {
  test('answers an access token, a refresh token, their life and the user', async () => {
    const answer = await api.call('POST', '/sessions', { body: ADMIN })
    expect(answer.status).toBe(201)
    expect(Object.keys(answer.body)).toStrictEqual(['accessToken', 'refreshToken', 'expiresIn', 'user'])
    expect(answer.body['expiresIn']).toBe(600)
    expect(answer.body['user']).toStrictEqual({
      id: api.adminId,
      email: ADMIN.email,
      name: null,
      locale: 'en',
      roles: ['member', 'admin'],
      emailVerified: true,
      inviteId: null,
      registeredAt: api.app.clock(),
      suspendedAt: null,
      lastLoginAt: api.app.clock(),
    })
    const { accessToken } = tokensOf(answer)
    const known = await api.call('GET', '/me', { token: accessToken })
    expect([known.status, known.body]).toStrictEqual([200, answer.body['user']])
  })

  test('takes the address in any spelling of its one identity', async () => {
    const { userId } = await api.signIn({ ...ADMIN, email: '  ADMIN@Example.ORG ' })
    expect(userId).toBe(api.adminId)
  })

  test('answers an unknown address and a wrong password alike', async () => {
    const bodies = []
    for (const email of [ADMIN.email, 'nobody@example.org']) {
      const answer = await api.call('POST', '/sessions', { body: { email, password: 'wrong-password' } })
      expect([answer.status, answer.body['code']]).toStrictEqual([401, 'credentials_wrong'])
      expect(answer.headers.get('www-authenticate')).toBe('Bearer')
      bodies.push({ ...answer.body, requestId: null })
    }
    expect(bodies[0]).toStrictEqual(bodies[1])
  })

  test('carries no cookie', async () => {
    const { headers } = await api.call('POST', '/sessions', { body: ADMIN })
    expect(headers.getSetCookie()).toStrictEqual([])
  })

  test('an over-long password is refused before any hashing', async () => {
    const began = performance.now()
    const body = { email: ADMIN.email, password: 'x'.repeat(10_000) }
    expect(await api.refusal('POST', '/sessions', { body })).toStrictEqual([422, 'invalid_input'])
    expect(performance.now() - began).toBeLessThan(1000)
  })
})

describe('signing out', () => {
  test('ends the session: its access and refresh tokens stop working at once, others go on', async () => {
    const [one, other] = [await api.signIn(), await api.signIn()]
    const answer = await api.call('DELETE', '/sessions/current', { token: one.accessToken })
    expect(answer.status).toBe(204)
    expect(await me(one.accessToken)).toStrictEqual([401, 'token_invalid'])
    const refreshed = await api.refusal('POST', '/sessions/refresh', {
      body: { refreshToken: one.refreshToken },
    })
    expect(refreshed).toStrictEqual([401, 'token_invalid'])
    expect(await me(other.accessToken)).toStrictEqual([200, undefined])
  })

  test('of nobody is refused', async () => {
    expect(await api.refusal('DELETE', '/sessions/current')).toStrictEqual([401, 'unauthenticated'])
  })
})

describe('refreshing', () => {
  const refresh = (refreshToken: string) => api.call('POST', '/sessions/refresh', { body: { refreshToken } })

  test('uses the token up and answers its successor, for the same session', async () => {
    const first = await api.signIn()
    const answer = await refresh(first.refreshToken)
    expect(answer.status).toBe(200)
    const second = tokensOf(answer)
    expect(second.refreshToken).not.toBe(first.refreshToken)
    expect(await me(second.accessToken)).toStrictEqual([200, undefined])
  })

  test('the parent gets the same successor for ten seconds: a lost answer, or two tabs at once', async () => {
    const { refreshToken } = await api.signIn()
    const answers = await Promise.all([refresh(refreshToken), refresh(refreshToken), refresh(refreshToken)])
    expect(answers.map(({ status }) => status)).toStrictEqual([200, 200, 200])
    expect(new Set(answers.map((answer) => tokensOf(answer).refreshToken)).size).toBe(1)
  })

  test('a used token after eleven seconds is a stolen one: refused, and its session has ended', async () => {
    const { refreshToken } = await api.signIn()
    const successor = tokensOf(await refresh(refreshToken))
    api.app.clock.advance(11_000)
    expect((await refresh(refreshToken)).body['code']).toBe('token_invalid')
    expect(await me(successor.accessToken)).toStrictEqual([401, 'token_invalid'])
    expect((await refresh(successor.refreshToken)).status).toBe(401)
  })

  test('a grandparent is a stolen one at any time', async () => {
    const { refreshToken } = await api.signIn()
    const child = tokensOf(await refresh(refreshToken))
    const grandchild = tokensOf(await refresh(child.refreshToken))
    expect((await refresh(refreshToken)).status).toBe(401)
    expect(await me(grandchild.accessToken)).toStrictEqual([401, 'token_invalid'])
  })

  test.each([
    ['an unknown token', 'unknown'],
    ['an empty one', ''],
    ['one that is cut', null],
  ])('%s is refused', async (_, given) => {
    const token = given ?? (await api.signIn()).refreshToken.slice(0, -1)
    expect(await api.refusal('POST', '/sessions/refresh', { body: { refreshToken: token } })).toStrictEqual([
      401,
      'token_invalid',
    ])
  })

  test('an expired access token beside it does not matter: that is what refreshing is for', async () => {
    const { accessToken, refreshToken } = await api.signIn()
    api.app.clock.advance(600_000)
    expect(await me(accessToken)).toStrictEqual([401, 'token_expired'])
    const answer = await api.call('POST', '/sessions/refresh', { token: accessToken, body: { refreshToken } })
    expect(answer.status).toBe(200)
  })

  test('S4-36 an access token refreshes nothing', async () => {
    const { accessToken } = await api.signIn()
    expect((await refresh(accessToken)).body['code'] ?? 'accepted').not.toBe('accepted')
    expect(await me(accessToken), 'and goes on').toStrictEqual([200, undefined])
  })

  test('S2-19 one that lay unused for fourteen days is dead, to the millisecond', async () => {
    const [used, unused] = [await api.signIn(), await api.signIn()]
    api.app.clock.advance(14 * DAY - 1)
    expect((await refresh(used.refreshToken)).status).toBe(200)
    api.app.clock.advance(1)
    expect((await refresh(unused.refreshToken)).body['code']).toBe('token_invalid')
  })

  test('a session ends after thirty days, however often it is refreshed', async () => {
    let { refreshToken } = await api.signIn()
    for (let day = 1; day < 30; day++) {
      api.app.clock.advance(DAY)
      const answer = await refresh(refreshToken)
      expect([day, answer.status]).toStrictEqual([day, 200])
      refreshToken = tokensOf(answer).refreshToken
    }
    api.app.clock.advance(DAY)
    expect((await refresh(refreshToken)).body['code']).toBe('token_invalid')
  })
})

describe('a first password', () => {
  test('signs in once, and that session may set a password, sign out and ask who it is: nothing else', async () => {
    const admin = await api.signIn()
    const email = 'first.password@example.org'
    await api.member(admin.accessToken, email)
    const password = await api.firstPassword(email)
    const { accessToken: token } = await api.signIn({ email, password })

    expect(await me(token)).toStrictEqual([200, undefined])
    for (const [method, path] of [
      ['PATCH', '/me'],
      ['GET', '/invites'],
      ['POST', '/invites'],
      ['GET', '/users'],
    ] as const) {
      const refused = await api.refusal(method, path, { token, ...(method === 'GET' ? {} : { body: {} }) })
      expect([path, ...refused]).toStrictEqual([path, 403, 'password_change_required'])
    }
    const again = await api.refusal('POST', '/sessions', { body: { email, password } })
    expect(again).toStrictEqual([401, 'first_password_used'])

    const changed = await api.call('PUT', '/me/password', {
      token,
      body: { newPassword: 'four plain grey stones' },
    })
    expect(changed.status).toBe(204)
    expect((await api.call('PATCH', '/me', { token, body: { name: 'Fay' } })).body['name']).toBe('Fay')
    await api.signIn({ email, password: 'four plain grey stones' })
  })

  test('dies after twenty-four hours', async () => {
    const admin = await api.signIn()
    const email = 'late.password@example.org'
    await api.member(admin.accessToken, email)
    const password = await api.firstPassword(email)
    api.app.clock.advance(DAY)
    const late = await api.refusal('POST', '/sessions', { body: { email, password } })
    expect(late).toStrictEqual([401, 'first_password_expired'])
  })

  test('its session may sign out', async () => {
    const admin = await api.signIn()
    const email = 'leaving@example.org'
    await api.member(admin.accessToken, email)
    const { accessToken: token } = await api.signIn({ email, password: await api.firstPassword(email) })
    expect((await api.call('DELETE', '/sessions/current', { token })).status).toBe(204)
  })
})

test('a suspended user who shows the right password is told so; with a wrong one nothing is told', async () => {
  const admin = await api.signIn()
  const email = 'suspended@example.org'
  const { userId } = await api.member(admin.accessToken, email)
  const password = await api.firstPassword(email)
  await api.call('PUT', `/users/${userId}/suspension`, { token: admin.accessToken })
  const statuses: Json[] = []
  for (const given of [password, 'wrong-password']) {
    const { body } = await api.call('POST', '/sessions', { body: { email, password: given } })
    statuses.push({ code: body['code'] })
  }
  expect(statuses).toStrictEqual([{ code: 'user_suspended' }, { code: 'credentials_wrong' }])
})
