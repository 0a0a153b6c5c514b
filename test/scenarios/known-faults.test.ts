import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readSettings } from '../../src/config.ts'
import { Api, type Json } from '../http/api/client.ts'
import { ADMIN } from '../support/admin.ts'
import { DAY, HOUR } from '../support/house.ts'
import { Visitor } from '../support/visitor.ts'
import { claimsOf, OTHER_PASSWORD, PASSWORD, registeringAt } from './registering.ts'

const root = join(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const tracked = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .trim()
  .split('\n')

let api: Awaited<ReturnType<typeof Api.open>>
let people: ReturnType<typeof registeringAt>
beforeAll(async () => {
  api = await Api.open()
  people = registeringAt(api)
})
afterAll(() => api.app.dispose())

const adminToken = async () => (await api.signIn()).accessToken
const refresh = (refreshToken: string) => api.call('POST', '/sessions/refresh', { body: { refreshToken } })
const signIn = (email: string, password = PASSWORD) =>
  api.refusal('POST', '/sessions', { body: { email, password } })

describe('tokens', () => {
  test('W-17 a refresh token is good once, and an access token for minutes, not for a week', async () => {
    const { email } = await people.confirmed('rotated.w17@example.org')
    const first = await api.signIn({ email, password: PASSWORD })
    const { iat, exp } = claimsOf(first.accessToken) as { iat: number; exp: number }
    expect(exp - iat).toBe(600)
    const second = await refresh(first.refreshToken)
    expect(second.status).toBe(200)
    api.app.clock.advance(11_000)
    expect((await refresh(first.refreshToken)).body['code']).toBe('token_invalid')
    // Whoever used it twice is not known to be its owner: the session ends for both.
    expect((await refresh(String(second.body['refreshToken']))).body['code']).toBe('token_invalid')
  })

  test('W-19 a refresh token is no access token, not even on the routes of admins', async () => {
    const { refreshToken } = await api.signIn()
    for (const path of ['/me', '/users', '/invites'])
      expect(await api.refusal('GET', path, { token: refreshToken })).toStrictEqual([401, 'token_invalid'])
  })

  test('W-39 signing out kills the refresh token, and no token that is dead lives again later', async () => {
    const { email } = await people.confirmed('dead.w39@example.org')
    const used = await api.signIn({ email, password: PASSWORD })
    expect((await refresh(used.refreshToken)).status).toBe(200)
    const left = await api.signIn({ email, password: PASSWORD })
    expect((await api.call('DELETE', '/sessions/current', { token: left.accessToken })).status).toBe(204)
    for (const wait of [0, HOUR, 13 * DAY]) {
      api.app.clock.advance(wait)
      expect((await refresh(left.refreshToken)).status).toBe(401)
      if (wait > 0) expect((await refresh(used.refreshToken)).status).toBe(401)
    }
  })

  test('W-25 what an admin or anybody else is told about a user holds nothing that opens a door', async () => {
    const {
      id,
      email,
      access,
      registration,
      refresh: refreshToken,
    } = await people.register('secret.w25@example.org')
    const code = await people.codeTo(email)
    const token = await adminToken()
    const told = [
      await api.call('GET', `/users/${id}`, { token }),
      await api.call('GET', `/users?email=${encodeURIComponent(email)}`, { token }),
      await api.call('GET', '/me', { token: access }),
    ]
      .map(({ body }) => JSON.stringify(body))
      .join('\n')
    expect(told).toContain(id)
    for (const secret of [code, registration, refreshToken, PASSWORD, '$2b$'])
      expect(told).not.toContain(secret)
  })
})

describe('addresses and passwords', () => {
  test('W-23 the longest address can be registered and signed in with', async () => {
    const domain = Array.from({ length: 3 }, () => 'd'.repeat(60)).join('.')
    const email = `${'l'.repeat(64)}@${domain}.org`
    expect(email.length).toBeGreaterThan(250)
    expect(email.length).toBeLessThanOrEqual(254)
    const { id } = await people.confirmed(email)
    expect((await api.signIn({ email, password: PASSWORD })).userId).toBe(id)
  })

  test('W-11, W-35 an address is checked, and a password judged, wherever one is chosen', async () => {
    const weak = ['password', '12345678', 'short']
    for (const password of weak) {
      const body = { email: 'weak.w11@example.org', password }
      expect([password, (await api.call('POST', '/users', { body })).status]).toStrictEqual([password, 422])
    }
    const { id, email, registration: token } = await people.register('later.w35@example.org', {})
    await people.verify(id, token, await people.codeTo(email))
    for (const password of weak) {
      const { status } = await api.call('PUT', `/users/${id}/registration`, { token, body: { password } })
      expect([password, status]).toStrictEqual([password, 422])
    }
    expect((await signIn(email, 'password'))[0]).toBe(401)
    const none = { body: { email: 'notmail', password: PASSWORD } }
    expect((await api.call('POST', '/users', none)).status).toBe(422)
  })

  test('W-12 whose tokens are all dead signs in again with the password', async () => {
    const { id, email, refresh: refreshToken } = await people.confirmed('back.w12@example.org')
    api.app.clock.advance(40 * DAY)
    expect((await refresh(refreshToken)).status).toBe(401)
    expect((await api.signIn({ email, password: PASSWORD })).userId).toBe(id)
  })

  test('W-6 a second grant to a user who is there promotes them, instead of refusing the address', async () => {
    const { id, email } = await people.confirmed('promoted.w6@example.org')
    const token = await adminToken()
    const granted = await api.call('PUT', `/users/${id}/roles/admin`, { token })
    expect(granted.body['roles']).toStrictEqual(['member', 'admin'])
    expect(
      (
        await api.call('GET', '/users', {
          token: (await api.signIn({ email, password: PASSWORD })).accessToken,
        })
      ).status,
    ).toBe(200)
  })

  test('W-7 of two who redeem an invite at once one becomes the user; the first password is long and random', async () => {
    const token = await adminToken()
    const email = 'raced.w7@example.org'
    await api.issue(token, email)
    const link = await api.inviteToken(email)
    const both = await Promise.all(
      [1, 2].map(() => api.call('POST', '/invite-redemptions', { body: { token: link } })),
    )
    expect(both.map(({ status }) => status).toSorted()).toStrictEqual([201, 410])
    expect(await api.firstPassword(email)).toMatch(/^[A-Z2-7]{20,}$/)
    const mails = (await api.app.mailsTo(email)).map(({ text }) => text).join('\n')
    expect(mails).not.toContain('domain.com')
  })
})

describe('pages', () => {
  test('W-28 looking changes nothing: nobody is signed out, and nothing happens', async () => {
    const visitor = new Visitor(api.app.address)
    await visitor.signIn(ADMIN.email, ADMIN.password)
    await api.app.settled()
    const before = await api.eventCount()
    for (const path of ['/', '/register', '/verify/resend', '/password/forgot', '/', '/admin', '/profile'])
      await visitor.get(path)
    expect((await new Visitor(api.app.address).get('/')).status).toBe(200)
    expect((await visitor.get('/')).html).toContain('Log out')
    await api.app.settled()
    expect(await api.eventCount()).toBe(before)
  })

  test('W-29 registering, signing in and asking for the mail again take a form of ours; errors show no inside', async () => {
    const before = await api.eventCount()
    for (const [path, fields] of [
      ['/register', { name: '', email: 'forged.w29@example.org', password: PASSWORD, repeat: PASSWORD }],
      ['/', { login: ADMIN.email, password: ADMIN.password }],
      ['/verify/resend', { email: ADMIN.email }],
      ['/password/forgot', { email: ADMIN.email }],
    ] as const) {
      const visitor = new Visitor(api.app.address)
      await visitor.get(path)
      const { status, html } = await visitor.post(path, fields)
      expect([path, status]).toStrictEqual([path, 403])
      expect(html).not.toMatch(/\n\s+at |\.ts:\d/)
    }
    expect(await api.eventCount()).toBe(before)
  })
})

test('W-31 “confirmed”, “suspended” and “signed in” are three facts, and none stands for another', async () => {
  const { id, email, access } = await people.confirmed('facts.w31@example.org')
  const token = await adminToken()
  const facts = async () => {
    const { body } = await api.call('GET', `/users/${id}`, { token })
    return [body['emailVerified'], body['suspendedAt'] !== null]
  }
  expect(await facts()).toStrictEqual([true, false])
  await api.call('DELETE', '/sessions/current', { token: access })
  expect(await facts()).toStrictEqual([true, false])
  await api.call('PUT', `/users/${id}/suspension`, { token })
  expect(await facts()).toStrictEqual([true, true])
  expect(await signIn(email)).toStrictEqual([403, 'user_suspended'])
  expect((await signIn(email, OTHER_PASSWORD))[0]).toBe(401)
  await api.call('DELETE', `/users/${id}/suspension`, { token })
  expect(await facts()).toStrictEqual([true, false])
})

describe('the repository', () => {
  test('W-23, W-36 has no secret, no key pair, no environment file and no database; production makes none up', () => {
    expect(
      tracked.filter((file) => /(^|\/)\.env(?!\.example$)|\.db$|\.pem$|\.key$/.test(file)),
    ).toStrictEqual([])
    const sources = tracked.filter((file) => /^(src|bin|scripts|migrations)\//.test(file))
    expect(sources.length).toBeGreaterThan(100)
    for (const file of sources)
      expect([file, /BEGIN [A-Z ]*KEY/.test(read(file))]).toStrictEqual([file, false])
    const settings = { PROFILE: 'production', PUBLIC_URL: 'https://id.example.org' }
    expect(() => readSettings(settings)).toThrow(/SECRET/)
  })

  test('W-23 no migration holds a value that belongs to a setting', () => {
    for (const file of tracked.filter((one) => one.startsWith('migrations/') && one.endsWith('.sql')))
      expect([file, /insert into\s+(users|password_hashes)/i.test(read(file))]).toStrictEqual([file, false])
  })

  test('W-32 each migration has its way up and its way down, for each engine', () => {
    for (const engine of readdirSync(join(root, 'migrations'))) {
      const files = readdirSync(join(root, 'migrations', engine))
      const names = (way: string) =>
        files.filter((file) => file.endsWith(`.${way}.sql`)).map((file) => file.replace(`.${way}.sql`, ''))
      expect(names('up').toSorted()).toStrictEqual(names('down').toSorted())
      expect(names('up').length).toBeGreaterThan(5)
    }
  })

  test('W-4 what the README calls is there, dead code is looked for, and nothing strays in the root', async () => {
    const { paths } = (await (await fetch(`${api.app.address}/api/v1/openapi.json`)).json()) as {
      paths: Json
    }
    const known = Object.keys(paths).map((path) => path.replaceAll(/\{\w+\}/g, '$'))
    const called = [...read('README.md').matchAll(/^curl .*?\$base(\/[\w/$-]+)/gm)].map(([, path = '']) =>
      path.replaceAll(/\$\w+/g, '$'),
    )
    expect(called.length).toBeGreaterThan(4)
    expect(called.filter((path) => !known.includes(path))).toStrictEqual([])
    expect(
      (JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts['lint'],
    ).toContain('knip')
    expect(tracked.filter((file) => /^[^/]+\.(?:js|mjs|py)$/.test(file))).toStrictEqual([])
  })
})
