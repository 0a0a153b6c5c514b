import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { expectProjectionsEqualRebuild } from '../../support/rebuild.ts'
import { Api, type Tokens } from './client.ts'

let api: Awaited<ReturnType<typeof Api.open>>
let admin: Tokens
let ada: Tokens
let ben: Tokens
let auditor: Tokens

beforeAll(async () => {
  api = await Api.open()
  admin = await api.signIn()
  ada = await api.member(admin.accessToken, 'ada@example.org')
  ben = await api.member(admin.accessToken, 'ben@example.org')
  auditor = await api.member(admin.accessToken, 'auditor@example.org', { role: 'auditor' })
})
afterEach(() => expectProjectionsEqualRebuild(api.app.floor))
afterAll(() => api.app.dispose())

const NOBODY = '01JNZ8K3V5Q2W9X7T4R6Y1M0AB'
const patch = (who: Tokens | null, id: string, body: unknown) =>
  api.call('PATCH', `/users/${id}`, { token: who?.accessToken, body })

describe('changing a user', () => {
  test('S2-6: is for the owner and for admins, and for nobody else', async () => {
    const tries = [null, ada, ben, auditor, admin]
    const statuses = []
    for (const [n, who] of tries.entries()) {
      statuses.push((await patch(who, ada.userId, { name: `Ada the ${n}.` })).status)
    }
    expect(statuses).toStrictEqual([401, 200, 403, 403, 200])
    expect((await api.app.floor.reads.users.get(ada.userId))?.name).toBe('Ada the 4.')
  })

  test('S2-7: leaves absent fields as they are, and answers the user as changed', async () => {
    await patch(admin, ben.userId, { name: 'Ben', locale: 'ru' })
    const one = await patch(ben, ben.userId, { name: 'Benjamin' })
    expect([one.status, one.body['name'], one.body['locale']]).toStrictEqual([200, 'Benjamin', 'ru'])
    const other = await patch(admin, ben.userId, { locale: 'en' })
    expect([other.status, other.body['name'], other.body['locale']]).toStrictEqual([200, 'Benjamin', 'en'])
  })

  test('S2-8, W-20: an empty change, or one to what is so already, changes nothing and is no error', async () => {
    await patch(ada, ada.userId, { name: 'Ada', locale: 'en' })
    const before = await api.eventCount()
    for (const body of [{}, { name: 'Ada' }, { locale: 'en' }, { name: ' Ada ', locale: 'en' }]) {
      const answer = await patch(ada, ada.userId, body)
      expect([answer.status, answer.body['name']]).toStrictEqual([200, 'Ada'])
    }
    expect(await api.eventCount()).toBe(before)
  })

  test.each([
    ['a role', { role: 'admin' }],
    ['roles', { roles: ['admin'] }],
    ['an id', { id: NOBODY }],
    ['an address', { email: 'other@example.org' }],
    ['that the address is confirmed', { emailVerified: true }],
    ['a password', { password: 'a new password' }],
    ['no suspension', { suspendedAt: null }],
    ['no name', { name: null }],
    ['an empty name', { name: '  ' }],
    ['a name that is a list', { name: ['Ada'] }],
    ['a name that is a web address', { name: 'www.evil.example' }],
    ['a name of many lines', { name: 'Ada\nLovelace' }],
    ['a language that nobody speaks here', { locale: 'tlh' }],
    ['a list', []],
    ['nothing at all', null],
    ['a field beside a good one', { name: 'Ada', isAdmin: true }],
  ])('S2-6: what can’t be changed here is refused: %s', async (_, body) => {
    const before = await api.eventCount()
    for (const who of [ada, admin]) expect((await patch(who, ada.userId, body)).status).toBe(422)
    expect(await api.eventCount()).toBe(before)
  })

  test('S2-6: a prototype in the body reaches nobody', async () => {
    for (const raw of [
      '{"__proto__":{"roles":["admin"]}}',
      '{"name":"Ada","__proto__":{"isAdmin":true}}',
      '{"constructor":{"isAdmin":true}}',
    ]) {
      const request = { token: ada.accessToken, raw, headers: { 'content-type': 'application/json' } }
      expect((await api.call('PATCH', `/users/${ada.userId}`, request)).body['code']).toBe('malformed_body')
    }
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined()
  })

  test('somebody unknown is not found; who may not ask does not learn even that', async () => {
    expect((await patch(admin, NOBODY, { name: 'Ada' })).body['code']).toBe('user_not_found')
    expect((await patch(admin, 'no-id-at-all', { name: 'Ada' })).body['code']).toBe('user_not_found')
    expect((await patch(ben, NOBODY, { name: 'Ada' })).body['code']).toBe('forbidden')
    expect((await patch(ben, 'no-id-at-all', { name: 'Ada' })).body['code']).toBe('forbidden')
  })

  test('whoever has been suspended changes nothing, an admin still may for them', async () => {
    const { userId, accessToken } = await api.member(admin.accessToken, 'carl@example.org')
    await api.call('PUT', `/users/${userId}/suspension`, { token: admin.accessToken })
    const own = await api.call('PATCH', `/users/${userId}`, { token: accessToken, body: { name: 'Carl' } })
    expect(own.status).toBe(401)
    expect((await patch(admin, userId, { name: 'Carl' })).status).toBe(200)
  })
})

describe('one user', () => {
  test('S2-9, S4-46: is read by the owner, auditors and admins, without any secret', async () => {
    const path = `/users/${ada.userId}`
    const read = (who: Tokens | null) => api.call('GET', path, { token: who?.accessToken })
    const answers = await Promise.all([null, ada, ben, auditor, admin].map(read))
    expect(answers.map(({ status }) => status)).toStrictEqual([401, 200, 403, 200, 200])
    for (const { body } of answers) expect(JSON.stringify(body)).not.toMatch(/hash|secret|\$2[aby]\$/i)
  })

  test('S2-9: somebody unknown is not found; members don’t learn even that', async () => {
    const ask = (who: Tokens) => api.refusal('GET', `/users/${NOBODY}`, { token: who.accessToken })
    expect(await ask(admin)).toStrictEqual([404, 'user_not_found'])
    expect(await ask(ben)).toStrictEqual([403, 'forbidden'])
  })
})

describe('deleting a user', () => {
  test('S2-12: is for admins; then the user is not found', async () => {
    const { userId, accessToken } = await api.member(admin.accessToken, 'dora@example.org')
    const remove = async (token: string | undefined) =>
      (await api.call('DELETE', `/users/${userId}`, { token })).status
    expect([
      await remove(undefined),
      await remove(ben.accessToken),
      await remove(accessToken),
      await remove(auditor.accessToken),
      await remove(admin.accessToken),
      await remove(admin.accessToken),
    ]).toStrictEqual([401, 403, 403, 403, 204, 404])
    const read = await api.call('GET', `/users/${userId}`, { token: admin.accessToken })
    expect(read.status).toBe(404)
  })

  test('S2-13: their tokens stop working, and the password lets nobody in', async () => {
    const email = 'emil@example.org'
    const { userId, accessToken, refreshToken } = await api.member(admin.accessToken, email)
    const password = 'emils own password'
    await api.call('PUT', '/me/password', { token: accessToken, body: { newPassword: password } })
    await api.call('DELETE', `/users/${userId}`, { token: admin.accessToken })
    expect((await api.call('GET', '/me', { token: accessToken })).status).toBe(401)
    expect((await api.call('POST', '/sessions/refresh', { body: { refreshToken } })).status).toBe(401)
    expect(await api.refusal('POST', '/sessions', { body: { email, password } })).toStrictEqual([
      401,
      'credentials_wrong',
    ])
  })
})
