import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { redeemOwnReferral } from '../../../src/http/acts/referrals.ts'
import { ADMIN } from '../../support/admin.ts'
import { DAY, HOUR, rawSqlite } from '../../support/house.ts'
import { Api, type Json } from './client.ts'
import { codeIn, type Member, referringAt } from './referring.ts'

let api: Awaited<ReturnType<typeof Api.open>>
let people: ReturnType<typeof referringAt>
let admin: string
beforeAll(async () => {
  api = await Api.open({ THROTTLE: 'off', ACCESS_TOKEN_TTL: '1d' })
  people = referringAt(api)
  admin = (await api.signIn()).accessToken
})
afterAll(() => api.app.dispose())

const later = (ms: number) => new Date(Date.parse(api.app.clock()) + ms).toISOString()
const errorsOf = ({ body }: { body: Json }) =>
  (body['errors'] as { pointer: string; code: string }[]).map(({ pointer, code }) => [pointer, code])
const itemsOf = ({ body }: { body: Json }) => body['items'] as Json[]
const idsOf = (answer: { body: Json }) => itemsOf(answer).map(({ id }) => id)

describe('one’s own code', () => {
  test('S1-10, S3-26 is made, and shown as it was made', async () => {
    const ada = await people.member()
    const body = { expiresAt: later(30 * DAY), description: '  for the choir ' }
    const made = await api.call('POST', '/me/referral-code', { token: ada.token, body })
    expect(made.status).toBe(201)
    expect(made.body).toStrictEqual({
      id: expect.any(String),
      code: expect.stringMatching(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/),
      link: `${api.app.floor.settings.publicUrl}/r/${codeIn(made)}`,
      description: 'for the choir',
      createdAt: api.app.clock(),
      expiresAt: body.expiresAt,
      mailedAt: null,
    })
    const own = await api.call('GET', '/me/referral-code', { token: ada.token })
    expect(own.body).toStrictEqual(made.body)
  })

  test('W-40 is nobody else’s: who has none is shown none', async () => {
    await people.code(await people.member())
    const { token } = await people.member()
    expect(await api.refusal('GET', '/me/referral-code', { token })).toStrictEqual([
      404,
      'referral_code_unknown',
    ])
  })

  test.each([
    ['S1-11, W-9 no expiry', {}, '/expiresAt', 'required'],
    ['no body', undefined, '', 'required'],
    ['an expiry that is no instant', { expiresAt: 'tomorrow' }, '/expiresAt', 'invalid_format'],
    ['an expiry that is a number', { expiresAt: 1e12 }, '/expiresAt', 'invalid_type'],
    ['an expiry that is null', { expiresAt: null }, '/expiresAt', 'invalid_type'],
    ['a description of 151 characters', { description: 'x'.repeat(151) }, '/description', 'too_big'],
    ['an empty description', { description: ' ' }, '/description', 'too_small'],
    [
      'a description in two lines',
      { description: 'a\nb' },
      '/description',
      'description_has_control_characters',
    ],
    ['W-24 a code of one’s own choice', { code: 'ADAL-OVEL-ACEA-DALO' }, '/code', 'unknown_field'],
    ['somebody else’s id', { userId: '01JNZ8K3V5Q2W9X7T4R6Y1M0AB' }, '/userId', 'unknown_field'],
  ])('%s is refused, and nothing happens', async (_, change, pointer, code) => {
    const { token } = await people.member()
    const before = await api.eventCount()
    const hasExpiry = change && ('expiresAt' in change || pointer === '/expiresAt')
    const body = change && (hasExpiry ? change : { expiresAt: later(DAY), ...change })
    const answer = await api.call('POST', '/me/referral-code', { token, body })
    expect([answer.status, errorsOf(answer)]).toStrictEqual([422, [[pointer, code]]])
    expect(await api.eventCount()).toBe(before)
  })

  test('S1-12, C-18 ends in the future and within a year, to the millisecond', async () => {
    const { token } = await people.member()
    const make = (ms: number) =>
      api.refusal('POST', '/me/referral-code', { token, body: { expiresAt: later(ms) } })
    for (const ms of [-DAY, 0, 365 * DAY + 1]) {
      expect(await make(ms)).toStrictEqual([422, 'referral_code_expiry_out_of_range'])
    }
    expect((await make(1))[0]).toBe(201)
  })

  test('S1-13, C-19 is one at a time: of two wishes at once one is refused, and so are later ones', async () => {
    const { token } = await people.member()
    const make = () => api.refusal('POST', '/me/referral-code', { token, body: { expiresAt: later(DAY) } })
    const both = await Promise.all([make(), make()])
    expect(both.map(([status]) => status).toSorted()).toStrictEqual([201, 409])
    expect(await make()).toStrictEqual([409, 'referral_code_already_active'])
  })

  test('the same wish under the same key is made once and answered the same', async () => {
    const { token } = await people.member()
    const request = { token, body: { expiresAt: later(DAY) }, headers: { 'idempotency-key': 'my-code' } }
    const first = await api.call('POST', '/me/referral-code', request)
    const before = await api.eventCount()
    const again = await api.call('POST', '/me/referral-code', request)
    expect([again.status, again.body]).toStrictEqual([201, first.body])
    expect(await api.eventCount()).toBe(before)
    const other = { ...request, body: { expiresAt: later(2 * DAY) } }
    expect(await api.refusal('POST', '/me/referral-code', other)).toStrictEqual([
      422,
      'idempotency_key_reused',
    ])
  })

  test('S1-14, S1-15, S1-16, W-15 is deleted, and then of no use at once; another one can be made', async () => {
    const ada = await people.member()
    const ben = await people.member()
    const code = await people.code(ada)
    const find = () => api.refusal('GET', `/referral-codes?referrerEmail=${ada.email}`, { token: ben.token })
    expect((await find())[0]).toBe(200)
    expect(await api.refusal('DELETE', '/me/referral-code', ada)).toStrictEqual([204, undefined])
    const gone = [404, 'referral_code_unknown']
    expect(await api.refusal('GET', '/me/referral-code', ada)).toStrictEqual(gone)
    expect(await find()).toStrictEqual(gone)
    expect(await people.redeem(ben, code)).toStrictEqual(gone)
    expect(await people.register({ referralCode: code })).toMatchObject({
      status: gone[0],
      body: { code: gone[1] },
    })
    expect(await api.refusal('DELETE', '/me/referral-code', ada)).toStrictEqual(gone)
    const another = await people.code(ada)
    expect(another).not.toBe(code)
    expect(await people.redeem(ben, another)).toStrictEqual([200, undefined])
  })

  test('W-24 owes nothing to its owner: two of one owner have nothing in common', async () => {
    const ada = await people.member()
    const codes = new Set<string>()
    for (let n = 0; n < 3; n++) {
      codes.add((await people.code(ada)).slice(0, 8))
      await api.call('DELETE', '/me/referral-code', ada)
    }
    expect(codes.size).toBe(3)
  })

  test('is made anew in the rare case that somebody has it', async () => {
    const codes = ['00000000000000AA', '00000000000000AA', '00000000000000BB']
    const small = await Api.open({ THROTTLE: 'off' }, { newReferralCode: () => codes.shift() ?? '' })
    const those = referringAt(small)
    expect(await those.code(await those.member())).toBe('0000-0000-0000-00AA')
    expect(await those.code(await those.member())).toBe('0000-0000-0000-00BB')
    await small.app.dispose()
  })
})

describe('mailing a code', () => {
  const mail = (token: string, body?: Json) => api.refusal('POST', '/me/referral-code/mails', { token, body })

  test('takes it to an address, and to oneself if none is given', async () => {
    const ada = await people.member()
    const code = await people.code(ada)
    expect(await mail(ada.token, { email: 'Friend@Example.ORG' })).toStrictEqual([202, undefined])
    expect(await mail(ada.token)).toStrictEqual([202, undefined])
    for (const address of ['friend@example.org', ada.email]) {
      const text = (await api.app.mailsTo(address)).at(-1)?.text
      expect(text).toContain(code)
      expect(text).toContain(`/r/${code}`)
    }
    const own = await api.call('GET', '/me/referral-code', ada)
    expect(own.body['mailedAt']).toBe(api.app.clock())
  })

  test('writes to nobody twice', async () => {
    const ada = await people.member()
    await people.code(ada)
    for (let n = 0; n < 2; n++)
      expect(await mail(ada.token, { email: 'once@example.org' })).toStrictEqual([202, undefined])
    expect(await api.app.mailsTo('once@example.org')).toHaveLength(1)
  })

  test('takes a code, and an address that is one', async () => {
    const { token } = await people.member()
    expect(await mail(token)).toStrictEqual([404, 'referral_code_unknown'])
    const answer = await api.call('POST', '/me/referral-code/mails', { token, body: { email: 'nobody' } })
    expect([answer.status, errorsOf(answer)]).toStrictEqual([422, [['/email', 'address_malformed']]])
  })

  test('is done ten times an hour for one user, whoever it goes to, and five times for one address', async () => {
    const strict = await Api.open({ THROTTLE: 'on' })
    const those = referringAt(strict)
    const ada = await those.member()
    await those.code(ada)
    const send = (email: string) =>
      strict.refusal('POST', '/me/referral-code/mails', { token: ada.token, body: { email } })
    for (let n = 1; n <= 10; n++) expect(await send(`n${n}@example.org`)).toStrictEqual([202, undefined])
    expect(await send('n11@example.org')).toStrictEqual([429, 'too_many_requests'])
    strict.app.clock.advance(HOUR)
    const { accessToken } = await strict.signIn({ email: ada.email, password: those.password })
    const again = () =>
      strict.refusal('POST', '/me/referral-code/mails', {
        token: accessToken,
        body: { email: 'five@example.org' },
      })
    for (let n = 1; n <= 5; n++) expect(await again()).toStrictEqual([202, undefined])
    expect(await again()).toStrictEqual([429, 'too_many_requests'])
    expect(await strict.app.mailsTo('n11@example.org')).toStrictEqual([])
    await strict.app.dispose()
  })
})

describe('finding a code by its owner’s address', () => {
  const find = (token: string | undefined, email: string) =>
    api.call('GET', `/referral-codes?referrerEmail=${encodeURIComponent(email)}`, { token })

  test('S1-17 answers the code and nothing of its owner, however the address is spelled', async () => {
    const [ada, ben] = [await people.member(), await people.member()]
    const code = await people.code(ada, { description: 'a secret plan' })
    for (const spelled of [ada.email, ada.email.toUpperCase(), ` ${ada.email} `]) {
      const { status, body } = await find(ben.token, spelled)
      expect(status).toBe(200)
      expect(body).toStrictEqual({
        code,
        link: `${api.app.floor.settings.publicUrl}/r/${code}`,
        expiresAt: later(30 * DAY),
      })
    }
  })

  test('S1-18 takes a token', async () => {
    expect((await find(undefined, ADMIN.email)).status).toBe(401)
  })

  test('S1-19, S1-20 has one answer for nobody, for no code, a deleted one and an expired one', async () => {
    const [asks, none, deleted, expired] = [
      await people.member(),
      await people.member(),
      await people.member(),
      await people.member(),
    ]
    await people.code(deleted)
    await people.code(expired, { expiresAt: later(HOUR) })
    expect((await find(asks.token, deleted.email)).status).toBe(200)
    expect((await find(asks.token, expired.email)).status).toBe(200)
    await api.call('DELETE', '/me/referral-code', deleted)
    api.app.clock.advance(HOUR)
    const answers = new Set<string>()
    for (const email of ['nobody.at.all@example.org', none.email, deleted.email, expired.email]) {
      const { status, body } = await find(asks.token, email)
      expect(status).toBe(404)
      answers.add(JSON.stringify({ ...body, requestId: '' }))
    }
    expect(answers.size).toBe(1)
    expect([...answers][0]).toContain('referral_code_unknown')
  })

  test('C-13 is for people one knows: who looks for very many in vain waits, and who finds them does not', async () => {
    const strict = await Api.open({ THROTTLE: 'on' })
    const them = referringAt(strict)
    const [ada, asks, other] = [await them.member(), await them.member(), await them.member()]
    await them.code(ada)
    const told = async (email: string, { token }: Member = asks) =>
      (await strict.call('GET', `/referral-codes?referrerEmail=${email}`, { token })).status
    const many = async (count: number, email: (n: number) => string) => {
      const answers = new Set<number>()
      for (let n = 0; n < count; n++) answers.add(await told(email(n)))
      return [...answers]
    }
    expect(await many(150, () => ada.email)).toStrictEqual([200])
    expect(await many(100, (n) => `nobody${n}@example.org`)).toStrictEqual([404])
    expect([await told('nobody@example.org'), await told(ada.email)]).toStrictEqual([429, 429])
    expect(await told(ada.email, other)).toBe(200)
    strict.app.clock.advance(HOUR)
    const { accessToken } = await strict.signIn({ email: asks.email, password: them.password })
    expect(await told('nobody@example.org', { ...asks, token: accessToken })).toBe(404)
    await strict.app.dispose()
  })

  test('takes an address that is one', async () => {
    for (const query of ['', '?referrerEmail=', '?referrerEmail=nobody', '?referrerEmail=a@b.c&x=1']) {
      const { status, body } = await api.call('GET', `/referral-codes${query}`, { token: admin })
      expect([query, status, body['code']]).toStrictEqual([query, 422, 'invalid_input'])
    }
  })

  test('of somebody who is suspended or erased there is none', async () => {
    const [ada, ben] = [await people.member(), await people.member()]
    for (const one of [ada, ben]) {
      await people.code(one)
      expect((await find(admin, one.email)).status).toBe(200)
    }
    await api.call('PUT', `/users/${ada.id}/suspension`, { token: admin })
    await api.call('DELETE', `/users/${ben.id}`, { token: admin })
    for (const one of [ada, ben]) expect((await find(admin, one.email)).status).toBe(404)
    await api.call('DELETE', `/users/${ada.id}/suspension`, { token: admin })
    expect((await find(admin, ada.email)).status).toBe(200)
  })
})

describe('registering with a code', () => {
  test('S1-21, S1-2, S1-28 makes a referral of its owner, each time, however it is typed', async () => {
    const ada = await people.member()
    const code = await people.code(ada)
    const came: unknown[] = []
    for (const referralCode of [
      code,
      code.toLowerCase().replaceAll('-', ''),
      ` ${code.replaceAll('-', ' ')} `,
    ]) {
      const { status, body } = await people.register({ referralCode })
      expect(status).toBe(201)
      expect(body).not.toHaveProperty('referralCode')
      came.unshift(body['id'])
    }
    const list = await api.call('GET', `/users/${ada.id}/referrals`, ada)
    expect(new Set(idsOf(list))).toStrictEqual(new Set(came))
    expect(list.body['counts']).toStrictEqual({ all: 3, verified: 0, gone: 0 })
  })

  test.each([
    ['W-10, S1-27 empty', ''],
    ['W-10 too short', 'ABCD'],
    ['W-13 with a letter that is none of it', 'UUUU-UUUU-UUUU-UUUU'],
    ['W-14 the base64 of an owner and an expiry', 'MDFKTlo4SzNWNVEyVzlYN1Q0UjZZMU0wQUI6MjAyNi0xMi0zMQ=='],
    ['very long', '-'.repeat(5000)],
    ['with a zero byte', 'ABCD-EFGH-JKMN-PQR\u0000'],
    ['a number', 1234567890123456],
    ['an object', { code: 'x' }],
    ['null', null],
  ])('S1-22, S1-27 a code that is malformed (%s) is refused, wherever it is given', async (_, code) => {
    const before = await api.eventCount()
    const answer = await people.register({ referralCode: code })
    expect([answer.status, errorsOf(answer).map(([pointer]) => pointer)]).toStrictEqual([
      422,
      ['/referralCode'],
    ])
    const later = await api.call('POST', '/me/referrer', { token: admin, body: { code } })
    expect([later.status, errorsOf(later).map(([pointer]) => pointer)]).toStrictEqual([422, ['/code']])
    expect(await api.eventCount()).toBe(before)
  })

  test('S1-22, W-13, W-14 an unknown or expired one is refused, each in its own words, and nobody is registered', async () => {
    const ada = await people.member()
    const code = await people.code(ada, { expiresAt: later(HOUR) })
    api.app.clock.advance(HOUR)
    const before = await api.eventCount()
    const answers = [
      await people.register({ referralCode: '7QGX-M2KD-0R4T-9VBN' }),
      await people.register({ referralCode: code }),
    ]
    expect(answers.map(({ status, body }) => [status, body['code']])).toStrictEqual([
      [404, 'referral_code_unknown'],
      [410, 'referral_code_expired'],
    ])
    expect(await api.eventCount()).toBe(before)
  })

  test('T13 the answer for a known address is the same, with a code too; its owner was brought by nobody', async () => {
    const [ada, ben] = [await people.member(), await people.member()]
    const referralCode = await people.code(ada)
    const free = await people.register({ referralCode })
    const taken = await people.register({ email: ben.email, referralCode })
    expect([taken.status, Object.keys(taken.body)]).toStrictEqual([free.status, Object.keys(free.body)])
    const line = await api.call('GET', `/users/${ben.id}/referrers`, ben)
    expect(itemsOf(line)).toStrictEqual([])
  })

  test('the same request under the same key brings one user, once', async () => {
    const ada = await people.member()
    const referralCode = await people.code(ada)
    const body = { email: 'keyed@example.org', password: people.password, referralCode }
    const request = { body, headers: { 'idempotency-key': 'keyed' } }
    const first = await api.call('POST', '/users', request)
    const again = await api.call('POST', '/users', request)
    expect([again.status, again.body['id']]).toStrictEqual([201, first.body['id']])
    const list = await api.call('GET', `/users/${ada.id}/referrals`, ada)
    expect(idsOf(list)).toStrictEqual([first.body['id']])
  })

  test('REGISTRATION=referral takes one; REGISTRATION=invite takes nobody', async () => {
    const some = await Api.open({ REGISTRATION: 'referral', THROTTLE: 'off' })
    const those = referringAt(some)
    const owner = await some.signIn()
    const made = await some.call('POST', '/me/referral-code', {
      token: owner.accessToken,
      body: { expiresAt: later(DAY) },
    })
    const before = await some.eventCount()
    const without = await those.register({})
    expect([without.status, without.body['code']]).toStrictEqual([403, 'referral_code_required'])
    expect((await those.register({ referralCode: '7QGX-M2KD-0R4T-9VBN' })).status).toBe(404)
    expect(await some.eventCount()).toBe(before)
    expect((await those.register({ referralCode: codeIn(made) })).status).toBe(201)
    await some.app.dispose()

    const none = await Api.open({ REGISTRATION: 'invite' })
    const refused = await referringAt(none).register({ referralCode: codeIn(made) })
    expect([refused.status, refused.body['code']]).toStrictEqual([403, 'registration_closed'])
    await none.app.dispose()
  })
})

describe('saying later who brought one', () => {
  test('S1-23, C-21 works for who came without a code, and is answered by the referrer’s name alone', async () => {
    const ada = await people.member({ name: 'Ada Lovelace' })
    const ben = await people.member()
    const body = { code: await people.code(ada) }
    const said = await api.call('POST', '/me/referrer', { token: ben.token, body })
    expect([said.status, said.body]).toStrictEqual([200, { id: ada.id, name: 'Ada Lovelace' }])
    expect(idsOf(await api.call('GET', `/users/${ada.id}/referrals`, ada))).toStrictEqual([ben.id])
  })

  test('the same code again is the same answer and no second referral', async () => {
    const [ada, ben] = [await people.member(), await people.member()]
    const code = await people.code(ada)
    expect(await people.redeem(ben, code)).toStrictEqual([200, undefined])
    const before = await api.eventCount()
    expect(await people.redeem(ben, code)).toStrictEqual([200, undefined])
    expect(await api.eventCount()).toBe(before)
  })

  test('S1-24, W-14 one’s own code is refused', async () => {
    const ada = await people.member()
    expect(await people.redeem(ada, await people.code(ada))).toStrictEqual([409, 'referral_to_self'])
  })

  test('S1-25 is done once: another code is refused, to who registered with one too', async () => {
    const [ada, ben, cyd] = [await people.member(), await people.member(), await people.member()]
    const [adas, bens] = [await people.code(ada), await people.code(ben)]
    expect(await people.redeem(cyd, adas)).toStrictEqual([200, undefined])
    expect(await people.redeem(cyd, bens)).toStrictEqual([409, 'referrer_already_set'])
    const dan = await people.member({ referralCode: adas })
    expect(await people.redeem(dan, bens)).toStrictEqual([409, 'referrer_already_set'])
  })

  test('S1-26 an expired and an unknown code are refused, each in its own words', async () => {
    const [ada, ben] = [await people.member(), await people.member()]
    const code = await people.code(ada, { expiresAt: later(HOUR) })
    api.app.clock.advance(HOUR)
    expect(await people.redeem(ben, code)).toStrictEqual([410, 'referral_code_expired'])
    expect(await people.redeem(ben, '7QGX-M2KD-0R4T-9VBN')).toStrictEqual([404, 'referral_code_unknown'])
  })

  test('C-21 nobody is brought by whom they brought, nor by anybody whom those brought', async () => {
    const ada = await people.member()
    const ben = await people.member({ referralCode: await people.code(ada) })
    const cyd = await people.member({ referralCode: await people.code(ben) })
    expect(await people.redeem(ada, await people.code(cyd))).toStrictEqual([409, 'referral_circle'])
  })

  test('C-21 of two who name each other at once, one was brought and one is told', async () => {
    const [ada, ben] = [await people.member(), await people.member()]
    const [adas, bens] = [await people.code(ada), await people.code(ben)]
    const both = await Promise.all([people.redeem(ada, bens), people.redeem(ben, adas)])
    expect(both.toSorted()).toStrictEqual([
      [200, undefined],
      [409, 'referral_circle'],
    ])
  })

  test('many at once below one another are read again and again until each is in its place', async () => {
    // One after the other: of two who fetch their mail at once, one finds it in the other's hands.
    const line: Member[] = []
    for (let n = 0; n < 5; n++) line.push(await people.member())
    const codes = await Promise.all(line.map((one) => people.code(one)))
    const said = await Promise.all(line.slice(1).map((one, n) => people.redeem(one, codes[n] ?? '')))
    expect(said).toStrictEqual(Array.from({ length: 4 }, () => [200, undefined]))
    const last = line.at(-1)
    const above = await api.call('GET', `/users/${last?.id}/referrers`, { token: admin })
    expect(idsOf(above)).toStrictEqual(
      line
        .slice(0, -1)
        .map(({ id }) => id)
        .toReversed(),
    )
  })
})

describe('saying it while somebody above says it too', () => {
  /** A house that reads nobody above, for so many times, when there is somebody. */
  const readingLate = (times: number) => {
    const { house } = api.app
    let reads = 0
    const above = async (userId: string) => (++reads <= times ? [] : house.reads.referrals.above(userId))
    const referrals = { ...house.reads.referrals, above }
    return { house: { ...house, reads: { ...house.reads, referrals } }, reads: () => reads }
  }
  const benUnderAda = async () => {
    const ada = await people.member()
    const ben = await people.member({ referralCode: await people.code(ada) })
    return { ada, cyd: await people.member(), code: await people.code(ben) }
  }

  test('the line is read again, and then it holds', async () => {
    const { cyd, code } = await benUnderAda()
    const { house, reads } = readingLate(4)
    expect(await redeemOwnReferral(house, cyd.id, code.replaceAll('-', ''), 'C')).toBeNull()
    expect(reads()).toBe(5)
  })

  test('but not for ever: then they are asked to try again, and nothing has happened', async () => {
    const { cyd, code } = await benUnderAda()
    const before = await api.eventCount()
    const { house, reads } = readingLate(100)
    const refusal = await redeemOwnReferral(house, cyd.id, code.replaceAll('-', ''), 'C')
    expect(refusal?.code).toBe('referral_chain_changed')
    expect([reads(), await api.eventCount()]).toStrictEqual([5, before])
  })

  test('and a circle is found, though it was not there when the line was read', async () => {
    const { ada, code } = await benUnderAda()
    const { house } = readingLate(1)
    const refusal = await redeemOwnReferral(house, ada.id, code.replaceAll('-', ''), 'C')
    expect(refusal?.code).toBe('referral_circle')
  })
})

describe('who brought whom', () => {
  /** Ada brought Ben and Cyd; Ben brought Dan, who brought Eve. */
  const family = async () => {
    const ada = await people.member({ name: 'Ada' })
    const ben = await people.member({ name: 'Ben', referralCode: await people.code(ada) })
    api.app.clock.advance(1)
    const cyd = await people.member({ referralCode: await people.codeOf(ada) })
    const dan = await people.member({ name: 'Dan', referralCode: await people.code(ben) })
    const eve = await people.member({ name: 'Eve', referralCode: await people.code(dan) })
    return { ada, ben, cyd, dan, eve }
  }
  const listOf = ({ id }: Member, { token }: Pick<Member, 'token'>, query = '') =>
    api.call('GET', `/users/${id}/referrals${query}`, { token })

  test('S1-29, S1-30, W-8 the referrer and admins see id, name, address and when, and nothing else', async () => {
    const { ada, ben, cyd } = await family()
    for (const token of [ada.token, admin]) {
      const list = await listOf(ada, { token })
      expect(list.status).toBe(200)
      expect(list.body).toStrictEqual({
        items: [
          { id: cyd.id, name: null, email: cyd.email, joinedAt: cyd.at },
          { id: ben.id, name: 'Ben', email: ben.email, joinedAt: ben.at },
        ],
        nextCursor: null,
        counts: { all: 2, verified: 2, gone: 0 },
      })
    }
  })

  test('C-22, W-8 others see ids, names and how many', async () => {
    const { ada, ben, cyd } = await family()
    const { status, body } = await listOf(ada, await people.member())
    expect(status).toBe(200)
    expect(body).toStrictEqual({
      items: [
        { id: cyd.id, name: null },
        { id: ben.id, name: 'Ben' },
      ],
      nextCursor: null,
      counts: { all: 2 },
    })
  })

  test('S1-29 of an id that is nobody’s there is no list', async () => {
    for (const id of ['01JNZ8K3V5Q2W9X7T4R6Y1M0AB', 'nobody', '%00', 'x'.repeat(300)]) {
      for (const what of ['referrals', 'referrers', 'referral-tree', 'subtree']) {
        const refused = await api.refusal('GET', `/users/${id}/${what}`, { token: admin })
        expect([what, ...refused]).toStrictEqual([what, 404, 'user_not_found'])
      }
    }
  })

  test('the list is paged, and its cursor leads on', async () => {
    const { ada, ben, cyd } = await family()
    const first = await listOf(ada, ada, '?limit=1')
    expect([idsOf(first), first.body['counts']]).toStrictEqual([[cyd.id], { all: 2, verified: 2, gone: 0 }])
    expect(first.headers.get('link')).toContain(`/api/v1/users/${ada.id}/referrals?limit=1&cursor=`)
    const second = await listOf(ada, ada, `?limit=1&cursor=${String(first.body['nextCursor'])}`)
    expect([idsOf(second), second.body['nextCursor']]).toStrictEqual([[ben.id], null])
    for (const query of ['?limit=0', '?limit=101', '?cursor=x', '?all=1']) {
      expect([query, (await listOf(ada, ada, query)).status]).toStrictEqual([query, 422])
    }
  })

  test('S1-31 who is erased is gone from it by name, and those they brought stay', async () => {
    const { ada, ben, dan } = await family()
    await api.call('DELETE', `/users/${ben.id}`, { token: admin })
    const list = await listOf(ada, ada)
    expect(itemsOf(list).at(-1)).toStrictEqual({ id: ben.id, name: null, email: null, joinedAt: ben.at })
    expect(list.body['counts']).toStrictEqual({ all: 2, verified: 1, gone: 1 })
    expect((await api.call('GET', '/me', dan)).status).toBe(200)
    const line = await api.call('GET', `/users/${dan.id}/referrers`, dan)
    expect(itemsOf(line)).toStrictEqual([{ id: ben.id, name: null }])
    expect(await api.refusal('GET', `/users/${ben.id}/referrals`, ada)).toStrictEqual([404, 'user_not_found'])
    expect(idsOf(await listOf(ben, { token: admin }))).toStrictEqual([dan.id])
  })

  test('users see who brought them and no further; admins see the whole line', async () => {
    const { ada, ben, dan } = await family()
    const own = await api.call('GET', `/users/${dan.id}/referrers`, dan)
    expect(itemsOf(own)).toStrictEqual([{ id: ben.id, name: 'Ben' }])
    const all = await api.call('GET', `/users/${dan.id}/referrers`, { token: admin })
    expect(itemsOf(all)).toStrictEqual([
      { id: ben.id, name: 'Ben', email: ben.email },
      { id: ada.id, name: 'Ada', email: ada.email },
    ])
    const first = await api.call('GET', `/users/${ada.id}/referrers`, ada)
    expect(itemsOf(first)).toStrictEqual([])
  })

  test('the tree goes as deep as is asked, the nearest first; addresses are of those whom one brought oneself', async () => {
    const { ada, ben, cyd, dan, eve } = await family()
    const tree = (token: string, query: string) =>
      api.call('GET', `/users/${ada.id}/referral-tree${query}`, { token })
    const seen = async (token: string, query: string) => {
      const { body } = await tree(token, query)
      const items = body['items'] as Json[]
      return [
        items.map(({ id, depth, referrerId, email }) => [id, depth, referrerId, email]),
        body['isTruncated'],
      ]
    }
    const near = [
      [ben.id, 1, ada.id, ben.email],
      [cyd.id, 1, ada.id, cyd.email],
    ]
    expect(await seen(ada.token, '?depth=1')).toStrictEqual([near, false])
    expect(await seen(ada.token, '')).toStrictEqual([
      [...near, [dan.id, 2, ben.id, null], [eve.id, 3, dan.id, null]],
      false,
    ])
    expect(await seen(admin, '?depth=2')).toStrictEqual([[...near, [dan.id, 2, ben.id, dan.email]], false])
    expect(await seen(ada.token, '?limit=1')).toStrictEqual([near.slice(0, 1), true])
    expect((await tree(ada.token, '?depth=0')).status).toBe(422)
    expect((await tree(ben.token, '')).status).toBe(403)
  })

  test('admins see who brought the most', async () => {
    const { ada } = await family()
    for (let n = 0; n < 8; n++) await people.member({ referralCode: await people.codeOf(ada) })
    const [first] = itemsOf(await api.call('GET', '/referrals/top?limit=1', { token: admin }))
    expect(first).toStrictEqual({
      id: ada.id,
      name: 'Ada',
      email: ada.email,
      counts: { all: 10, verified: 10, gone: 0 },
    })
  })

  test('W-8 no answer about referrals holds a secret', async () => {
    const { ada, ben } = await family()
    const rows = rawSqlite(api.app.floor)
      .db.prepare('select credential_id, hash from password_hashes')
      .all() as Json[]
    expect(rows.length).toBeGreaterThan(3)
    for (const [path, token] of [
      [`/users/${ada.id}/referrals`, ada.token],
      [`/users/${ada.id}/referrals`, ben.token],
      [`/users/${ada.id}/referral-tree`, admin],
      [`/users/${ben.id}/referrers`, admin],
      ['/referrals/top', admin],
      [`/users/${ada.id}/subtree`, admin],
      ['/me/referral-code', ada.token],
      [`/referral-codes?referrerEmail=${ada.email}`, ben.token],
    ] as const) {
      const { status, body } = await api.call('GET', path, { token })
      expect([path, status]).toStrictEqual([path, 200])
      const text = JSON.stringify(body)
      for (const row of rows)
        for (const secret of Object.values(row)) expect(text).not.toContain(String(secret))
      expect(text).not.toMatch(/password|hash|token|credential|session/i)
    }
  })
})

describe('suspending whom somebody brought', () => {
  const family = async () => {
    const ada = await people.member()
    const ben = await people.member({ referralCode: await people.code(ada) })
    const cyd = await people.member({ referralCode: await people.code(ben) })
    return { ada, ben, cyd }
  }
  const isLetIn = async ({ email }: Member) =>
    (await api.call('POST', '/sessions', { body: { email, password: people.password } })).status === 201
  const suspend = (id: string, body?: Json) =>
    api.call('POST', `/users/${id}/subtree-suspensions`, { token: admin, body })

  test('is looked at first, done in one decision, and undone in one', async () => {
    const { ada, ben, cyd } = await family()
    const outsider = await people.member()
    await api.call('PUT', `/users/${cyd.id}/suspension`, { token: admin })
    const before = await api.eventCount()
    const preview = await api.call('GET', `/users/${ada.id}/subtree`, { token: admin })
    expect(preview.body).toStrictEqual({
      rootId: ada.id,
      counts: { active: 2, suspended: 1, gone: 0 },
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      userIds: [ada.id, ben.id, cyd.id],
    })
    expect(await api.eventCount()).toBe(before)

    const done = await suspend(ada.id, { reason: 'a farm of codes' })
    expect(done.status).toBe(201)
    expect(done.body).toMatchObject({ rootId: ada.id, count: 2, suspendedBy: `user:${api.adminId}` })
    expect(done.headers.get('location')).toBe(`/api/v1/subtree-suspensions/${String(done.body['id'])}`)
    expect(await Promise.all([ada, ben, cyd, outsider].map(isLetIn))).toStrictEqual([
      false,
      false,
      false,
      true,
    ])
    expect(await api.refusal('GET', '/me', ben)).toStrictEqual([401, 'token_invalid'])
    expect((await suspend(ada.id)).status).toBe(204)

    const undone = await api.call('DELETE', `/subtree-suspensions/${String(done.body['id'])}`, {
      token: admin,
    })
    expect([undone.status, undone.body['reinstatedAt']]).toStrictEqual([200, api.app.clock()])
    expect(await Promise.all([ada, ben, cyd].map(isLetIn))).toStrictEqual([true, true, false])
    const [newest] = itemsOf(await api.call('GET', '/subtree-suspensions', { token: admin }))
    expect(newest).toStrictEqual(undone.body)
  })

  test('that somebody has looked at is refused when it would be others by now, though as many', async () => {
    const { ada, ben, cyd } = await family()
    const digestNow = async () =>
      String((await api.call('GET', `/users/${ada.id}/subtree`, { token: admin })).body['digest'])
    const seen = await digestNow()
    expect(await digestNow()).toBe(seen)
    await people.member({ referralCode: await people.code(cyd) })
    await api.call('DELETE', `/users/${ben.id}`, { token: admin })
    const refused = await suspend(ada.id, { digest: seen })
    expect([refused.status, refused.body['code']]).toStrictEqual([409, 'subtree_changed'])
    expect(await isLetIn(ada)).toBe(true)
    expect((await suspend(ada.id, { digest: 'none' })).status).toBe(422)
    const done = await suspend(ada.id, { digest: await digestNow() })
    expect([done.status, done.body['count']]).toStrictEqual([201, 3])
  })

  test('leaves the last admin in: nobody is suspended then', async () => {
    const admins = await api.call('POST', '/me/referral-code', {
      token: admin,
      body: { expiresAt: later(DAY) },
    })
    const ada = await people.member({ referralCode: codeIn(admins) })
    const refused = await suspend(api.adminId)
    expect([refused.status, refused.body['code']]).toStrictEqual([409, 'last_admin'])
    expect(await isLetIn(ada)).toBe(true)
  })

  test('of nobody, or of a batch that is none, is refused', async () => {
    const refused = await suspend('01JNZ8K3V5Q2W9X7T4R6Y1M0AB')
    expect([refused.status, refused.body['code']]).toStrictEqual([404, 'user_not_found'])
    for (const id of ['01JNZ8K3V5Q2W9X7T4R6Y1M0AB', 'none']) {
      const undone = await api.refusal('DELETE', `/subtree-suspensions/${id}`, { token: admin })
      expect(undone).toStrictEqual([404, 'batch_not_found'])
    }
  })
})
