import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ADMIN } from '../../support/admin.ts'
import { DAY, MINUTE, rawSqlite } from '../../support/house.ts'
import { expectProjectionsEqualRebuild } from '../../support/rebuild.ts'
import { Api, type Json, type Tokens, tokensOf } from './client.ts'

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const CURL = 'curl/8.14.1'

let api: Awaited<ReturnType<typeof Api.open>>
let admin: Tokens
let people = 0

beforeAll(async () => {
  api = await Api.open()
})
afterAll(() => api.app.dispose())

const signIn = async (email: string, password: string, agent: string): Promise<Tokens> => {
  api.app.clock.advance(1000)
  const answer = await api.call('POST', '/sessions', {
    body: { email, password },
    headers: { 'user-agent': agent },
  })
  expect(answer.status).toBe(201)
  return tokensOf(answer)
}

const PASSWORD = 'a long password of their own'
/** Somebody with a password of their own, signed out everywhere. */
const somebody = async () => {
  admin = await api.signIn()
  const email = `person${++people}@example.org`
  const { accessToken: token } = await api.member(admin.accessToken, email)
  await api.call('PUT', '/me/password', { token, body: { newPassword: PASSWORD } })
  expect((await api.call('DELETE', '/me/sessions?current=true', { token })).status).toBe(204)
  return { email, enter: (agent = CURL) => signIn(email, PASSWORD, agent) }
}

const itemsAt = async (path: string, { accessToken: token }: Tokens) => {
  const { status, body } = await api.call('GET', path, { token })
  expect(status).toBe(200)
  return body['items'] as Json[]
}
const sessionsOf = (who: Tokens) => itemsAt('/me/sessions', who)
const me = ({ accessToken: token }: Tokens) => api.refusal('GET', '/me', { token })

describe('GET /me/sessions', () => {
  test('lists where one is signed in, the newest first, with device, time and which one asks', async () => {
    const { enter } = await somebody()
    const one = await enter(CURL)
    const began = api.app.clock()
    const other = await enter(FIREFOX)
    const [second, first, ...rest] = await sessionsOf(one)
    expect(rest).toStrictEqual([])
    expect(first).toStrictEqual({
      id: expect.any(String),
      current: true,
      carrier: 'api',
      startedAt: began,
      lastUsedAt: began,
      expiresAt: new Date(Date.parse(began) + 30 * DAY).toISOString(),
      device: { browser: 'curl', system: null, userAgent: CURL, ip: '127.0.0.1' },
    })
    expect(second).toMatchObject({ current: false, device: { browser: 'Firefox', system: 'Linux' } })
    api.app.clock.advance(5 * MINUTE)
    await api.call('POST', '/sessions/refresh', { body: { refreshToken: other.refreshToken } })
    expect((await sessionsOf(one))[0]?.['lastUsedAt']).toBe(api.app.clock())
  })

  test('says nothing of what has ended, idled away or belongs to somebody else', async () => {
    const { enter } = await somebody()
    await enter(FIREFOX)
    api.app.clock.advance(14 * DAY)
    const left = await enter()
    await api.call('DELETE', '/sessions/current', { token: left.accessToken })
    const stays = await enter()
    expect((await sessionsOf(stays)).map(({ current }) => current)).toStrictEqual([true])
  })

  test('comes in pages', async () => {
    const { enter } = await somebody()
    for (let n = 0; n < 4; n++) await enter()
    const last = await enter()
    const seen: unknown[] = []
    let path: string | null = '/me/sessions?limit=2'
    while (path !== null) {
      const { body } = await api.call('GET', path, { token: last.accessToken })
      seen.push(...(body['items'] as Json[]).map(({ startedAt }) => startedAt))
      const cursor = body['nextCursor']
      path = cursor === null ? null : `/me/sessions?limit=2&cursor=${cursor as string}`
    }
    expect(seen).toHaveLength(5)
    expect(seen).toStrictEqual(seen.toSorted().toReversed())
  })
})

describe('DELETE /me/sessions/{id}', () => {
  test('ends one session; its tokens stop at once, the others go on; ending it again is fine', async () => {
    const { enter } = await somebody()
    const [one, other] = [await enter(), await enter()]
    const id = (await sessionsOf(one)).find(({ current }) => !current)?.['id']
    for (let n = 0; n < 2; n++) {
      const { status } = await api.call('DELETE', `/me/sessions/${String(id)}`, { token: one.accessToken })
      expect(status).toBe(204)
    }
    expect([await me(one), await me(other)]).toStrictEqual([
      [200, undefined],
      [401, 'token_invalid'],
    ])
  })

  test('somebody else’s session is none of one’s own, and goes on; an unknown one is not there either', async () => {
    const [mine, theirs] = [await (await somebody()).enter(), await (await somebody()).enter()]
    const id = String((await sessionsOf(theirs))[0]?.['id'])
    for (const target of [id, '01JNZ8K3V5Q2W9X7T4R6Y1M0AB', 'nonsense', '%00']) {
      const refused = await api.refusal('DELETE', `/me/sessions/${target}`, { token: mine.accessToken })
      expect([target, ...refused]).toStrictEqual([target, 404, 'session_not_found'])
    }
    expect(await me(theirs)).toStrictEqual([200, undefined])
  })
})

describe('DELETE /me/sessions', () => {
  test('ends all others; with current=true this one, too', async () => {
    const { enter } = await somebody()
    const [one, other, third] = [await enter(), await enter(), await enter()]
    expect((await api.call('DELETE', '/me/sessions', { token: one.accessToken })).status).toBe(204)
    expect([(await me(one))[0], (await me(other))[0], (await me(third))[0]]).toStrictEqual([200, 401, 401])
    const fourth = await enter()
    const all = await api.call('DELETE', '/me/sessions?current=true', { token: one.accessToken })
    expect(all.status).toBe(204)
    expect([(await me(one))[0], (await me(fourth))[0]]).toStrictEqual([401, 401])
  })

  test('a query that could be misread ends nothing', async () => {
    const one = await (await somebody()).enter()
    for (const query of ['current=yes', 'curent=true', 'current=true&current=false']) {
      const refused = await api.refusal('DELETE', `/me/sessions?${query}`, { token: one.accessToken })
      expect([query, ...refused]).toStrictEqual([query, 422, 'invalid_input'])
    }
    expect(await me(one)).toStrictEqual([200, undefined])
  })
})

describe('GET /me/logins', () => {
  test('S4-33 two agents are two lines, the newest first; tries that failed stand among them', async () => {
    const { email, enter } = await somebody()
    await enter(CURL)
    api.app.clock.advance(1000)
    const body = { email, password: 'wrong-password' }
    const failedAt = api.app.clock()
    await api.call('POST', '/sessions', { body, headers: { 'user-agent': CURL } })
    await api.app.settled()
    const last = await enter(FIREFOX)
    const [newest, failed, first] = await itemsAt('/me/logins', last)
    expect(newest).toMatchObject({
      at: api.app.clock(),
      result: 'succeeded',
      method: 'password',
      newDevice: true,
      device: { browser: 'Firefox' },
    })
    expect(failed).toStrictEqual({
      id: expect.any(String),
      at: failedAt,
      result: 'failed',
      method: null,
      carrier: 'api',
      newDevice: false,
      device: { browser: 'curl', system: null, userAgent: CURL, ip: '127.0.0.1' },
    })
    expect(first).toMatchObject({ result: 'succeeded', device: { browser: 'curl' } })
  })

  test('S4-34 is paged without a gap and without a double', async () => {
    const { enter } = await somebody()
    for (let n = 0; n < 6; n++) await enter()
    const last = await enter()
    const ids: unknown[] = []
    let path = '/me/logins?limit=3'
    for (let pages = 0; path !== ''; pages++) {
      const { body, headers } = await api.call('GET', path, { token: last.accessToken })
      ids.push(...(body['items'] as Json[]).map(({ id }) => id))
      const cursor = body['nextCursor']
      expect(headers.get('link') === null).toBe(cursor === null)
      path = cursor === null ? '' : `/me/logins?limit=3&cursor=${cursor as string}`
      expect(pages).toBeLessThan(5)
    }
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids).toStrictEqual((await itemsAt('/me/logins', last)).map(({ id }) => id))
  })

  test('goes back ninety days; what is older is swept away, and the tables still equal the history', async () => {
    const { enter } = await somebody()
    await enter()
    api.app.clock.advance(90 * DAY)
    const { length: before } = await itemsAt('/me/logins', await enter())
    expect(before).toBe(1)
    const rows = () =>
      rawSqlite(api.app.floor)
        .reader.prepare('select count(*) from logins where at <= ?')
        .pluck()
        .get(old()) as number
    const old = () => new Date(Date.parse(api.app.clock()) - 90 * DAY).toISOString()
    expect(rows()).toBeGreaterThan(0)
    await api.app.deadlines.sweep()
    expect(rows()).toBe(0)
    await expectProjectionsEqualRebuild(api.app.floor)
  })

  test('is forgotten with its user', async () => {
    const one = await (await somebody()).enter()
    const rows = () =>
      rawSqlite(api.app.floor)
        .reader.prepare('select count(*) from logins where user_id = ?')
        .pluck()
        .get(one.userId)
    expect(rows()).toBeGreaterThan(0)
    const erased = await api.call('PUT', '/me/erasure', {
      token: one.accessToken,
      body: { currentPassword: PASSWORD },
    })
    expect(erased.status).toBe(204)
    expect(rows()).toBe(0)
    await expectProjectionsEqualRebuild(api.app.floor)
  })
})

describe('a program that was not seen before', () => {
  const mails = async (email: string) =>
    (await api.app.mailsTo(email)).filter(({ subject }) => subject === 'A sign-in from a new device')

  test('is told of by mail: when, on what, from where, and where to end it', async () => {
    const { email, enter } = await somebody()
    await enter(CURL)
    expect(await mails(email), 'the first sign-in after joining is no news').toStrictEqual([])
    await enter(CURL)
    expect(await mails(email), 'nor is the same program').toStrictEqual([])
    await enter(FIREFOX)
    const [mail, ...more] = await mails(email)
    expect(more).toStrictEqual([])
    expect(mail?.text).toContain('Device: Firefox on Linux')
    expect(mail?.text).toContain('IP address: 127.0.0.1')
    expect(mail?.text).toMatch(/When: .* UTC/)
    expect(mail?.text).toContain(`${api.app.floor.settings.publicUrl}/profile/sessions\n`)
  })

  test('is seen for ninety days', async () => {
    const { email, enter } = await somebody()
    await enter(CURL)
    api.app.clock.advance(90 * DAY - MINUTE)
    await enter(CURL)
    expect(await mails(email)).toHaveLength(0)
    api.app.clock.advance(90 * DAY)
    await enter(CURL)
    expect(await mails(email)).toHaveLength(1)
  })
})

test('dead refresh tokens are swept, living ones are not', async () => {
  const { enter } = await somebody()
  const [one, other] = [await enter(), await enter()]
  await api.call('DELETE', '/sessions/current', { token: one.accessToken })
  const rows = () =>
    rawSqlite(api.app.floor).reader.prepare('select count(*) from refresh_generations').pluck().get()
  const before = rows() as number
  await api.app.deadlines.sweep()
  expect(rows()).toBeLessThan(before)
  const refreshed = await api.call('POST', '/sessions/refresh', {
    body: { refreshToken: other.refreshToken },
  })
  expect(refreshed.status).toBe(200)
  api.app.clock.advance(14 * DAY)
  await api.app.deadlines.sweep()
  expect(rows()).toBe(0)
  expect((await api.signIn(ADMIN)).userId).toBe(api.adminId)
})
