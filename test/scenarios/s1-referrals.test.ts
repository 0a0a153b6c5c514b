import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Api, type Json } from '../http/api/client.ts'
import { codeIn, referringAt } from '../http/api/referring.ts'
import { DAY, HOUR } from '../support/house.ts'
import { expectProjectionsEqualRebuild } from '../support/rebuild.ts'

let api: Awaited<ReturnType<typeof Api.open>>
let people: ReturnType<typeof referringAt>
beforeAll(async () => {
  api = await Api.open({ THROTTLE: 'off', ACCESS_TOKEN_TTL: '1d' })
  people = referringAt(api)
})
afterAll(() => api.app.dispose())
afterEach(() => expectProjectionsEqualRebuild(api.app.floor))

const adminToken = async () => (await api.signIn()).accessToken
const later = (ms: number) => new Date(Date.parse(api.app.clock()) + ms).toISOString()
const itemsOf = ({ body }: { body: Json }) => body['items'] as Json[]
const create = (token: string | undefined, body: Json) =>
  api.call('POST', '/me/referral-code', { token, body })
const find = (token: string | undefined, email: string) =>
  api.call('GET', `/referral-codes?referrerEmail=${encodeURIComponent(email)}`, { token })
const codeOf = ({ status, body }: { status: number; body: Json }) => [status, body['code']]

describe('S1: from registering to bringing somebody', () => {
  test('S1-1, S1-2, S1-3, S1-10, S1-17, S1-21, S1-29: two people, one code, and who brought whom', async () => {
    const registered = await people.register({ email: 'ada.s11@example.org', name: 'Ada' })
    expect(registered.status).toBe(201)
    expect(registered.body).toMatchObject({ email: 'ada.s11@example.org', name: 'Ada' })
    expect(JSON.stringify(registered.body)).not.toContain(people.password)
    const token = String(registered.body['accessToken'])
    const me = await api.call('GET', '/me', { token })
    expect([me.status, me.body['id']]).toStrictEqual([200, registered.body['id']])

    const ada = await people.confirmed(registered)
    const made = await create(ada.token, { expiresAt: later(30 * DAY) })
    expect(made.status).toBe(201)

    const ben = await people.member()
    const found = await find(ben.token, 'ada.s11@example.org')
    expect([found.status, codeIn(found)]).toStrictEqual([200, codeIn(made)])

    const cyd = await people.member({ referralCode: codeIn(found) })
    const list = await api.call('GET', `/users/${ada.id}/referrals`, { token: ada.token })
    expect(itemsOf(list).map(({ id }) => id)).toStrictEqual([cyd.id])
    const unknown = '/users/01JNZ8K3V5Q2W9X7T4R6Y1M0AB/referrals'
    expect(await api.refusal('GET', unknown, ada)).toStrictEqual([404, 'user_not_found'])
  })

  test('S1-4 an address is one user’s, in any letter case, and whoever asks to be told is told', async () => {
    const told = await Api.open({ EMAIL_LOOKUP: 'on', THROTTLE: 'off' })
    const those = referringAt(told)
    await those.member({ email: 'once.s14@example.org' })
    const again = await those.register({ email: 'ONCE.s14@Example.org' })
    expect(codeOf(again)).toStrictEqual([409, 'email_already_registered'])
    const { accessToken } = await told.signIn()
    const users = await told.call('GET', '/users?search=once.s14', { token: accessToken })
    expect(itemsOf(users)).toHaveLength(1)
    await told.app.dispose()
  })

  test('S1-50 whoever registered signs in again later', async () => {
    const { email, id } = await people.member()
    api.app.clock.advance(30 * DAY)
    const { accessToken: token } = await api.signIn({ email, password: people.password })
    expect((await api.call('GET', '/me', { token })).body['id']).toBe(id)
  })

  test.each([
    ['S1-48 an address that is none', { email: 'notmail' }, '/email'],
    ['S1-47 seven characters', { password: 'seven77' }, '/password'],
    ['S1-47 129 characters', { password: 'x'.repeat(129) }, '/password'],
    ['S1-47 a common one', { password: 'password123' }, '/password'],
    ['S1-47 digits in a row', { password: '1234567890' }, '/password'],
    ['S1-47 one’s own address', { email: 'augusta.king@example.org', password: 'augusta.king' }, '/password'],
  ])('%s is refused with its reason', async (_, more, pointer) => {
    const { status, body } = await people.register(more)
    expect(status).toBe(422)
    expect(body['errors']).toMatchObject([{ pointer, detail: expect.stringMatching(/\w/) }])
  })
})

describe('S1: one’s code', () => {
  test('S1-11, S1-12: an expiry is needed, and lies ahead', async () => {
    const { token } = await people.member()
    const without = await create(token, {})
    expect([without.status, without.body['errors']]).toMatchObject([422, [{ pointer: '/expiresAt' }]])
    for (const ms of [-1000, 0]) {
      expect(codeOf(await create(token, { expiresAt: later(ms) }))).toStrictEqual([
        422,
        'referral_code_expiry_out_of_range',
      ])
    }
    const made = await create(token, { expiresAt: later(1000) })
    expect([made.status, made.body['expiresAt']]).toStrictEqual([201, later(1000)])
  })

  test('S1-13 there is one at a time, however many are wished for at once', async () => {
    const { token } = await people.member()
    const wishes = Array.from({ length: 5 }, () => create(token, { expiresAt: later(DAY) }))
    const statuses = (await Promise.all(wishes)).map(({ status }) => status)
    expect(statuses.toSorted()).toStrictEqual([201, 409, 409, 409, 409])
  })

  test('S1-14, S1-15, S1-16, S1-20, S1-37, S3-47: it ends by being deleted or by itself, for everybody at once; then there may be another', async () => {
    const [ada, ben] = [await people.member(), await people.member()]
    expect(await api.refusal('DELETE', '/me/referral-code', ada)).toStrictEqual([
      404,
      'referral_code_unknown',
    ])
    const first = await people.code(ada)
    // Twice: the second answer comes from memory.
    for (const _ of [1, 2]) expect((await find(ben.token, ada.email)).status).toBe(200)
    expect((await api.call('DELETE', '/me/referral-code', ada)).status).toBe(204)
    expect(codeOf(await find(ben.token, ada.email))).toStrictEqual([404, 'referral_code_unknown'])
    expect(await people.redeem(ben, first)).toStrictEqual([404, 'referral_code_unknown'])

    await people.code(ada, { expiresAt: later(HOUR) })
    for (const _ of [1, 2]) expect((await find(ben.token, ada.email)).status).toBe(200)
    api.app.clock.advance(HOUR)
    expect(codeOf(await find(ben.token, ada.email))).toStrictEqual([404, 'referral_code_unknown'])
    expect(await api.refusal('GET', '/me/referral-code', ada)).toStrictEqual([404, 'referral_code_unknown'])

    const last = await people.code(ada)
    expect(codeIn(await find(ben.token, ada.email))).toBe(last)
  })

  test('S3-41: its owner sees the code, its life and whether it was mailed', async () => {
    const ada = await people.member()
    const code = await people.code(ada, { expiresAt: later(DAY) })
    const own = await api.call('GET', '/me/referral-code', ada)
    const now = api.app.clock()
    expect(own.body).toMatchObject({ code, createdAt: now, expiresAt: later(DAY), mailedAt: null })
    const mailed = await api.call('POST', '/me/referral-code/mails', { ...ada, body: {} })
    expect(mailed.status).toBe(202)
    expect((await api.call('GET', '/me/referral-code', ada)).body['mailedAt']).toBe(now)
  })

  test('S1-18, S1-19: looking one up takes a token, and says no more of strangers than of who has none', async () => {
    const [ada, ben] = [await people.member(), await people.member()]
    expect(codeOf(await find(undefined, ada.email))).toStrictEqual([401, 'unauthenticated'])
    const [none, nobody] = [
      await find(ben.token, ada.email),
      await find(ben.token, 'nobody.s119@example.org'),
    ]
    expect(none.status).toBe(404)
    expect({ ...none.body, requestId: '' }).toStrictEqual({ ...nobody.body, requestId: '' })
  })
})

describe('S1: coming by a code', () => {
  test('S1-22 a code that is unknown, malformed, deleted or expired makes nobody a user', async () => {
    const [ada, ben] = [await people.member(), await people.member()]
    const [deleted, expired] = [await people.code(ada), await people.code(ben, { expiresAt: later(HOUR) })]
    await api.call('DELETE', '/me/referral-code', ada)
    api.app.clock.advance(HOUR)
    const before = await api.eventCount()
    const statuses: number[] = []
    for (const referralCode of ['0000-0000-0000-0000', 'not a code', deleted, expired])
      statuses.push((await people.register({ referralCode })).status)
    expect(statuses).toStrictEqual([404, 422, 404, 410])
    expect(await api.eventCount()).toBe(before)
  })

  test('S1-23, S1-24, S1-25, S1-26: who is here already says it once, never of themselves, with a code that counts', async () => {
    const [ada, ben, cyd] = [await people.member(), await people.member(), await people.member()]
    const [adas, cyds] = [await people.code(ada), await people.code(cyd, { expiresAt: later(HOUR) })]
    expect(await people.redeem(ada, adas)).toStrictEqual([409, 'referral_to_self'])
    expect(await people.redeem(ben, '0000-0000-0000-0000')).toStrictEqual([404, 'referral_code_unknown'])
    api.app.clock.advance(HOUR)
    expect(await people.redeem(ben, cyds)).toStrictEqual([410, 'referral_code_expired'])
    const said = await api.call('POST', '/me/referrer', { token: ben.token, body: { code: adas } })
    expect([said.status, said.body['id']]).toStrictEqual([200, ada.id])
    const another = await people.code(cyd)
    expect(await people.redeem(ben, another)).toStrictEqual([409, 'referrer_already_set'])
  })

  test('S1-28 one code brings as many as come', async () => {
    const ada = await people.member()
    const referralCode = await people.code(ada)
    const came = [
      await people.member({ referralCode }),
      await people.member({ referralCode }),
      await people.member({ referralCode }),
    ]
    const list = await api.call('GET', `/users/${ada.id}/referrals`, ada)
    expect(new Set(itemsOf(list).map(({ id }) => id))).toStrictEqual(new Set(came.map(({ id }) => id)))
  })

  test('S1-27 whatever is given for a code is refused as input, and is no error of ours', async () => {
    const { token } = await people.member()
    const given = [
      '',
      ' ',
      '-',
      'e30=',
      '%00',
      '\u0000',
      '💥'.repeat(16),
      '0'.repeat(10_000),
      7,
      true,
      null,
      [],
      {},
    ]
    for (const code of given) {
      const { status, body } = await api.call('POST', '/me/referrer', { token, body: { code } })
      expect([code, status, body['code']]).toStrictEqual([code, 422, 'invalid_input'])
      expect((await people.register({ referralCode: code })).status).toBe(422)
    }
  })
})

describe('S1: who came', () => {
  test('S1-30 the list has id, name, when and address, and no secret', async () => {
    const ada = await people.member()
    await people.member({ referralCode: await people.code(ada) })
    const [one] = itemsOf(await api.call('GET', `/users/${ada.id}/referrals`, ada))
    expect(Object.keys(one ?? {}).toSorted()).toStrictEqual(['email', 'id', 'joinedAt', 'name'])
    const [seen] = itemsOf(await api.call('GET', `/users/${ada.id}/referrals`, await people.member()))
    expect(Object.keys(seen ?? {}).toSorted()).toStrictEqual(['id', 'name'])
  })

  test('S1-31 those who came stay when the one who brought them goes', async () => {
    const ada = await people.member({ name: 'Ada' })
    const ben = await people.member({ referralCode: await people.code(ada) })
    expect((await api.call('DELETE', `/users/${ada.id}`, { token: await adminToken() })).status).toBe(204)
    expect((await api.call('GET', '/me', ben)).status).toBe(200)
    const line = await api.call('GET', `/users/${ben.id}/referrers`, ben)
    expect(itemsOf(line)).toStrictEqual([{ id: ada.id, name: null }])
  })

  test('S1-46 admins see users with id, name, address and code', async () => {
    const ada = await people.member({ name: 'Ada', email: 'ada.s146@example.org' })
    const code = await people.code(ada)
    const token = await adminToken()
    const [listed] = itemsOf(await api.call('GET', '/users?search=ada.s146', { token }))
    expect(listed).toMatchObject({ id: ada.id, name: 'Ada', email: ada.email })
    const { body } = await api.call('GET', `/users/${ada.id}`, { token })
    expect(body).toMatchObject({ id: ada.id, name: 'Ada', email: ada.email, referralCode: code })
  })
})
