import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { DAY, rawSqlite } from '../../support/house.ts'
import { Api, type Json, type Reply, type Tokens } from './client.ts'

let api: Awaited<ReturnType<typeof Api.open>>
let admin: Tokens

beforeAll(async () => {
  api = await Api.open()
})
beforeEach(async () => {
  admin = await api.signIn()
})
afterAll(() => api.app.dispose())

const issue = (key: string, body: Json, token = admin.accessToken): Promise<Reply> =>
  api.call('POST', '/invites', { token, body, headers: { 'idempotency-key': key } })

test('the same request under the same key is done once and gets the same answer, headers and all', async () => {
  const first = await issue('k1', { email: 'ada@example.org' })
  const before = await api.eventCount()
  api.app.clock.advance(1000)
  const second = await issue('k1', { email: 'ada@example.org' })
  expect([second.status, second.body]).toStrictEqual([201, first.body])
  expect(second.headers.get('location')).toBe(first.headers.get('location'))
  expect(await api.eventCount()).toBe(before)
  expect(await api.app.mailsTo('ada@example.org')).toHaveLength(1)
})

test('another body under the same key is refused and does nothing', async () => {
  await issue('k2', { email: 'bob@example.org' })
  const before = await api.eventCount()
  const other = await issue('k2', { email: 'eve@example.org' })
  expect([other.status, other.body['code']]).toStrictEqual([422, 'idempotency_key_reused'])
  expect(await api.eventCount()).toBe(before)
})

test('twenty at once issue one invite; whoever comes while it is under way is told to come again', async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => issue('k3', { email: 'storm@example.org' })),
  )
  const done = answers.filter(({ status }) => status === 201)
  const waiting = answers.filter(({ status }) => status === 409)
  expect(done.length).toBeGreaterThanOrEqual(1)
  expect(done.length + waiting.length).toBe(20)
  expect(new Set(done.map(({ body }) => body['id'])).size).toBe(1)
  for (const { body, headers } of waiting)
    expect([body['code'], headers.get('retry-after')]).toStrictEqual(['idempotency_in_progress', '1'])
  const list = await api.call('GET', '/invites?email=storm@example.org', { token: admin.accessToken })
  expect(list.body['items']).toHaveLength(1)
  expect((await issue('k3', { email: 'storm@example.org' })).status).toBe(201)
})

test('a key counts for its caller and for its operation only', async () => {
  const email = 'second.admin@example.org'
  const second = await api.member(admin.accessToken, email)
  await api.call('PUT', `/users/${second.userId}/roles/admin`, { token: admin.accessToken })
  const mine = await issue('k4', { email: 'shared@example.org' })
  const theirs = await issue('k4', { email: 'shared@example.org' }, second.accessToken)
  expect(theirs.status).toBe(201)
  expect(theirs.body['id']).not.toBe(mine.body['id'])
  const resends = `/invites/${String(mine.body['id'])}/resends`
  const headers = { 'idempotency-key': 'k4' }
  const resent = await api.call('POST', resends, { token: admin.accessToken, headers })
  expect(resent.status).toBe(201)
  const before = await api.eventCount()
  expect((await api.call('POST', resends, { token: admin.accessToken, headers })).body).toStrictEqual(
    resent.body,
  )
  expect(await api.eventCount()).toBe(before)
})

test('a refusal leaves the key free: once its cause is gone, the same request is done', async () => {
  const email = 'taken@example.org'
  const { userId } = await api.member(admin.accessToken, email)
  expect((await issue('k5', { email })).body['code']).toBe('email_already_registered')
  await api.call('DELETE', `/users/${userId}`, { token: admin.accessToken })
  expect((await issue('k5', { email })).status).toBe(201)
})

test('input that is wrong uses up no key', async () => {
  expect((await issue('k6', { email: 'nobody' })).status).toBe(422)
  expect((await issue('k6', { email: 'somebody@example.org' })).status).toBe(201)
})

test('a stored answer is for those who may still ask: a role that was lost is asked for first', async () => {
  const email = 'former.admin@example.org'
  const former = await api.member(admin.accessToken, email)
  await api.call('PUT', `/users/${former.userId}/roles/admin`, { token: admin.accessToken })
  expect((await issue('k7', { email: 'late@example.org' }, former.accessToken)).status).toBe(201)
  await api.call('PUT', `/users/${former.userId}/suspension`, { token: admin.accessToken })
  expect((await issue('k7', { email: 'late@example.org' }, former.accessToken)).status).toBe(401)
})

test('after a day a key is forgotten', async () => {
  const first = await issue('k8', { email: 'daily@example.org' })
  api.app.clock.advance(DAY + 1)
  admin = await api.signIn()
  const next = await issue('k8', { email: 'daily@example.org' })
  expect(next.status).toBe(201)
  expect(next.body['id']).not.toBe(first.body['id'])
})

test.each([['x'.repeat(201)], ['with blank'], ['ключ']])('the key %j is refused', async (key) => {
  const headers = { 'idempotency-key': Buffer.from(key).toString('latin1') }
  const body = { email: 'key@example.org' }
  const answer = await api.call('POST', '/invites', { token: admin.accessToken, body, headers })
  const [error] = answer.body['errors'] as Json[]
  expect([answer.status, error?.['pointer']]).toStrictEqual([422, '/headers/idempotency-key'])
})

test('answers with tokens in them are kept nowhere', async () => {
  const headers = { 'idempotency-key': 'k9' }
  const body = { email: 'admin@example.org', password: 'correct-horse-battery' }
  const count = () =>
    rawSqlite(api.app.floor).reader.prepare('select count(*) from idempotency_keys').pluck().get()
  const before = count()
  const [one, two] = [
    await api.call('POST', '/sessions', { body, headers }),
    await api.call('POST', '/sessions', { body, headers }),
  ]
  expect([one.status, two.status]).toStrictEqual([201, 201])
  expect(one.body['refreshToken']).not.toBe(two.body['refreshToken'])
  expect(count()).toBe(before)
})
