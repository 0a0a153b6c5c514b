import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { expectProjectionsEqualRebuild } from '../../support/rebuild.ts'
import { Api, type Json, type Tokens } from './client.ts'

let api: Awaited<ReturnType<typeof Api.open>>
let admin: Tokens
let people = 0

beforeAll(async () => {
  api = await Api.open()
  admin = await api.signIn()
})
afterEach(() => expectProjectionsEqualRebuild(api.app.floor))
afterAll(() => api.app.dispose())

const NOBODY = '01JNZ8K3V5Q2W9X7T4R6Y1M0AB'
const PASSWORD = 'a password of their own'

const as = (token: string | undefined, method: string, path: string) => api.call(method, path, { token })
const asAdmin = (method: string, path: string) => as(admin.accessToken, method, path)

/** Somebody with a role and a password of their own, signed in. */
const holder = async (role: 'admin' | 'auditor') => {
  const email = `holder${++people}@example.org`
  const { userId, accessToken } = await api.member(admin.accessToken, email)
  await api.call('PUT', '/me/password', { token: accessToken, body: { newPassword: PASSWORD } })
  expect((await asAdmin('PUT', `/users/${userId}/roles/${role}`)).status).toBe(200)
  return { ...(await api.signIn({ email, password: PASSWORD })), email }
}

describe('taking a role away', () => {
  test('S4-42: an admin takes what an admin gave, and the list of roles reflects it', async () => {
    const { userId } = await holder('auditor')
    expect((await asAdmin('GET', `/users/${userId}/roles`)).body['items']).toStrictEqual([
      'member',
      'auditor',
    ])
    const answer = await asAdmin('DELETE', `/users/${userId}/roles/auditor`)
    expect([answer.status, answer.body['roles']]).toStrictEqual([200, ['member']])
    expect((await asAdmin('GET', `/users/${userId}/roles`)).body['items']).toStrictEqual(['member'])
  })

  test('W-19, T23: what was opened with the role ends with it: access token and refresh token', async () => {
    const { userId, accessToken, refreshToken, email } = await holder('admin')
    expect((await as(accessToken, 'GET', '/users')).status).toBe(200)
    await asAdmin('DELETE', `/users/${userId}/roles/admin`)
    expect((await as(accessToken, 'GET', '/users')).status).toBe(401)
    expect((await as(accessToken, 'GET', '/me')).status).toBe(401)
    expect((await api.call('POST', '/sessions/refresh', { body: { refreshToken } })).status).toBe(401)
    const again = await api.signIn({ email, password: PASSWORD })
    expect((await as(again.accessToken, 'GET', '/me')).body['roles']).toStrictEqual(['member'])
    expect((await as(again.accessToken, 'GET', '/users')).status).toBe(403)
  })

  test('W-19: who lays down a role of their own stays signed in, and the token that was issued to an admin is a member’s', async () => {
    const { userId, accessToken, email } = await holder('admin')
    const elsewhere = await api.signIn({ email, password: PASSWORD })
    expect((await as(accessToken, 'DELETE', `/users/${userId}/roles/admin`)).status).toBe(200)
    expect((await as(accessToken, 'GET', '/me')).body['roles']).toStrictEqual(['member'])
    expect((await as(accessToken, 'GET', '/users')).status).toBe(403)
    expect((await as(accessToken, 'PUT', `/users/${userId}/roles/admin`)).status).toBe(403)
    expect((await as(elsewhere.accessToken, 'GET', '/me')).status).toBe(401)
  })

  test('what is not held is gone already: nothing happens, and nobody is signed out', async () => {
    const { userId, accessToken } = await holder('auditor')
    const before = await api.eventCount()
    expect((await asAdmin('DELETE', `/users/${userId}/roles/admin`)).status).toBe(200)
    expect(await api.eventCount()).toBe(before)
    expect((await as(accessToken, 'GET', '/me')).status).toBe(200)
  })

  test('T49: of the two last admins who demote each other at the same moment, one fails', async () => {
    const own = await Api.open()
    try {
      const first = await own.signIn()
      const { userId, accessToken } = await own.member(first.accessToken, 'second@example.org')
      await own.call('PUT', `/users/${userId}/roles/admin`, { token: first.accessToken })
      const answers = await Promise.all([
        own.call('DELETE', `/users/${userId}/roles/admin`, { token: first.accessToken }),
        own.call('DELETE', `/users/${own.adminId}/roles/admin`, { token: accessToken }),
      ])
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
      expect(await own.app.floor.reads.users.countByRole('admin')).toBe(1)
    } finally {
      await own.app.dispose()
    }
  })

  test('T49: the last admin keeps the role', async () => {
    const answer = await api.refusal('DELETE', `/users/${api.adminId}/roles/admin`, {
      token: admin.accessToken,
    })
    const others = await api.app.floor.reads.users.countByRole('admin')
    expect([others, answer]).toStrictEqual([1, [409, 'last_admin']])
  })

  test('a role that does not exist, or comes with the registration, is refused', async () => {
    for (const role of ['member', 'temporary', 'root', 'ADMIN', '__proto__', 'constructor']) {
      const path = `/users/${api.adminId}/roles/${role}`
      expect(await api.refusal('DELETE', path, { token: admin.accessToken })).toStrictEqual([
        404,
        'not_found',
      ])
    }
  })
})

describe('S4-43: the roles of a user, by id', () => {
  test('are told to the user, to auditors and to admins, and to nobody else', async () => {
    const auditor = await holder('auditor')
    const ada = await api.member(admin.accessToken, 'ada@example.org')
    const ben = await api.member(admin.accessToken, 'ben@example.org')
    const path = `/users/${ada.userId}/roles`
    const asked = async (token: string | undefined) => (await as(token, 'GET', path)).status
    expect([
      await asked(undefined),
      await asked(ada.accessToken),
      await asked(ben.accessToken),
      await asked(auditor.accessToken),
      await asked(admin.accessToken),
    ]).toStrictEqual([401, 200, 403, 200, 200])
  })

  test('of somebody unknown are not found; who may not ask does not learn even that', async () => {
    const { accessToken } = await api.member(admin.accessToken, 'curious@example.org')
    const ask = (token: string) => api.refusal('GET', `/users/${NOBODY}/roles`, { token })
    expect(await ask(admin.accessToken)).toStrictEqual([404, 'user_not_found'])
    expect(await ask(accessToken)).toStrictEqual([403, 'forbidden'])
  })

  test('hold nothing but names', async () => {
    const { body } = await asAdmin('GET', `/users/${api.adminId}/roles`)
    expect(body).toStrictEqual({ items: ['member', 'admin'], nextCursor: null } satisfies Json)
  })
})
