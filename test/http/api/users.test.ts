import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { ADMIN } from '../../support/admin.ts'
import { expectProjectionsEqualRebuild } from '../../support/rebuild.ts'
import { Api, type Json, type Tokens } from './client.ts'

let api: Awaited<ReturnType<typeof Api.open>>
let admin: Tokens

beforeAll(async () => {
  api = await Api.open()
  admin = await api.signIn()
})
afterEach(() => expectProjectionsEqualRebuild(api.app.floor))
afterAll(() => api.app.dispose())

const NOBODY = '01JNZ8K3V5Q2W9X7T4R6Y1M0AB'
const asAdmin = (method: string, path: string, body?: unknown) =>
  api.call(method, path, { token: admin.accessToken, body })
const refusal = async (method: string, path: string, body?: unknown) => {
  const answer = await asAdmin(method, path, body)
  return [answer.status, answer.body['code']]
}
const idsOf = ({ body }: { body: Json }) => (body['items'] as Json[]).map(({ id }) => id)

describe('looking', () => {
  test('a user reads with address, roles, times and the invite that made them, and no secret', async () => {
    const { userId } = await api.member(admin.accessToken, 'ada@example.org')
    const { status, body } = await asAdmin('GET', `/users/${userId}`)
    const user = await api.app.floor.reads.users.get(userId)
    expect([status, body]).toStrictEqual([
      200,
      {
        id: userId,
        email: 'ada@example.org',
        name: null,
        locale: 'en',
        roles: ['member'],
        emailVerified: true,
        inviteId: user?.inviteId,
        registeredAt: api.app.clock(),
        suspendedAt: null,
        lastLoginAt: api.app.clock(),
        referralCode: null,
        emailVerdict: null,
        enrichment: null,
        why: expect.objectContaining({ state: expect.objectContaining({ type: 'UserRegistered' }) }),
      },
    ])
  })

  test('the list finds by part of an address or name, by id and by role, newest first', async () => {
    const { userId: bob, accessToken } = await api.member(admin.accessToken, 'bob.builder@example.org')
    await api.call('PATCH', '/me', { token: accessToken, body: { name: 'Robert' } })
    api.app.clock.advance(1)
    const { userId: eve } = await api.member(admin.accessToken, 'eve.builder@example.org')
    expect(idsOf(await asAdmin('GET', '/users?search=builder'))).toStrictEqual([eve, bob])
    expect(idsOf(await asAdmin('GET', '/users?search=robert'))).toStrictEqual([bob])
    expect(idsOf(await asAdmin('GET', `/users?search=${bob.toLowerCase()}`))).toStrictEqual([bob])
    expect(idsOf(await asAdmin('GET', '/users?role=admin'))).toStrictEqual([api.adminId])
    expect(idsOf(await asAdmin('GET', '/users?search=%25'))).toStrictEqual([])
    expect(idsOf(await asAdmin('GET', `/users?search=${encodeURIComponent("' or 1=1 --")}`))).toStrictEqual(
      [],
    )
  })
})

describe('suspending', () => {
  test('ends all sessions at once and keeps the user out; reinstating lets them in again', async () => {
    const email = 'carl@example.org'
    const { userId, accessToken, refreshToken } = await api.member(admin.accessToken, email)
    await api.call('PUT', '/me/password', {
      token: accessToken,
      body: { newPassword: 'four plain grey stones' },
    })
    expect((await asAdmin('PUT', `/users/${userId}/suspension`, { reason: 'on leave' })).status).toBe(204)
    expect((await asAdmin('GET', `/users/${userId}`)).body['suspendedAt']).toBe(api.app.clock())
    expect(await api.refusal('GET', '/me', { token: accessToken })).toStrictEqual([401, 'token_invalid'])
    expect((await api.call('POST', '/sessions/refresh', { body: { refreshToken } })).status).toBe(401)
    const login = { body: { email, password: 'four plain grey stones' } }
    expect(await api.refusal('POST', '/sessions', login)).toStrictEqual([403, 'user_suspended'])
    expect((await asAdmin('DELETE', `/users/${userId}/suspension`)).status).toBe(204)
    expect((await asAdmin('GET', `/users/${userId}`)).body['suspendedAt']).toBeNull()
    expect((await api.call('POST', '/sessions', login)).status).toBe(201)
  })

  test('twice, or reinstating who is not suspended, is already true', async () => {
    const { userId } = await api.member(admin.accessToken, 'dora@example.org')
    const once = async (method: string) => (await asAdmin(method, `/users/${userId}/suspension`)).status
    expect([await once('PUT'), await once('PUT'), await once('DELETE'), await once('DELETE')]).toStrictEqual([
      204, 204, 204, 204,
    ])
  })

  test('the reason does not show in the user', async () => {
    const { userId } = await api.member(admin.accessToken, 'finn@example.org')
    await asAdmin('PUT', `/users/${userId}/suspension`, { reason: 'because of reasons' })
    const read = await asAdmin('GET', `/users/${userId}`)
    expect(JSON.stringify(read.body)).not.toContain('because')
  })
})

describe('granting a role', () => {
  test('works at once and twice', async () => {
    const { userId, accessToken } = await api.member(admin.accessToken, 'gus@example.org')
    for (let time = 0; time < 2; time++) {
      const answer = await asAdmin('PUT', `/users/${userId}/roles/auditor`)
      expect([answer.status, answer.body['roles']]).toStrictEqual([200, ['member', 'auditor']])
    }
    const me = await api.call('GET', '/me', { token: accessToken })
    expect(me.body['roles']).toStrictEqual(['member', 'auditor'])
  })

  test('a role that does not exist, or cannot be granted, is refused', async () => {
    for (const role of ['member', 'root', 'ADMIN', '__proto__']) {
      expect(await refusal('PUT', `/users/${api.adminId}/roles/${role}`)).toStrictEqual([404, 'not_found'])
    }
  })
})

describe('erasing', () => {
  test('removes the person from users, lists and invites; the address is free again', async () => {
    const email = 'hal@example.org'
    const { userId, accessToken } = await api.member(admin.accessToken, email)
    const inviteId = (await asAdmin('GET', `/users/${userId}`)).body['inviteId']
    expect((await asAdmin('DELETE', `/users/${userId}`)).status).toBe(204)
    expect(await api.refusal('GET', '/me', { token: accessToken })).toStrictEqual([401, 'token_invalid'])
    expect(await refusal('GET', `/users/${userId}`)).toStrictEqual([404, 'user_not_found'])
    expect(await refusal('DELETE', `/users/${userId}`)).toStrictEqual([404, 'user_not_found'])
    expect(idsOf(await asAdmin('GET', '/users?search=hal'))).toStrictEqual([])
    expect((await asAdmin('GET', `/invites/${String(inviteId)}`)).body['email']).toBeNull()
    expect(idsOf(await asAdmin('GET', `/invites?email=${email}`))).toStrictEqual([])
    await api.issue(admin.accessToken, email)
  })
})

test.each([
  ['GET', `/users/${NOBODY}`],
  ['DELETE', `/users/${NOBODY}`],
  ['PUT', `/users/${NOBODY}/roles/auditor`],
  ['PUT', `/users/${NOBODY}/suspension`],
  ['DELETE', `/users/${NOBODY}/suspension`],
])('%s %s: a user who is not there is refused', async (method, path) => {
  expect(await refusal(method, path)).toStrictEqual([404, 'user_not_found'])
})

test('the last admin can be neither suspended nor erased; of two admins who remove each other one stays', async () => {
  const own = `/users/${api.adminId}`
  expect(await refusal('PUT', `${own}/suspension`)).toStrictEqual([409, 'last_admin'])
  expect(await refusal('DELETE', own)).toStrictEqual([409, 'last_admin'])

  const email = 'second.admin@example.org'
  const second = await api.member(admin.accessToken, email)
  await asAdmin('PUT', `/users/${second.userId}/roles/admin`)
  const statuses = await Promise.all([
    asAdmin('PUT', `/users/${second.userId}/suspension`),
    api.call('PUT', `${own}/suspension`, { token: second.accessToken }),
  ]).then((answers) => answers.map(({ status }) => status))
  expect(statuses.filter((status) => status === 204)).toHaveLength(1)
  expect(await api.app.floor.reads.users.byEmail(ADMIN.email)).not.toBeNull()
})
