import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { rawSqlite } from '../../support/house.ts'
import { isGenuine, openReceiver, type Receiver } from '../../support/receiver.ts'
import { Api, type Json, type Tokens } from './client.ts'

const UNKNOWN = '01JNZ8K3V5Q2W9X7T4R6Y1M0AB'

let api: Awaited<ReturnType<typeof Api.open>>
let admin: Tokens
let receiver: Receiver
beforeAll(async () => {
  api = await Api.open()
  api.app.clock.set(new Date().toISOString()) // the reference library looks at the clock on the wall
  admin = await api.signIn()
})
afterAll(() => api.app.dispose())
beforeEach(async () => {
  receiver = await openReceiver()
})
afterEach(async () => {
  for (const { id } of itemsOf(await api.call('GET', '/webhooks', asAdmin())))
    await api.call('DELETE', `/webhooks/${String(id)}`, asAdmin())
  await receiver.close()
})

const asAdmin = (body?: unknown, headers?: Record<string, string>) => ({
  token: admin.accessToken,
  ...(body === undefined ? {} : { body }),
  ...(headers === undefined ? {} : { headers }),
})
const register = (body: object = {}, headers?: Record<string, string>) =>
  api.call('POST', '/webhooks', asAdmin({ url: receiver.url, ...body }, headers))
const registered = async (body: object = {}) => {
  const { body: made } = await register(body)
  return { id: String(made['id']), secret: String(made['secret']) }
}
const itemsOf = ({ body }: { body: Json }) => body['items'] as Json[]

describe('webhooks through the API', () => {
  test('an admin registers one, and gets its secret this once', async () => {
    const { status, headers, body } = await register({ description: 'The directory', types: ['UserErased'] })
    const id = String(body['id'])
    expect([status, headers.get('location')]).toStrictEqual([201, `/api/v1/webhooks/${id}`])
    expect(body).toMatchObject({ url: receiver.url, description: 'The directory', types: ['UserErased'] })
    expect(Buffer.from(String(body['secret']).replace('whsec_', ''), 'base64')).toHaveLength(32)
    const { secret, ...known } = body
    expect((await api.call('GET', `/webhooks/${id}`, asAdmin())).body).toStrictEqual(known)
    expect(
      JSON.stringify(rawSqlite(api.app.floor).db.prepare('select bytes from events').all()),
    ).not.toContain(secret)
  })

  test('the same Idempotency-Key and wish is the same webhook and secret, which is kept nowhere', async () => {
    const key = { 'idempotency-key': 'one-and-the-same' }
    const first = await register({}, key)
    const events = await api.eventCount()
    expect((await register({}, key)).body).toStrictEqual(first.body)
    expect(await api.eventCount()).toBe(events)
    const { id } = first.body
    const rotate = () => api.call('POST', `/webhooks/${String(id)}/secrets`, asAdmin({}, key))
    const rotated = await rotate()
    expect(rotated.body['secret']).not.toBe(first.body['secret'])
    expect((await rotate()).body).toStrictEqual(rotated.body)
    const kept = rawSqlite(api.app.floor).db.prepare('select * from idempotency_keys').all()
    expect(JSON.stringify(kept)).not.toContain('whsec_')
  })

  test('a test says at once what came of it, and is genuine', async () => {
    const { id, secret } = await registered({ types: ['UserErased'] })
    const tried = await api.call('POST', `/webhooks/${id}/tests`, asAdmin())
    expect(tried.body).toMatchObject({ type: 'Test', status: 'delivered', attempts: 1, lastStatus: 204 })
    expect(receiver.received[0] && isGenuine(secret, receiver.received[0])).toBe(true)
    receiver.status(500)
    const failed = await api.call('POST', `/webhooks/${id}/tests`, asAdmin())
    expect(failed.body).toMatchObject({ status: 'failed', attempts: 1, lastStatus: 500, nextAt: null })
    expect(await api.app.webhooks.deliverDue()).toBe(0)
  })

  test('what became of messages is listed, by page and state; one is sent again', async () => {
    const { id } = await registered({ types: ['InviteIssued'] })
    for (const name of ['a', 'b', 'c']) await api.issue(admin.accessToken, `${name}.of.${id}@example.org`)
    await api.app.webhooks.deliverDue()
    const first = await api.call('GET', `/webhooks/${id}/deliveries?limit=2`, asAdmin())
    const cursor = String(first.body['nextCursor'])
    const second = await api.call('GET', `/webhooks/${id}/deliveries?limit=2&cursor=${cursor}`, asAdmin())
    expect([itemsOf(first).length, itemsOf(second).length]).toStrictEqual([2, 1])
    const none = await api.call('GET', `/webhooks/${id}/deliveries?status=failed`, asAdmin())
    expect(itemsOf(none)).toStrictEqual([])

    const delivery = String(itemsOf(second)[0]?.['id'])
    const again = await api.call('POST', `/webhooks/${id}/deliveries/${delivery}/replays`, asAdmin())
    expect([again.status, again.body['status']]).toStrictEqual([202, 'pending'])
    await api.app.webhooks.deliverDue()
    const ids = receiver.received.map(({ headers }) => headers['webhook-id'])
    expect([ids.length, new Set(ids).size]).toStrictEqual([4, 3])
    const detail = await api.call('GET', `/webhooks/${id}/deliveries/${delivery}`, asAdmin())
    expect((detail.body['log'] as Json[]).map(({ number, status }) => [number, status])).toStrictEqual([
      [2, 204],
      [1, 204],
    ])
  })

  test('everything is sent again from a position on', async () => {
    const { id } = await registered({ types: ['WebhookRegistered'] })
    expect(await api.app.webhooks.deliverDue()).toBe(0)
    const answer = await api.call('POST', `/webhooks/${id}/replays`, asAdmin({ position: 1 }))
    expect(answer.status).toBe(202)
    expect(await api.app.webhooks.deliverDue()).toBeGreaterThan(0)
    expect(receiver.received.every(({ message }) => message.type === 'WebhookRegistered')).toBe(true)
  })

  test('an admin changes, pauses, resumes and removes it', async () => {
    const { id } = await registered({ description: 'The directory' })
    const one = `/webhooks/${id}`
    const changed = await api.call('PATCH', one, asAdmin({ types: ['UserErased'], description: '' }))
    expect(changed.body).toMatchObject({ url: receiver.url, types: ['UserErased'], description: null })
    expect((await api.call('PUT', `${one}/pause`, asAdmin())).status).toBe(204)
    expect((await api.call('GET', one, asAdmin())).body['state']).toBe('paused')
    expect((await api.call('DELETE', `${one}/pause`, asAdmin())).status).toBe(204)
    expect((await api.call('GET', one, asAdmin())).body['state']).toBe('active')
    expect((await api.call('DELETE', one, asAdmin())).status).toBe(204)
    expect((await api.call('DELETE', one, asAdmin())).status).toBe(204)
    expect(await api.refusal('GET', one, asAdmin())).toStrictEqual([404, 'webhook_not_found'])
    expect(await api.refusal('POST', `${one}/tests`, asAdmin())).toStrictEqual([404, 'webhook_not_found'])
  })

  test.each([
    [{ url: 'http://app.example/hooks' }, 'webhook_url_unfit'],
    [{ url: 'https://app.example/hooks?key=1' }, 'webhook_url_unfit'],
    [{ types: ['InviteEaten'] }, 'invalid_input'],
    [{ description: 'two\nlines' }, 'invalid_input'],
    [{ secret: 'whsec_mine' }, 'invalid_input'],
  ])('%j is refused', async (wrong, code) => {
    expect(await api.refusal('POST', '/webhooks', asAdmin({ url: receiver.url, ...wrong }))).toStrictEqual([
      422,
      code,
    ])
  })

  test('an unknown one is not found, nor is an unknown delivery', async () => {
    const { id } = await registered()
    for (const unknown of [UNKNOWN, 'x'])
      expect(await api.refusal('GET', `/webhooks/${unknown}`, asAdmin())).toStrictEqual([
        404,
        'webhook_not_found',
      ])
    expect(await api.refusal('GET', `/webhooks/${id}/deliveries/${UNKNOWN}`, asAdmin())).toStrictEqual([
      404,
      'delivery_not_found',
    ])
  })
})
