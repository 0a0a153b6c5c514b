import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { operationsOf } from '../../src/http/api/index.ts'
import { Api, type Json } from '../http/api/client.ts'
import { referringAt } from '../http/api/referring.ts'
import { environmentIn, run, serve } from '../support/cli.ts'
import { freePort, MINUTE, temporaryFolder } from '../support/house.ts'
import { CLEARBIT_PERSON, hunterSays, json, openStub, silence } from '../support/outside.ts'

const root = join(import.meta.dirname, '../..')

let api: Awaited<ReturnType<typeof Api.open>>
let people: ReturnType<typeof referringAt>
beforeAll(async () => {
  api = await Api.open({ THROTTLE: 'off' })
  people = referringAt(api)
})
afterAll(() => api.app.dispose())

describe('S1: tokens', () => {
  test('S1-5 a bearer token lets in; none, a malformed, a forged and an expired one do not', async () => {
    const { token } = await people.member()
    expect((await api.call('GET', '/me', { token })).status).toBe(200)
    const [head, , signature] = token.split('.')
    const claims = Buffer.from(JSON.stringify({ sub: api.adminId, exp: 4e9 })).toString('base64url')
    const unsigned = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url')
    for (const forged of ['nonsense', `${head}.${claims}.${signature}`, `${unsigned}.${claims}.`])
      expect(await api.refusal('GET', '/me', { token: forged })).toStrictEqual([401, 'token_invalid'])
    expect(await api.refusal('GET', '/me')).toStrictEqual([401, 'unauthenticated'])
    api.app.clock.advance(10 * MINUTE)
    expect(await api.refusal('GET', '/me', { token })).toStrictEqual([401, 'token_expired'])
  })

  test('S1-6 there is the token endpoint of OAuth 2.0, with its own errors', async () => {
    const { email, id } = await people.member()
    const ask = (fields: Record<string, string>) =>
      api.call('POST', '/oauth/token', {
        raw: new URLSearchParams(fields).toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      })
    const granted = await ask({ grant_type: 'password', username: email, password: people.password })
    expect([granted.status, granted.body]).toStrictEqual([
      200,
      {
        access_token: expect.any(String),
        token_type: 'Bearer',
        expires_in: 600,
        refresh_token: expect.any(String),
      },
    ])
    const me = await api.call('GET', '/me', { token: String(granted.body['access_token']) })
    expect(me.body['id']).toBe(id)
    const wrong = await ask({ grant_type: 'password', username: email, password: 'not this one' })
    expect([wrong.status, wrong.body['error']]).toStrictEqual([400, 'invalid_grant'])
    const other = await ask({ grant_type: 'telepathy', username: email, password: people.password })
    expect([other.status, other.body['error']]).toStrictEqual([400, 'unsupported_grant_type'])
  })

  test('S1-7, S1-8: a refresh token brings two new ones and is spent; garbage and an expired one bring none', async () => {
    const { email } = await people.member()
    const first = await api.signIn({ email, password: people.password })
    const refresh = (refreshToken: string) =>
      api.call('POST', '/sessions/refresh', { body: { refreshToken } })
    const { status, body } = await refresh(first.refreshToken)
    expect(status).toBe(200)
    expect((await api.call('GET', '/me', { token: String(body['accessToken']) })).status).toBe(200)
    expect(body['refreshToken']).not.toBe(first.refreshToken)
    api.app.clock.advance(MINUTE)
    for (const dead of [first.refreshToken, 'garbage', String(body['refreshToken'])])
      expect((await refresh(dead)).status).toBe(401) // the last one because the first was shown twice
    const late = await api.signIn({ email, password: people.password })
    api.app.clock.advance(15 * 24 * 60 * MINUTE)
    expect((await refresh(late.refreshToken)).status).toBe(401)
  })
})

describe('S1: the routes and their description', () => {
  test('S1-32 who is anonymous may register and sign in; everything else asks for a token', async () => {
    for (const path of ['/', '/register']) {
      expect((await fetch(`${api.app.address}${path}`, { redirect: 'manual' })).status).toBe(200)
    }
    expect((await people.register()).status).toBe(201)
    const closed = operationsOf(api.app.house).filter(({ who }) => who !== 'anonymous' && who !== 'anyone')
    expect(closed.length).toBeGreaterThan(40)
    for (const { method, path, operationId } of closed) {
      const concrete = path.replace(':id', api.adminId).replace(':role', 'auditor')
      const { status, body } = await api.call(method.toUpperCase(), concrete)
      expect([operationId, status, body['code']]).toStrictEqual([operationId, 401, 'unauthenticated'])
    }
    const open = operationsOf(api.app.house).flatMap(({ who, operationId }) =>
      who === 'anonymous' || who === 'anyone' ? [operationId] : [],
    )
    expect(open.toSorted()).toStrictEqual([
      'issueToken',
      'listUsers',
      'login',
      'previewInvite',
      'redeemInvite',
      'refreshSession',
      'registerUser',
      'requestPasswordReset',
      'resetPassword',
    ])
  })

  test('S1-33, S1-34: there is a page to read the API, and a file with every route in it', async () => {
    const page = await fetch(`${api.app.address}/docs/api`)
    expect([page.status, page.headers.get('content-type')]).toStrictEqual([200, 'text/html; charset=utf-8'])
    expect(await page.text()).toContain('swagger-ui')
    const { document } = api.contract
    expect(document.openapi).toMatch(/^3\.1\./)
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    )
    const real = operationsOf(api.app.house).map(
      ({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`,
    )
    expect(described.toSorted()).toStrictEqual(real.toSorted())
  })

  test('S1-49 of each route it says what comes back: when it is done, when the input is wrong, and without a token', () => {
    for (const { operationId, method, path, who, body, answers } of operationsOf(api.app.house)) {
      const template = path.replace(/:(\w+)/g, '{$1}')
      const responses = api.contract.document.paths[template]?.[method]?.responses ?? {}
      const done = Object.entries(answers).filter(([, { schema }]) => schema)
      for (const [status] of done) {
        expect(responses[status]?.content, `${operationId} ${status}`).toHaveProperty([
          'application/json',
          'schema',
        ])
      }
      const refused = [
        ...(body && operationId !== 'issueToken' ? ['422'] : []),
        ...(who === 'anonymous' ? [] : ['401']),
      ]
      for (const status of refused) {
        const content = responses[status]?.content
        expect(content, `${operationId} ${status}`).toHaveProperty(['application/problem+json', 'schema'])
      }
    }
  })
})

describe('S1: outside services', () => {
  test('S1-35, S1-36: one says more of who registers, another whether the address exists', async () => {
    const hunter = await openStub(json(hunterSays('invalid', 'undeliverable')))
    const clearbit = await openStub(json(CLEARBIT_PERSON))
    const some = await Api.open({
      EMAIL_VERIFIER_URL: hunter.url,
      ENRICHMENT_URL: clearbit.url,
      THROTTLE: 'off',
    })
    try {
      const those = referringAt(some)
      const refused = await those.register()
      expect([refused.status, refused.body['code']]).toStrictEqual([422, 'email_undeliverable'])
      hunter.answers(json(hunterSays('valid', 'deliverable')))
      const { id } = await those.member()
      await some.app.settled()
      await some.app.inquiries.askDue()
      const { accessToken: token } = await some.signIn()
      const { body } = await some.call('GET', `/users/${id}`, { token })
      expect(body).toMatchObject({
        emailVerdict: 'deliverable',
        enrichment: { company: 'Analytical Engines', title: 'Engineer' },
      })
    } finally {
      await some.app.dispose()
      await Promise.all([hunter.close(), clearbit.close()])
    }
  })

  test('S1-41 while one does not answer, everybody else is served', async () => {
    const hunter = await openStub(silence)
    const some = await Api.open({ EMAIL_VERIFIER_URL: hunter.url, THROTTLE: 'off' })
    try {
      const { accessToken: token } = await some.signIn()
      let isAnswered = false
      const waiting = referringAt(some)
        .register()
        .finally(() => {
          isAnswered = true
        })
      await expect.poll(() => hunter.asked.length, { timeout: 15_000 }).toBe(1)
      for (let n = 0; n < 5; n++) expect((await some.call('GET', '/me', { token })).status).toBe(200)
      expect(isAnswered).toBe(false)
      expect((await waiting).status).toBe(201)
    } finally {
      await some.app.dispose()
      await hunter.close()
    }
  })
})

describe('S1: running it', () => {
  let folder: string
  let remove: () => void
  let services: ReturnType<typeof serve>[]
  beforeEach(() => {
    services = []
    ;({ folder, remove } = temporaryFolder())
  })
  afterEach(async () => {
    await Promise.all(services.map(({ stop }) => stop('SIGKILL')))
    remove()
  })

  test('S1-38 the README says what it is, how to start it and how to test it; what it says can be done', async () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8')
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>
    }
    const named = [...readme.matchAll(/npm (?:run )?([a-z][\w:-]*)/g)].map(([, name = '']) => name)
    expect(named).toEqual(expect.arrayContaining(['ci', 'start', 'cit']))
    const builtIn = ['ci', 'cit']
    expect(named.filter((name) => !(name in scripts) && !builtIn.includes(name))).toStrictEqual([])
    expect(scripts['start']).toBe('node src/main.ts serve')
    const port = await freePort()
    const service = serve(folder, port)
    services.push(service)
    await service.listening
    expect((await fetch(`http://127.0.0.1:${port}/livez`)).status).toBe(200)
  })

  test('S1-39, S1-40: the tables come from migrations, into the database that is configured', async () => {
    for (const name of ['one.db', 'other.db']) {
      const file = join(folder, name)
      const env = { DATABASE_URL: `sqlite:${file}` }
      expect((await run(folder, ['migrate', 'up'], { env })).code).toBe(0)
      const db = new Database(file, { readonly: true })
      const tables = db.prepare(`select name from sqlite_master where type = 'table'`).pluck().all()
      db.close()
      expect(tables).toEqual(expect.arrayContaining(['events', 'users', 'referral_codes', 'referrals']))
    }
    const one = { DATABASE_URL: `sqlite:${join(folder, 'one.db')}` }
    const invited = await run(folder, ['admin', 'grant', 'ada.s140@example.org'], { env: one })
    expect([invited.code, invited.err]).toStrictEqual([0, ''])
    const listed = async (name: string): Promise<Json[]> => {
      const env = { DATABASE_URL: `sqlite:${join(folder, name)}` }
      return JSON.parse((await run(folder, ['user', 'list', '--json'], { env })).out) as Json[]
    }
    expect((await listed('one.db')).map(({ email }) => email)).toStrictEqual(['ada.s140@example.org'])
    expect(await listed('other.db')).toStrictEqual([])
    expect(environmentIn(folder)['DATABASE_URL']).not.toBe(one.DATABASE_URL)
  })
})
