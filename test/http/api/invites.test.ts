import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { DAY, HOUR } from '../../support/house.ts'
import { expectProjectionsEqualRebuild } from '../../support/rebuild.ts'
import { Api, type Json, type Tokens } from './client.ts'

let api: Awaited<ReturnType<typeof Api.open>>
let admin: Tokens

beforeAll(async () => {
  api = await Api.open()
})
beforeEach(async () => {
  admin = await api.signIn()
})
afterEach(() => expectProjectionsEqualRebuild(api.app.floor))
afterAll(() => api.app.dispose())

const later = (ms: number) => new Date(Date.parse(api.app.clock()) + ms).toISOString()
const asAdmin = (method: string, path: string, body?: unknown) =>
  api.call(method, path, { token: admin.accessToken, body })
const refusal = async (method: string, path: string, body?: unknown) => {
  const answer = await asAdmin(method, path, body)
  return [answer.status, answer.body['code']]
}
const read = async (id: string): Promise<Json> => (await asAdmin('GET', `/invites/${id}`)).body
const redeem = async (email: string) =>
  api.call('POST', '/invite-redemptions', { body: { token: await api.inviteToken(email) } })

describe('issuing', () => {
  test('answers 201, where the invite stands, and the invite as reading it answers it', async () => {
    const answer = await asAdmin('POST', '/invites', { email: 'ada@example.org' })
    expect(answer.status).toBe(201)
    expect(answer.headers.get('location')).toBe(`/api/v1/invites/${String(answer.body['id'])}`)
    expect(answer.body).toStrictEqual({
      id: answer.body['id'],
      email: 'ada@example.org',
      role: 'member',
      state: 'open',
      delivery: 'queued',
      issuedAt: api.app.clock(),
      issuedBy: `user:${api.adminId}`,
      expiresAt: later(7 * DAY),
      sentAt: null,
      redeemedAt: null,
      redeemedUserId: null,
      revokedAt: null,
      revokedBy: null,
      reason: null,
    })
    expect(await read(String(answer.body['id']))).toStrictEqual({
      ...answer.body,
      why: expect.objectContaining({ type: 'InviteIssued' }),
    })
  })

  test('sends one mail to the address; its fate is the invite’s delivery', async () => {
    const { id } = await api.issue(admin.accessToken, 'bob@example.org')
    expect(await api.app.mailsTo('bob@example.org')).toHaveLength(1)
    const sent = await read(id)
    expect([sent['delivery'], sent['sentAt']]).toStrictEqual(['sent', api.app.clock()])
  })

  test('never shows the token, in no answer about the invite', async () => {
    const issued = await api.issue(admin.accessToken, 'secret@example.org')
    const token = await api.inviteToken('secret@example.org')
    for (const answer of [
      issued,
      await read(issued.id),
      (await asAdmin('GET', '/invites?email=secret@example.org')).body,
      (await asAdmin('POST', `/invites/${issued.id}/resends`)).body,
      (await asAdmin('DELETE', `/invites/${issued.id}`)).body,
    ]) {
      expect(JSON.stringify(answer)).not.toContain(token)
    }
  })

  test('takes role and language: an invited auditor is one', async () => {
    const { userId } = await api.member(admin.accessToken, 'auditor@example.org', {
      role: 'auditor',
      locale: 'ru',
    })
    const user = (await asAdmin('GET', `/users/${userId}`)).body
    expect([user['roles'], user['locale']]).toStrictEqual([['member', 'auditor'], 'ru'])
  })

  test.each([
    ['seconds', { expiresIn: 3600 }, HOUR],
    ['a number and a unit', { expiresIn: '12h' }, 12 * HOUR],
    ['days', { expiresIn: '30d' }, 30 * DAY],
    ['a whole year', { expiresIn: '365d' }, 365 * DAY],
  ])('takes how long it lives, as %s', async (_, more, ms) => {
    const invite = await api.issue(admin.accessToken, 'long@example.org', more)
    expect(invite['expiresAt']).toBe(later(ms))
  })

  test('takes the instant at which it ends', async () => {
    const expiresAt = later(3 * DAY)
    expect((await api.issue(admin.accessToken, 'until@example.org', { expiresAt }))['expiresAt']).toBe(
      expiresAt,
    )
  })

  test.each([
    ['past', { expiresAt: '2020-01-01T00:00:00.000Z' }],
    ['more than a year ahead', { expiresIn: '366d' }],
    ['absurdly far ahead', { expiresAt: '9999-12-31T23:59:59.999Z' }],
    ['thirty years ahead', { expiresIn: 1_000_000_000 }],
  ])('an end that is %s is refused, with the limit', async (_, more) => {
    const answer = await asAdmin('POST', '/invites', { email: 'range@example.org', ...more })
    expect([answer.status, answer.body['code'], answer.body['maxDays']]).toStrictEqual([
      422,
      'invite_expiry_out_of_range',
      365,
    ])
  })

  test('the address of a user is refused, and nobody is mailed', async () => {
    await api.member(admin.accessToken, 'taken@example.org')
    const mails = (await api.app.mailsTo('taken@example.org')).length
    const before = await api.eventCount()
    for (const email of ['taken@example.org', 'TAKEN@EXAMPLE.ORG']) {
      expect(await refusal('POST', '/invites', { email })).toStrictEqual([409, 'email_already_registered'])
    }
    expect(await api.eventCount()).toBe(before)
    expect(await api.app.mailsTo('taken@example.org')).toHaveLength(mails)
  })

  test('an address may be invited several times, until one of the invites is redeemed', async () => {
    const first = await api.issue(admin.accessToken, 'twice@example.org')
    const second = await api.issue(admin.accessToken, 'twice@example.org')
    expect(first.id).not.toBe(second.id)
    await redeem('twice@example.org')
    expect([(await read(first.id))['state'], (await read(second.id))['state']].sort()).toStrictEqual([
      'redeemed',
      'replaced',
    ])
  })
})

describe('reading', () => {
  test('an invite that is not there is refused, whatever its id looks like', async () => {
    for (const id of ['01JNZ8K3V5Q2W9X7T4R6Y1M0AB', 'x', '%00', '..%2f..%2fusers', "'%20or%201=1--"]) {
      expect(await refusal('GET', `/invites/${id}`)).toStrictEqual([404, 'invite_not_found'])
    }
  })

  test('an expired invite stays readable and says so from the very instant of its end', async () => {
    const { id } = await api.issue(admin.accessToken, 'expiring@example.org', { expiresIn: '5m' })
    api.app.clock.advance(5 * 60_000 - 1)
    expect((await read(id))['state']).toBe('open')
    api.app.clock.advance(1)
    expect((await read(id))['state']).toBe('expired')
  })
})
