import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rawSqlite } from '../../support/house.ts'
import { Api, type Tokens } from './client.ts'

const UNKNOWN = '01JNZ8K3V5Q2W9X7T4R6Y1M0AB'
const REDIRECT_URIS = ['https://app.example/callback']

let api: Awaited<ReturnType<typeof Api.open>>
let admin: Tokens
beforeAll(async () => {
  api = await Api.open()
  admin = await api.signIn()
})
afterAll(() => api.app.dispose())

const asAdmin = (body?: unknown, headers?: Record<string, string>) => ({
  token: admin.accessToken,
  ...(body === undefined ? {} : { body }),
  ...(headers === undefined ? {} : { headers }),
})
const register = (body: object = {}, headers?: Record<string, string>) =>
  api.call(
    'POST',
    '/clients',
    asAdmin({ name: 'Example App', redirectUris: REDIRECT_URIS, ...body }, headers),
  )

describe('applications through the API', () => {
  test('an admin registers one, and gets its secret this once', async () => {
    const { status, headers, body } = await register()
    const id = String(body['id'])
    expect([status, headers.get('location')]).toStrictEqual([201, `/api/v1/clients/${id}`])
    expect(body).toMatchObject({ name: 'Example App', kind: 'confidential', redirectUris: REDIRECT_URIS })
    expect(api.app.house.oidc.isClientSecret(id, String(body['clientSecret']))).toBe(true)
    const { clientSecret: _, ...known } = body
    expect((await api.call('GET', `/clients/${id}`, asAdmin())).body).toStrictEqual(known)
  })

  test('a public one has no secret', async () => {
    expect((await register({ kind: 'public' })).body['clientSecret']).toBeNull()
  })

  test('the same Idempotency-Key and wish is the same client and secret, which is kept nowhere', async () => {
    const key = { 'idempotency-key': 'one-and-the-same' }
    const first = await register({ name: 'Once' }, key)
    const events = await api.eventCount()
    const second = await register({ name: 'Once' }, key)
    expect(second.body).toStrictEqual(first.body)
    expect(await api.eventCount()).toBe(events)
    const kept = rawSqlite(api.app.floor).db.prepare('select * from idempotency_keys').all()
    expect(JSON.stringify(kept)).not.toContain(String(first.body['clientSecret']))
  })

  test('the list goes on where a page ended', async () => {
    for (const name of ['A', 'B', 'C']) await register({ name })
    const first = await api.call('GET', '/clients?limit=2', asAdmin())
    expect((first.body['items'] as unknown[]).length).toBe(2)
    const cursor = String(first.body['nextCursor'])
    const second = await api.call('GET', `/clients?limit=2&cursor=${cursor}`, asAdmin())
    const ids = [first, second].flatMap(({ body }) => (body['items'] as { id: string }[]).map(({ id }) => id))
    expect(new Set(ids).size).toBe(4)
    expect(JSON.stringify([first.body, second.body])).not.toContain('ecret')
  })

  test('an admin changes what is said and nothing else, and removes it', async () => {
    const id = String((await register()).body['id'])
    const renamed = await api.call('PATCH', `/clients/${id}`, asAdmin({ name: 'Another App' }))
    expect([renamed.status, renamed.body['name'], renamed.body['redirectUris']]).toStrictEqual([
      200,
      'Another App',
      REDIRECT_URIS,
    ])
    const moved = ['https://app.example/other']
    const changed = await api.call('PATCH', `/clients/${id}`, asAdmin({ redirectUris: moved }))
    expect(changed.body['redirectUris']).toStrictEqual(moved)
    expect((await api.call('DELETE', `/clients/${id}`, asAdmin())).status).toBe(204)
    expect((await api.call('DELETE', `/clients/${id}`, asAdmin())).status).toBe(204)
    expect(await api.refusal('GET', `/clients/${id}`, asAdmin())).toStrictEqual([404, 'client_not_found'])
    expect(await api.refusal('PATCH', `/clients/${id}`, asAdmin({ name: 'Late' }))).toStrictEqual([
      404,
      'client_not_found',
    ])
  })

  test.each([
    [{ redirectUris: ['http://app.example/'] }, 'redirect_uri_invalid'],
    [{ redirectUris: [] }, 'invalid_input'],
    [{ redirectUris: REDIRECT_URIS[0] }, 'invalid_input'],
    [{ name: '' }, 'invalid_input'],
    [{ name: 'Bank\u202e' }, 'invalid_input'],
    [{ kind: 'trusted' }, 'invalid_input'],
    [{ id: UNKNOWN }, 'invalid_input'],
    [{ clientSecret: 'correct-horse' }, 'invalid_input'],
  ])('%j is refused', async (wrong, code) => {
    const body = { name: 'Example App', redirectUris: REDIRECT_URIS, ...wrong }
    expect(await api.refusal('POST', '/clients', asAdmin(body))).toStrictEqual([422, code])
  })

  test('an unknown one is not found, whatever is wished of it', async () => {
    for (const id of [UNKNOWN, 'x', '%00']) {
      expect((await api.refusal('GET', `/clients/${id}`, asAdmin()))[0]).toBe(404)
      expect((await api.refusal('DELETE', `/clients/${id}`, asAdmin()))[0]).toBe(404)
    }
  })

  test('members do nothing of it, auditors only look', async () => {
    const member = await api.member(admin.accessToken, 'member@example.org')
    const auditor = await api.member(admin.accessToken, 'auditor@example.org', { role: 'auditor' })
    const body = { name: 'Mine', redirectUris: REDIRECT_URIS }
    for (const { accessToken: token } of [member, auditor]) {
      expect(await api.refusal('POST', '/clients', { token, body })).toStrictEqual([403, 'forbidden'])
      expect(await api.refusal('DELETE', `/clients/${UNKNOWN}`, { token })).toStrictEqual([403, 'forbidden'])
    }
    expect((await api.refusal('GET', '/clients', { token: member.accessToken }))[0]).toBe(403)
    expect((await api.call('GET', '/clients', { token: auditor.accessToken })).status).toBe(200)
  })
})
