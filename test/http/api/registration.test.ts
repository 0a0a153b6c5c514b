import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ADMIN } from '../../support/admin.ts'
import { DAY, MINUTE } from '../../support/house.ts'
import { Api, type Json } from './client.ts'

const PASSWORD = 'correct-horse-battery'
const OTHER_PASSWORD = 'another-horse-battery'

let api: Awaited<ReturnType<typeof Api.open>>
beforeAll(async () => {
  api = await Api.open()
})
afterAll(() => api.app.dispose())

/** Fresh each time: clocks are turned here. */
const adminToken = async () => (await api.signIn()).accessToken

let people = 0
const newAddress = () => `caller${++people}@example.org`

type Begun = { id: string; email: string; registration: string; access: string; refresh: string; body: Json }
const register = async (body: Json = {}): Promise<Begun> => {
  const email = newAddress()
  const answer = await api.call('POST', '/users', { body: { email, ...body } })
  expect(answer.status).toBe(201)
  return {
    id: String(answer.body['id']),
    email: String(answer.body['email']),
    registration: String(answer.body['registrationToken']),
    access: String(answer.body['accessToken']),
    refresh: String(answer.body['refreshToken']),
    body: answer.body,
  }
}
const codeTo = async (email: string) => {
  const text = (await api.app.mailsTo(email)).at(-1)?.text ?? ''
  return /^Code: (\d{6})$/m.exec(text)?.[1] ?? ''
}
const verify = (id: string, token: string, code: string) =>
  api.call('PUT', `/users/${id}/email-verification`, { token, body: { code } })
const wrong = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0')

describe('registering', () => {
  test('S2-1, S1-3, S4-31 answers the user, unverified and temporary, and tokens that work at once', async () => {
    const { body, access, id, email } = await register({ password: PASSWORD, name: 'Ada' })
    expect(body).toMatchObject({ email, name: 'Ada', roles: ['temporary'], emailVerified: false })
    expect(body).not.toHaveProperty('password')
    const me = await api.call('GET', '/me', { token: access })
    expect([me.status, me.body['id']]).toStrictEqual([200, id])
  })

  test('S4-5, W-35 with an address alone makes a temporary user', async () => {
    expect((await register()).body).toMatchObject({ roles: ['temporary'], emailVerified: false })
  })

  test.each([
    ['S2-3 no address', { email: 'nobody' }, '/email', 'address_malformed'],
    ['S2-2 a name of 51 characters', { name: 'a'.repeat(51) }, '/name', 'too_big'],
    ['T08 a role', { role: 'admin' }, '/role', 'unknown_field'],
    ['T08 an id', { id: '01JNZ8K3V5Q2W9X7T4R6Y1M0AB' }, '/id', 'unknown_field'],
    ['T08 a confirmed address', { emailVerified: true }, '/emailVerified', 'unknown_field'],
    ['W-33 a code of the caller’s own', { code: '123456' }, '/code', 'unknown_field'],
  ])('%s is refused, and nothing happens', async (_, change, pointer, code) => {
    const before = await api.eventCount()
    const body = { email: newAddress(), password: PASSWORD, ...change }
    const answer = await api.call('POST', '/users', { body })
    expect(answer.status).toBe(422)
    expect(answer.body['errors']).toMatchObject([{ pointer, code }])
    expect(await api.eventCount()).toBe(before)
  })

  test('the same request under the same key registers once and answers the same', async () => {
    const request = {
      body: { email: newAddress(), password: PASSWORD },
      headers: { 'idempotency-key': 'once' },
    }
    const [first, second] = [
      await api.call('POST', '/users', request),
      await api.call('POST', '/users', request),
    ]
    expect(second.body['id']).toBe(first.body['id'])
    expect(second.body['refreshToken']).toBe(first.body['refreshToken'])
    expect(await api.app.floor.reads.users.waitingFor(request.body.email)).toHaveLength(1)
  })

  test('T13 for a known address the answer has the same shape; nobody gets in with it', async () => {
    const known = await api.call('POST', '/users', { body: { email: ADMIN.email, password: OTHER_PASSWORD } })
    const free = await register({ password: OTHER_PASSWORD })
    expect(known.status).toBe(201)
    expect(Object.keys(known.body)).toStrictEqual(Object.keys(free.body))
    const id = String(known.body['id'])
    const token = String(known.body['accessToken'])
    for (const left of [4, 3, 2, 1, 0]) {
      const answer = await verify(id, token, '000000')
      expect([answer.status, answer.body['code'], answer.body['triesLeft']]).toStrictEqual([
        422,
        'code_wrong',
        left,
      ])
    }
    const again = await api.call('POST', '/sessions', {
      body: { email: ADMIN.email, password: OTHER_PASSWORD },
    })
    expect(again.body).toMatchObject({ user: { id, roles: ['temporary'], emailVerified: false } })
    expect((await api.signIn()).userId).toBe(api.adminId)
  })
})

describe('before the address is confirmed', () => {
  test('C-6, S2-54 one may sign in, see oneself, confirm, sign out and leave; nothing else', async () => {
    const { email, id } = await register({ password: PASSWORD })
    const { accessToken: token } = await api.signIn({ email, password: PASSWORD })
    expect((await api.call('GET', '/me', { token })).status).toBe(200)
    expect((await api.call('POST', `/users/${id}/verification-codes`, { token })).status).toBe(202)
    for (const [method, path, body] of [
      ['PATCH', '/me', { name: 'Ada' }],
      ['PUT', '/me/password', { currentPassword: PASSWORD, newPassword: OTHER_PASSWORD }],
      ['PUT', '/me/email', { email: 'other@example.org', currentPassword: PASSWORD }],
      ['GET', '/users', undefined],
      ['POST', '/invites', { email: 'other@example.org' }],
    ] as const) {
      expect(await api.refusal(method, path, { token, ...(body ? { body } : {}) })).toStrictEqual([
        403,
        'email_not_verified',
      ])
    }
    expect((await api.call('DELETE', '/sessions/current', { token })).status).toBe(204)
  })

  test('two with different passwords wait; each signs in as themselves', async () => {
    const first = await register({ password: PASSWORD })
    const second = await api.call('POST', '/users', {
      body: { email: first.email, password: OTHER_PASSWORD },
    })
    const as = async (password: string) => (await api.signIn({ email: first.email, password })).userId
    expect(await as(PASSWORD)).toBe(first.id)
    expect(await as(OTHER_PASSWORD)).toBe(second.body['id'])
  })
})

describe('confirming', () => {
  test('S2-22, S4-10 with the code, in the session: the user is a member and signs in', async () => {
    const { id, email, access } = await register({ password: PASSWORD })
    const answer = await verify(id, access, await codeTo(email))
    expect([answer.status, answer.body['roles'], answer.body['emailVerified']]).toStrictEqual([
      200,
      ['member'],
      true,
    ])
    expect((await api.call('PATCH', '/me', { token: access, body: { name: 'Ada' } })).status).toBe(200)
    expect((await api.signIn({ email, password: PASSWORD })).userId).toBe(id)
  })

  test('S4-13, S4-14 with the registration token: first the code, then a password, then a member', async () => {
    const { id, email, registration: token } = await register()
    const complete = (body: Json = { password: PASSWORD, name: 'Ada' }) =>
      api.call('PUT', `/users/${id}/registration`, { token, body })
    const early = await complete()
    expect([early.status, early.body['code']]).toStrictEqual([403, 'email_not_verified'])
    expect((await verify(id, token, await codeTo(email))).body).toMatchObject({ roles: ['temporary'] })
    expect((await complete()).body).toMatchObject({ id, email, name: 'Ada', roles: ['member'] })
    const late = await complete()
    expect([late.status, late.body['code']]).toStrictEqual([401, 'token_invalid'])
    expect((await api.signIn({ email, password: PASSWORD })).userId).toBe(id)
  })

  test('S2-23, S4-11, S4-16 a wrong code is counted; after five the right one is refused; a new one works', async () => {
    const { id, email, registration: token } = await register({ password: PASSWORD })
    const code = await codeTo(email)
    const guesses = await Promise.all(Array.from({ length: 50 }, () => verify(id, token, wrong(code))))
    const judged = guesses.filter(({ status }) => status === 422)
    expect(judged).toHaveLength(5)
    expect(new Set(guesses.map(({ body }) => body['code']))).toStrictEqual(
      new Set(['code_wrong', 'code_locked']),
    )
    expect((await verify(id, token, code)).body['code']).toBe('code_locked')
    await api.call('POST', `/users/${id}/verification-codes`, { token })
    expect((await verify(id, token, await codeTo(email))).status).toBe(200)
  })

  test('S4-9, S4-12, S2-21 a code ends with its ten minutes, or with the next one', async () => {
    const { id, email, registration: token } = await register({ password: PASSWORD })
    const old = await codeTo(email)
    api.app.clock.advance(10 * MINUTE)
    expect((await verify(id, token, old)).body['code']).toBe('code_expired')
    await api.call('POST', `/users/${id}/verification-codes`, { token })
    const next = await codeTo(email)
    if (next !== old) expect((await verify(id, token, old)).body['code']).toBe('code_wrong')
    api.app.clock.advance(10 * MINUTE - 1000)
    expect((await verify(id, token, next)).status).toBe(200)
  })

  test('S2-24, S2-26 it works once; asking again is an orderly no and mails nothing', async () => {
    const { id, email, access: token } = await register({ password: PASSWORD })
    const code = await codeTo(email)
    await verify(id, token, code)
    const mails = (await api.app.mailsTo(email)).length
    expect((await verify(id, token, code)).body['code']).toBe('email_already_verified')
    expect(await api.refusal('POST', `/users/${id}/verification-codes`, { token })).toStrictEqual([
      409,
      'email_already_verified',
    ])
    expect(await api.app.mailsTo(email)).toHaveLength(mails)
  })

  test('S2-25, W-34 nobody confirms for somebody else', async () => {
    const [ada, ben] = [await register({ password: PASSWORD }), await register({ password: PASSWORD })]
    const code = await codeTo(ada.email)
    for (const token of [ben.access, ben.registration, await adminToken()]) {
      const answer = await verify(ada.id, token, code)
      expect([answer.status, answer.body['code']]).toStrictEqual([403, 'forbidden'])
    }
    expect((await verify(ben.id, ben.access, code)).status).toBe(
      code === (await codeTo(ben.email)) ? 200 : 422,
    )
    const anonymous = await api.call('PUT', `/users/${ada.id}/email-verification`, { body: { code } })
    expect([anonymous.status, anonymous.body['code']]).toStrictEqual([401, 'unauthenticated'])
  })

  test('W-19, W-25 the registration token is no access token, and an altered one is nothing', async () => {
    const { id, registration, refresh } = await register({ password: PASSWORD })
    expect(await api.refusal('GET', '/me', { token: registration })).toStrictEqual([401, 'token_invalid'])
    for (const token of [`${registration.slice(0, -2)}AA`, refresh]) {
      expect((await verify(id, token, '000000')).status).toBe(401)
    }
    const asRefresh = { body: { refreshToken: registration } }
    expect(await api.refusal('POST', '/sessions/refresh', asRefresh)).toStrictEqual([401, 'token_invalid'])
  })

  test.each([['12345'], ['abcdef'], [123456], [null], [['123456']]])(
    'what is no code (%j) is invalid input and not counted',
    async (code) => {
      const { id, access: token } = await register({ password: PASSWORD })
      const before = await api.eventCount()
      const answer = await api.call('PUT', `/users/${id}/email-verification`, { token, body: { code } })
      expect(answer.status).toBe(422)
      expect(await api.eventCount()).toBe(before)
    },
  )

  test('W-33 a code in the query is no code', async () => {
    const { id, email, access: token } = await register({ password: PASSWORD })
    const code = await codeTo(email)
    const answer = await api.call('PUT', `/users/${id}/email-verification?code=${code}`, { token })
    expect([answer.status, answer.body['code']]).toStrictEqual([422, 'invalid_input'])
  })
})

describe('another address', () => {
  const member = async () => {
    const begun = await register({ password: PASSWORD })
    await verify(begun.id, begun.access, await codeTo(begun.email))
    return begun
  }
  const ask = (token: string, email: string, currentPassword = PASSWORD) =>
    api.call('PUT', '/me/email', { token, body: { email, currentPassword } })

  test('S4-39, W-39 counts once it is confirmed, not before; then the old one is free', async () => {
    const { id, email, access: token } = await member()
    const next = newAddress()
    expect((await ask(token, next)).status).toBe(202)
    expect((await api.signIn({ email, password: PASSWORD })).userId).toBe(id)
    expect((await verify(id, token, await codeTo(next))).body).toMatchObject({ email: next })
    expect((await api.signIn({ email: next, password: PASSWORD })).userId).toBe(id)
    expect(await api.refusal('POST', '/sessions', { body: { email, password: PASSWORD } })).toStrictEqual([
      401,
      'credentials_wrong',
    ])
    expect((await api.app.mailsTo(email)).at(-1)?.subject).toBe('Your address was changed')
  })

  test('T38 takes the password; a reset goes to the old address until then', async () => {
    const { email, access: token } = await member()
    const next = newAddress()
    expect((await ask(token, next, OTHER_PASSWORD)).body['code']).toBe('credentials_wrong')
    await ask(token, next)
    await api.call('POST', '/password-resets', { body: { email: next } })
    await api.call('POST', '/password-resets', { body: { email } })
    expect((await api.app.mailsTo(next)).map(({ subject }) => subject)).toStrictEqual([
      'Confirm your address',
    ])
    expect((await api.app.mailsTo(email)).at(-1)?.subject).toBe('Set a new password')
  })

  test('a taken one is answered as a free one, and its owner told', async () => {
    const { id, email, access: token } = await member()
    const other = await member()
    expect((await ask(token, other.email)).status).toBe(202)
    expect((await api.app.mailsTo(other.email)).at(-1)?.subject).toBe('You have a user here already')
    expect((await verify(id, token, '000000')).body['code']).toBe('code_wrong')
    expect((await api.signIn({ email, password: PASSWORD })).userId).toBe(id)
  })
})

describe('leaving', () => {
  test('S4-40, S2-13, C-23 takes the password; tokens die, the address is free', async () => {
    const { id, email, access: token, refresh } = await register({ password: PASSWORD })
    await verify(id, token, await codeTo(email))
    const leave = (currentPassword: string) =>
      api.call('PUT', '/me/erasure', { token, body: { currentPassword } })
    expect((await leave(OTHER_PASSWORD)).body['code']).toBe('credentials_wrong')
    expect((await leave(PASSWORD)).status).toBe(204)
    expect((await api.call('GET', '/me', { token })).status).toBe(401)
    const again = { body: { refreshToken: refresh } }
    expect(await api.refusal('POST', '/sessions/refresh', again)).toStrictEqual([401, 'token_invalid'])
    expect((await api.call('POST', '/users', { body: { email } })).status).toBe(201)
  })

  test('C-23 the last admin stays', async () => {
    const request = { token: await adminToken(), body: { currentPassword: ADMIN.password } }
    expect(await api.refusal('PUT', '/me/erasure', request)).toStrictEqual([409, 'last_admin'])
  })
})

describe('a forgotten password', () => {
  test('is set with the mailed token, once; all sessions end', async () => {
    const { id, email, access } = await register({ password: PASSWORD })
    await verify(id, access, await codeTo(email))
    for (const address of [email, 'nobody@example.org']) {
      const answer = await api.call('POST', '/password-resets', { body: { email: address } })
      expect([answer.status, answer.body]).toStrictEqual([202, {}])
    }
    const text = (await api.app.mailsTo(email)).at(-1)?.text ?? ''
    const token = /\/password\/reset\/([\w-]+)/.exec(text)?.[1] ?? ''
    const reset = (sent = token) =>
      api.refusal('POST', '/password-resets/redemptions', {
        body: { token: sent, newPassword: OTHER_PASSWORD },
      })
    expect(await reset(`${token.slice(0, -2)}AA`)).toStrictEqual([404, 'link_not_found'])
    expect(await reset()).toStrictEqual([204, undefined])
    expect(await reset()).toStrictEqual([410, 'link_already_used'])
    expect((await api.call('GET', '/me', { token: access })).status).toBe(401)
    expect((await api.signIn({ email, password: OTHER_PASSWORD })).userId).toBe(id)
  })
})

describe('looking an address up', () => {
  const look = (at: typeof api, email: string, token?: string) =>
    at.call('GET', `/users?email=${encodeURIComponent(email)}`, { token })

  test('C-13 is for auditors and admins; others learn nothing', async () => {
    expect((await look(api, ADMIN.email)).status).toBe(401)
    expect((await look(api, 'nobody@example.org')).status).toBe(401)
    const { accessToken } = await api.member(await adminToken(), newAddress())
    expect((await look(api, ADMIN.email, accessToken)).body['code']).toBe('forbidden')
    const found = await look(api, ADMIN.email, await adminToken())
    expect(found.body).toStrictEqual({ items: [{ id: api.adminId, emailVerified: true }] })
  })

  test('S4-1, S4-2, S4-3, S4-6 with EMAIL_LOOKUP=on is for everybody; a taken address is refused', async () => {
    const telling = await Api.open({ EMAIL_LOOKUP: 'on' })
    try {
      expect((await look(telling, 'nobody@example.org')).body['code']).toBe('user_not_found')
      expect((await look(telling, ADMIN.email)).body).toMatchObject({ items: [{ emailVerified: true }] })
      await telling.call('POST', '/users', { body: { email: 'new@example.org' } })
      expect((await look(telling, 'NEW@example.org')).body).toMatchObject({
        items: [{ emailVerified: false }],
      })
      expect((await look(telling, '')).status).toBe(422)
      const taken = { body: { email: ADMIN.email } }
      expect(await telling.refusal('POST', '/users', taken)).toStrictEqual([409, 'email_already_registered'])
    } finally {
      await telling.app.dispose()
    }
  })
})

describe('the deadline', () => {
  test('S2-31, S2-33 removes who never confirmed, tokens and all; never more at once than is plausible', async () => {
    const { access } = await register({ password: PASSWORD })
    api.app.clock.advance(2 * DAY)
    await api.app.deadlines.removeDue()
    expect((await api.call('GET', '/me', { token: access })).status).toBe(401)
  })

  test('with REGISTRATION=invite nobody registers', async () => {
    const closed = await Api.open({ REGISTRATION: 'invite' })
    try {
      const request = { body: { email: newAddress() } }
      expect(await closed.refusal('POST', '/users', request)).toStrictEqual([403, 'registration_closed'])
    } finally {
      await closed.app.dispose()
    }
  })
})
