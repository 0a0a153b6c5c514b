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

describe('resending', () => {
  test('keeps the link, moves the deadline and mails again', async () => {
    const { id } = await api.issue(admin.accessToken, 'again@example.org')
    const link = await api.inviteToken('again@example.org')
    api.app.clock.advance(HOUR)
    admin = await api.signIn()
    const answer = await asAdmin('POST', `/invites/${id}/resends`)
    expect([answer.status, answer.body['expiresAt'], answer.body['delivery']]).toStrictEqual([
      201,
      later(7 * DAY),
      'queued',
    ])
    expect(await api.app.mailsTo('again@example.org')).toHaveLength(2)
    expect(await api.inviteToken('again@example.org')).toBe(link)
  })

  test('brings an expired invite back to life', async () => {
    const { id } = await api.issue(admin.accessToken, 'revived@example.org')
    api.app.clock.advance(7 * DAY)
    admin = await api.signIn()
    expect((await read(id))['state']).toBe('expired')
    expect((await asAdmin('POST', `/invites/${id}/resends`)).body['state']).toBe('open')
    expect((await redeem('revived@example.org')).status).toBe(201)
  })

  test('what has ended is refused with how it ended', async () => {
    const revoked = await api.issue(admin.accessToken, 'revoked.resend@example.org')
    await asAdmin('DELETE', `/invites/${revoked.id}`)
    const redeemed = await api.issue(admin.accessToken, 'redeemed.resend@example.org')
    const replaced = await api.issue(admin.accessToken, 'redeemed.resend@example.org')
    await redeem('redeemed.resend@example.org')
    const codes = []
    for (const { id } of [revoked, redeemed, replaced])
      codes.push(await refusal('POST', `/invites/${id}/resends`))
    expect(codes.toSorted()).toStrictEqual(
      [
        [410, 'invite_revoked'],
        [410, 'invite_already_redeemed'],
        [410, 'invite_replaced'],
      ].toSorted(),
    )
  })

  test('an unknown invite is refused', async () => {
    expect(await refusal('POST', '/invites/01JNZ8K3V5Q2W9X7T4R6Y1M0AB/resends')).toStrictEqual([
      404,
      'invite_not_found',
    ])
  })

  test.each([[null], [[]], ['text'], [7], [{ expiresIn: '1d' }]])('takes no body: %j', async (body) => {
    const { id } = await api.issue(admin.accessToken, 'bodiless@example.org')
    expect(await refusal('POST', `/invites/${id}/resends`, body)).toStrictEqual([422, 'invalid_input'])
    expect((await asAdmin('POST', `/invites/${id}/resends`, {})).status).toBe(201)
  })
})

describe('revoking', () => {
  test('answers the invite in its ended state; the same again is the same answer', async () => {
    const { id } = await api.issue(admin.accessToken, 'revoked@example.org')
    const first = await asAdmin('DELETE', `/invites/${id}`, { reason: 'left the company' })
    const { state, revokedAt, revokedBy, reason } = first.body
    expect([first.status, state, revokedAt, revokedBy, reason]).toStrictEqual([
      200,
      'revoked',
      api.app.clock(),
      `user:${api.adminId}`,
      'left the company',
    ])
    const before = await api.eventCount()
    const second = await asAdmin('DELETE', `/invites/${id}`)
    expect([second.status, second.body]).toStrictEqual([200, first.body])
    expect(await api.eventCount()).toBe(before)
  })

  test('stops a mail that has not gone out yet', async () => {
    const { id } = await api.issue(admin.accessToken, 'unsent@example.org')
    await asAdmin('DELETE', `/invites/${id}`)
    expect(await api.app.mailsTo('unsent@example.org')).toStrictEqual([])
  })

  test('takes an expired invite too', async () => {
    const { id } = await api.issue(admin.accessToken, 'expired.revoke@example.org')
    api.app.clock.advance(8 * DAY)
    admin = await api.signIn()
    expect((await asAdmin('DELETE', `/invites/${id}`)).body['state']).toBe('revoked')
  })

  test('a redeemed invite can’t be taken back', async () => {
    const { id } = await api.issue(admin.accessToken, 'redeemed.revoke@example.org')
    await redeem('redeemed.revoke@example.org')
    const answer = await asAdmin('DELETE', `/invites/${id}`)
    expect([answer.status, answer.body['code'], answer.body['redeemedAt']]).toStrictEqual([
      410,
      'invite_already_redeemed',
      api.app.clock(),
    ])
  })

  test.each([
    ['an empty reason', { reason: '   ' }, 'too_small'],
    ['an over-long reason', { reason: 'x'.repeat(201) }, 'too_big'],
    ['a reason of several lines', { reason: 'one\r\ntwo' }, 'reason_has_control_characters'],
    ['a reason that is no text', { reason: ['x'] }, 'invalid_type'],
    ['another field', { because: 'x' }, 'unknown_field'],
  ])('%s is refused and the invite stays open', async (_, body, code) => {
    const { id } = await api.issue(admin.accessToken, 'still.open@example.org')
    const answer = await asAdmin('DELETE', `/invites/${id}`, body)
    expect([answer.status, (answer.body['errors'] as Json[])[0]?.['code']]).toStrictEqual([422, code])
    expect((await read(id))['state']).toBe('open')
  })
})
