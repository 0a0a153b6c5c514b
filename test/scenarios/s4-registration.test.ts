import { readFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Api, type Json } from '../http/api/client.ts'
import { MINUTE } from '../support/house.ts'
import { expectProjectionsEqualRebuild } from '../support/rebuild.ts'
import { OTHER_PASSWORD, PASSWORD, registeringAt, wrong } from './registering.ts'

let api: Awaited<ReturnType<typeof Api.open>>
let people: ReturnType<typeof registeringAt>
beforeAll(async () => {
  api = await Api.open({ EMAIL_LOOKUP: 'on' })
  people = registeringAt(api)
})
afterAll(() => api.app.dispose())
afterEach(() => expectProjectionsEqualRebuild(api.app.floor))

const look = (email: string) => api.call('GET', `/users?email=${encodeURIComponent(email)}`)
const verifiedOf = ({ body }: { body: Json }) =>
  (body['items'] as Json[] | undefined)?.map(({ emailVerified }) => emailVerified)

describe('S4: from an address to a user', () => {
  test('S4-1, S4-2, S4-4, S4-5, S4-8, S4-10, S4-13, S4-14, S4-15: the whole walk, as a client goes it', async () => {
    const email = 'walk.s4@example.org'
    const unknown = await look(email)
    expect([unknown.status, unknown.body['code']]).toStrictEqual([404, 'user_not_found'])

    const { id, registration: token, body } = await people.register(email, {})
    expect(body).toMatchObject({ id, email, roles: ['temporary'], emailVerified: false })
    const found = await look(email)
    expect([found.status, verifiedOf(found)]).toStrictEqual([200, [false]])

    // Found and not confirmed: the client has a code sent.
    expect((await api.call('POST', `/users/${id}/verification-codes`, { token })).status).toBe(202)
    const early = { token, body: { password: PASSWORD } }
    expect(await api.refusal('PUT', `/users/${id}/registration`, early)).toStrictEqual([
      403,
      'email_not_verified',
    ])
    const confirmed = await people.verify(id, token, await people.codeTo(email))
    expect([confirmed.status, confirmed.body['emailVerified']]).toStrictEqual([200, true])
    const complete = await api.call('PUT', `/users/${id}/registration`, {
      token,
      body: { password: PASSWORD, name: 'Walker' },
    })
    expect(complete.body).toMatchObject({ id, email, name: 'Walker', roles: ['member'], emailVerified: true })

    // Found and confirmed: the client asks for the password.
    expect(verifiedOf(await look(email))).toStrictEqual([true])
    expect((await api.signIn({ email, password: PASSWORD })).userId).toBe(id)
    const mistyped = { body: { email, password: OTHER_PASSWORD } }
    expect(await api.refusal('POST', '/sessions', mistyped)).toStrictEqual([401, 'credentials_wrong'])
  })

  test('S4-3 a look-up without an address is invalid input', async () => {
    for (const query of ['?email=', '?email=nobody', '?email=a%40b%2Cc']) {
      const { status, body } = await api.call('GET', `/users${query}`)
      expect([query, status, body['code']]).toStrictEqual([query, 422, 'invalid_input'])
    }
  })

  test('S4-6, S4-7: a taken address is refused; of several that wait for one at once, one becomes the user', async () => {
    const email = 'taken.s46@example.org'
    const waiting = await Promise.all([1, 2, 3].map(() => people.register(email)))
    const mails = (await api.app.mailsTo(email)).map(({ text }) => /^Code: (\d{6})$/m.exec(text)?.[1] ?? '')
    const outcomes: number[] = []
    for (const { id, registration } of waiting) {
      for (const code of new Set(mails)) {
        const { status } = await people.verify(id, registration, code)
        if (status !== 422) outcomes.push(status)
        if (status === 200) break
      }
    }
    expect(outcomes.filter((status) => status === 200)).toHaveLength(1)
    expect(await api.refusal('POST', '/users', { body: { email } })).toStrictEqual([
      409,
      'email_already_registered',
    ])
    const { items } = (await look(email)).body as { items: Json[] }
    expect(items).toHaveLength(1)
  })

  test('S4-9, S4-11, S4-12: wrong and late codes confirm nothing; a new one works', async () => {
    const { id, email, registration: token } = await people.register('late.s49@example.org', {})
    const code = await people.codeTo(email)
    const refused = await people.verify(id, token, wrong(code))
    expect([refused.status, refused.body['code']]).toStrictEqual([422, 'code_wrong'])
    api.app.clock.advance(10 * MINUTE + 1000)
    const late = await people.verify(id, token, code)
    expect([late.status, late.body['code']]).toStrictEqual([410, 'code_expired'])
    expect(verifiedOf(await look(email))).toStrictEqual([false])
    await api.call('POST', `/users/${id}/verification-codes`, { token })
    api.app.clock.advance(9 * MINUTE + 59_000)
    expect((await people.verify(id, token, await people.codeTo(email))).status).toBe(200)
  })

  test('S4-8 nobody has a code sent to a user whom they are not, nor to nobody', async () => {
    const { accessToken: token } = await api.signIn()
    const other = await people.register('other.s48@example.org')
    const mails = (await api.app.mailsTo(other.email)).length
    for (const id of [other.id, api.app.house.newId()]) {
      const path = `/users/${id}/verification-codes`
      expect(await api.refusal('POST', path)).toStrictEqual([401, 'unauthenticated'])
      expect((await api.call('POST', path, { token })).status).toBe(403)
    }
    expect(await api.app.mailsTo(other.email)).toHaveLength(mails)
  })

  test('S4-41 who is not confirmed gets a session that may confirm, and little else', async () => {
    const { id, email } = await people.register('early.s441@example.org')
    const { accessToken: token } = await api.signIn({ email, password: PASSWORD })
    const change = { token, body: { name: 'Early' } }
    expect(await api.refusal('PATCH', '/me', change)).toStrictEqual([403, 'email_not_verified'])
    expect((await people.verify(id, token, await people.codeTo(email))).status).toBe(200)
    expect((await api.call('PATCH', '/me', change)).status).toBe(200)
  })
})

describe('S4: answers', () => {
  type Media = { schema?: { $ref?: string } }
  type Response = { content?: Record<string, Media>; description: string }
  type Operation = { operationId: string; responses: Record<string, Response> }
  const document = async () => {
    const answer = await fetch(`${api.app.address}/api/v1/openapi.json`)
    const { paths } = (await answer.json()) as { paths: Record<string, Record<string, Operation>> }
    return Object.values(paths).flatMap((methods) => Object.values(methods))
  }

  test('S4-17 Swagger shows them, with every step of this walk', async () => {
    const page = await fetch(`${api.app.address}/docs/api`)
    expect([page.status, (await page.text()).includes('swagger-ui-bundle.js')]).toStrictEqual([200, true])
    const start = await (await fetch(`${api.app.address}/docs/api/start.js`)).text()
    expect(start).toContain('/api/v1/openapi.json')
    const names = (await document()).map(({ operationId }) => operationId)
    expect(names).toStrictEqual(
      expect.arrayContaining([
        'listUsers', // and looks an address up
        'registerUser',
        'sendVerificationCode',
        'verifyEmail',
        'completeRegistration',
        'login',
      ]),
    )
  })

  test('S4-30 have one shape: the thing itself, or a problem with a stable code', async () => {
    for (const { operationId, responses } of await document()) {
      for (const [status, { content = {} }] of Object.entries(responses)) {
        const types = Object.keys(content)
        const isOAuth = operationId === 'issueToken' && status === '400'
        if (Number(status) >= 400 && !isOAuth)
          expect([operationId, status, types]).toStrictEqual([
            operationId,
            status,
            ['application/problem+json'],
          ])
        else if (types.length > 0)
          expect([operationId, status, types]).toStrictEqual([operationId, status, ['application/json']])
      }
    }
  })

  test('S4-50, W-38 each carries the request’s id: the caller’s own, or one that is made', async () => {
    const given = await api.call('GET', '/me', { headers: { 'x-request-id': 'trace-450' } })
    expect([given.headers.get('x-request-id'), given.body['requestId']]).toStrictEqual([
      'trace-450',
      'trace-450',
    ])
    const made = await fetch(`${api.app.address}/livez`)
    expect([made.status, made.headers.get('x-request-id')]).toStrictEqual([
      200,
      expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{26}$/),
    ])
  })
})

test('S4-23 one command runs the tests, and the README names it', () => {
  const text = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8')
  expect((JSON.parse(text('package.json')) as { scripts: Json }).scripts['test']).toBe('vitest run')
  expect(text('README.md')).toContain('npm cit')
  expect(text('Makefile')).toMatch(/^test:.*\n\tnpm test$/m)
})
