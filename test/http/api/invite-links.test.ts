import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { DAY, HOUR, MINUTE } from '../../support/house.ts'
import { Api, type Json, type Tokens, tokensOf } from './client.ts'

let api: Awaited<ReturnType<typeof Api.open>>
let admin: Tokens

beforeAll(async () => {
  api = await Api.open()
})
beforeEach(async () => {
  admin = await api.signIn()
})
afterAll(() => api.app.dispose())

const redeem = (token: unknown, headers: Record<string, string> = {}) =>
  api.call('POST', '/invite-redemptions', { body: { token }, headers })
const preview = (token: unknown) => api.call('POST', '/invite-previews', { body: { token } })

/** An invite and the token from its mail. */
const invited = async (email: string, more: Json = {}) => {
  const invite = await api.issue(admin.accessToken, email, more)
  return { id: invite.id, token: await api.inviteToken(email) }
}

describe('redeeming', () => {
  test('makes the user, verified, and signs them in', async () => {
    const { id, token } = await invited('ada@example.org')
    const answer = await redeem(token)
    expect(answer.status).toBe(201)
    const { userId, accessToken } = tokensOf(answer)
    const user = answer.body['user'] as Json
    expect([user['email'], user['roles'], user['emailVerified'], user['inviteId']]).toStrictEqual([
      'ada@example.org',
      ['member'],
      true,
      id,
    ])
    expect((await api.call('GET', '/me', { token: accessToken })).body).toStrictEqual(user)
    const invite = (await api.call('GET', `/invites/${id}`, { token: admin.accessToken })).body
    expect([invite['state'], invite['redeemedAt'], invite['redeemedUserId']]).toStrictEqual([
      'redeemed',
      api.app.clock(),
      userId,
    ])
  })

  test('works once: the second time is refused, says when it was, and makes nothing', async () => {
    const { token } = await invited('once@example.org')
    await redeem(token)
    const redeemedAt = api.app.clock()
    api.app.clock.advance(MINUTE)
    const before = await api.eventCount()
    const { status, body } = await redeem(token)
    expect([status, body['code'], body['redeemedAt']]).toStrictEqual([
      410,
      'invite_already_redeemed',
      redeemedAt,
    ])
    expect(await api.eventCount()).toBe(before)
  })

  test('works once, also when twenty try at the same time', async () => {
    const { token } = await invited('storm@example.org')
    const answers = await Promise.all(Array.from({ length: 20 }, () => redeem(token)))
    expect(answers.map(({ status }) => status).toSorted()).toStrictEqual([
      201,
      ...Array<number>(19).fill(410),
    ])
  })

  test('a revoked, an expired and a replaced invite are refused, each with its reason', async () => {
    const revoked = await invited('revoked@example.org')
    await api.call('DELETE', `/invites/${revoked.id}`, {
      token: admin.accessToken,
      body: { reason: 'a secret' },
    })
    const expired = await invited('expired@example.org', { expiresIn: '1h' })
    const used = await invited('replaced@example.org')
    const { id } = await api.issue(admin.accessToken, 'replaced@example.org')
    const replaced = api.app.floor.tokens.make('invite', id)
    await redeem(used.token)
    api.app.clock.advance(HOUR)
    for (const [{ token }, code, when] of [
      [revoked, 'invite_revoked', 'revokedAt'],
      [expired, 'invite_expired', 'expiresAt'],
      [{ token: replaced }, 'invite_replaced', 'replacedAt'],
    ] as const) {
      const { status, body } = await redeem(token)
      expect([status, body['code'], typeof body[when]]).toStrictEqual([410, code, 'string'])
      expect(JSON.stringify(body)).not.toMatch(/a secret|@example/)
    }
  })

  test.each([
    ['unknown', () => 'A'.repeat(60)],
    ['short', () => 'x'],
    ['cut', (token: string) => token.slice(0, -1)],
    ['longer', (token: string) => `${token}A`],
    ['altered', (token: string) => `${token.slice(0, -2)}${token.endsWith('AA') ? 'BB' : 'AA'}`],
    ['upper-cased', (token: string) => token.toUpperCase()],
    ['followed by a line break', (token: string) => `${token}\r\n`],
    ['with a NUL', (token: string) => `${token}\u0000`],
    ['empty', () => ''],
  ])('a token that is %s is refused as unknown, and nothing is told', async (_, spoil) => {
    const { token } = await invited('spoilt@example.org')
    const before = await api.eventCount()
    for (const answer of [await redeem(spoil(token)), await preview(spoil(token))]) {
      expect([answer.status, answer.body['code']]).toStrictEqual([404, 'invite_not_found'])
      expect(JSON.stringify(answer.body)).not.toContain('example.org')
    }
    expect(await api.eventCount()).toBe(before)
  })

  test('a token of another purpose is refused as unknown', async () => {
    const { id } = await invited('purpose@example.org')
    for (const token of [
      api.app.floor.tokens.make('sign-in', id),
      api.app.floor.tokens.make('refresh', id, 1),
      admin.accessToken.slice(0, 200),
    ]) {
      expect((await redeem(token)).status).toBe(404)
    }
  })

  test.each([[null], [[]], [['x']], [{}], [7], [true], ['x'.repeat(201)]])(
    'a token that is %j is refused as no token',
    async (token) => {
      const answer = await redeem(token)
      expect([answer.status, answer.body['code']]).toStrictEqual([422, 'invalid_input'])
    },
  )

  test('the address stands in the invite: one in the request is refused', async () => {
    const { token } = await invited('fixed@example.org')
    const body = { token, email: 'other@example.org' }
    expect(await api.refusal('POST', '/invite-redemptions', { body })).toStrictEqual([422, 'invalid_input'])
  })

  test('never makes an admin, whatever else is sent', async () => {
    const { token } = await invited('climber@example.org')
    for (const more of [{ role: 'admin' }, { roles: ['admin'] }, { admin: true }]) {
      const refused = await api.refusal('POST', '/invite-redemptions', { body: { token, ...more } })
      expect(refused).toStrictEqual([422, 'invalid_input'])
    }
    const { accessToken } = tokensOf(await redeem(token))
    expect(await api.refusal('GET', '/invites', { token: accessToken })).toStrictEqual([403, 'forbidden'])
    const role = await api.call('POST', '/invites', {
      token: admin.accessToken,
      body: { email: 'climber2@example.org', role: 'admin' },
    })
    expect(role.status).toBe(422)
  })
})

describe('redeeming again with the same Idempotency-Key', () => {
  const key = { 'idempotency-key': 'the same click' }

  test('is refused as a key when it has a blank in it', async () => {
    const { token } = await invited('blank@example.org')
    expect((await redeem(token, key)).status).toBe(422)
  })

  test('answers new tokens of the same session: a lost answer costs nobody their invite', async () => {
    const { token } = await invited('lost@example.org')
    const headers = { 'idempotency-key': 'click-1' }
    const first = await redeem(token, headers)
    const before = await api.eventCount()
    api.app.clock.advance(9 * MINUTE)
    const second = await redeem(token, headers)
    expect([first.status, second.status]).toStrictEqual([201, 201])
    expect(second.body['user']).toStrictEqual(first.body['user'])
    expect(await api.eventCount()).toBe(before)
    const sessionOf = (access: string) =>
      (JSON.parse(Buffer.from(access.split('.')[1] ?? '', 'base64url').toString()) as Json)['sid']
    expect(sessionOf(tokensOf(second).accessToken)).toBe(sessionOf(tokensOf(first).accessToken))
    const { refreshToken } = tokensOf(second)
    expect((await api.call('POST', '/sessions/refresh', { body: { refreshToken } })).status).toBe(200)
  })

  test('twenty at once redeem once and all are answered', async () => {
    const { token } = await invited('eager@example.org')
    const headers = { 'idempotency-key': 'click-2' }
    const answers = await Promise.all(Array.from({ length: 20 }, () => redeem(token, headers)))
    expect(answers.map(({ status }) => status)).toStrictEqual(Array<number>(20).fill(201))
    expect(new Set(answers.map((answer) => tokensOf(answer).userId)).size).toBe(1)
  })

  test('helps for ten minutes, not for as long as the session lives', async () => {
    const { token } = await invited('old.click@example.org')
    const headers = { 'idempotency-key': 'click-3' }
    await redeem(token, headers)
    api.app.clock.advance(10 * MINUTE)
    expect((await redeem(token, headers)).body['code']).toBe('invite_already_redeemed')
  })

  test('does not bring back a session that has ended', async () => {
    const { token } = await invited('left@example.org')
    const headers = { 'idempotency-key': 'click-4' }
    const { accessToken } = tokensOf(await redeem(token, headers))
    await api.call('DELETE', '/sessions/current', { token: accessToken })
    expect((await redeem(token, headers)).body['code']).toBe('invite_already_redeemed')
  })

  test('another key, or none, is another click', async () => {
    const { token } = await invited('other.click@example.org')
    await redeem(token, { 'idempotency-key': 'click-5' })
    expect((await redeem(token, { 'idempotency-key': 'click-6' })).status).toBe(410)
    expect((await redeem(token)).status).toBe(410)
  })
})

describe('previewing', () => {
  test('tells a masked address, who invites, until when and the state; and changes nothing', async () => {
    await api.call('PATCH', '/me', { token: admin.accessToken, body: { name: 'Grace Hopper' } })
    const { token } = await invited('ada.lovelace@example.org')
    const before = await api.eventCount()
    const expiresAt = new Date(Date.parse(api.app.clock()) + 7 * DAY).toISOString()
    for (let look = 0; look < 3; look++) {
      const { status, body } = await preview(token)
      expect([status, body]).toStrictEqual([
        200,
        { email: 'a•••e@example.org', invitedBy: 'Grace Hopper', expiresAt, state: 'open' },
      ])
    }
    expect(await api.eventCount()).toBe(before)
    expect((await redeem(token)).status).toBe(201)
  })

  test('T09: of an invite that has ended it tells how it ended, and no longer who wrote to whom', async () => {
    await api.call('PATCH', '/me', { token: admin.accessToken, body: { name: 'Grace Hopper' } })
    const { token } = await invited('ada.byron@example.org')
    expect((await redeem(token)).status).toBe(201)
    const { body } = await preview(token)
    expect([body['state'], body['email'], body['invitedBy']]).toStrictEqual(['redeemed', null, null])
  })
})
