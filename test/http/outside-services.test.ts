import pino from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ADMIN } from '../support/admin.ts'
import { openTestApp, rawSqlite } from '../support/house.ts'
import { CLEARBIT_PERSON, hunterSays, json, openStub, type Stub, silence } from '../support/outside.ts'
import { linkIn, type Visitor } from '../support/visitor.ts'
import { Api } from './api/client.ts'
import { openSite, type Site } from './pages/site.ts'

const KEY = 'a-key-of-the-operator'
const PASSWORD = 'correct-horse-battery'
const EMAIL = 'newcomer@example.org'

let hunter: Stub
let clearbit: Stub
beforeEach(async () => {
  hunter = await openStub(json(hunterSays('valid', 'deliverable')))
  clearbit = await openStub(json(CLEARBIT_PERSON))
})
afterEach(async () => {
  await hunter.close()
  await clearbit.close()
})

const settings = () => ({
  EMAIL_VERIFIER_URL: hunter.url,
  EMAIL_VERIFIER_KEY: KEY,
  ENRICHMENT_URL: clearbit.url,
  ENRICHMENT_KEY: KEY,
})

describe('registering by the API with outside services', () => {
  let api: Awaited<ReturnType<typeof Api.open>>
  beforeEach(async () => {
    api = await Api.open(settings())
  })
  afterEach(() => api.app.dispose())

  const body = { email: EMAIL, password: PASSWORD }
  const verdictOf = async (id: unknown) => {
    await api.app.settled()
    return (await api.app.floor.reads.inquiries.get(String(id)))?.verdict
  }

  test('S1-36 an undeliverable address is refused before anything is written, known or unknown', async () => {
    hunter.answers(json(hunterSays('invalid', 'undeliverable')))
    const before = await api.eventCount()
    expect(await api.refusal('POST', '/users', { body })).toStrictEqual([422, 'email_undeliverable'])
    const known = { ...body, email: ADMIN.email }
    expect(await api.refusal('POST', '/users', { body: known })).toStrictEqual([422, 'email_undeliverable'])
    expect(await api.eventCount()).toBe(before)
    expect(api.app.mails).toStrictEqual([])
    expect(hunter.asked.map(({ email }) => email)).toStrictEqual([EMAIL, ADMIN.email])
  })

  test('S1-36 a repeat costs no question', async () => {
    hunter.answers(json(hunterSays('invalid', 'undeliverable')))
    for (const _ of [1, 2, 3]) await api.refusal('POST', '/users', { body })
    expect(hunter.asked).toHaveLength(1)
    expect(hunter.asked[0]?.headers['x-api-key']).toBe(KEY)
  })

  test.each([
    ['valid', 'deliverable', 'deliverable'],
    ['accept_all', 'risky', 'risky'],
    ['unknown', 'unknown', 'unknown'],
  ])('S1-36 %s is accepted, and the verdict %s is recorded', async (status, result, verdict) => {
    hunter.answers(json(hunterSays(status, result)))
    const answer = await api.call('POST', '/users', { body })
    expect(answer.status).toBe(201)
    expect(await verdictOf(answer.body['id'])).toBe(verdict)
    expect(await api.app.inquiries.askDue()).toBe(0)
    expect(hunter.asked).toHaveLength(1)
  })

  test('S1-36 a service that is silent holds nobody up for longer than three seconds; the runner asks later', async () => {
    hunter.answers(silence)
    const begun = performance.now()
    const answer = await api.call('POST', '/users', { body })
    const took = performance.now() - begun
    expect(answer.status).toBe(201)
    expect(took).toBeGreaterThan(2900)
    expect(took).toBeLessThan(4500)
    expect(await verdictOf(answer.body['id'])).toBeNull()
    hunter.answers(json(hunterSays('accept_all', 'risky')))
    expect(await api.app.inquiries.askDue()).toBe(1)
    expect(await verdictOf(answer.body['id'])).toBe('risky')
  })

  test.each<[string, () => Promise<void> | void]>([
    ['is down', () => hunter.close()],
    ['fails', () => hunter.answers(json({}, 500))],
    ['talks nonsense', () => hunter.answers((_, res) => res.end('<p>undeliverable</p>'))],
    ['says something else', () => hunter.answers(json({ data: 'undeliverable' }))],
    [
      'says too much',
      () => hunter.answers(json({ ...hunterSays('invalid', 'undeliverable'), more: 'x'.repeat(70_000) })),
    ],
    [
      'sends elsewhere',
      () => hunter.answers(json({}, 302, { location: 'http://169.254.169.254/latest/meta-data/' })),
    ],
  ])('S1-36 a service that %s is in nobody’s way', async (_, breaking) => {
    await breaking()
    const begun = performance.now()
    const answer = await api.call('POST', '/users', { body })
    expect([answer.status, await verdictOf(answer.body['id'])]).toStrictEqual([201, null])
    expect(performance.now() - begun).toBeLessThan(2500)
  })

  test('S1-36 where nobody registers, nobody is asked', async () => {
    const closed = await Api.open({ ...settings(), REGISTRATION: 'invite' })
    expect(await closed.refusal('POST', '/users', { body })).toStrictEqual([403, 'registration_closed'])
    expect(hunter.sockets()).toBe(0)
    await closed.app.dispose()
  })

  test('S1-35 who has confirmed reads what a service says of them, beside their own words; others do not', async () => {
    const { body: begun } = await api.call('POST', '/users', { body: { ...body, name: 'Ben' } })
    const [path, token] = [`/users/${String(begun['id'])}`, String(begun['accessToken'])]
    const code = /^Code: (\d{6})$/m.exec((await api.app.mailsTo(EMAIL)).at(-1)?.text ?? '')?.[1]
    await api.call('PUT', `${path}/email-verification`, { token, body: { code } })
    expect((await api.call('GET', path, { token })).body).toMatchObject({ enrichment: null })
    await api.app.inquiries.askDue()
    expect(clearbit.asked).toMatchObject([{ email: EMAIL, headers: { authorization: `Bearer ${KEY}` } }])
    expect((await api.call('GET', path, { token })).body).toMatchObject({
      name: 'Ben',
      emailVerdict: 'deliverable',
      enrichment: {
        name: 'Benjamin Bell',
        company: 'Analytical Engines',
        title: 'Engineer',
        at: api.app.clock(),
      },
    })
    const admin = await api.signIn()
    const other = await api.member(admin.accessToken, 'other@example.org')
    expect(await api.refusal('GET', path, { token: other.accessToken })).toStrictEqual([403, 'forbidden'])

    await api.call('DELETE', path, { token: admin.accessToken })
    const tables = ['events', 'inquiries', 'users']
    const left = tables.map((table) => rawSqlite(api.app.floor).db.prepare(`select * from ${table}`).all())
    expect(JSON.stringify(left)).not.toMatch(/Bell|Analytical|Engineer"/)
  })

  test('S1-35 whoever came by an invite is asked about as well, their address not judged', async () => {
    const { accessToken } = await api.signIn()
    const member = await api.member(accessToken, EMAIL)
    await api.app.inquiries.askDue()
    expect(hunter.sockets()).toBe(0)
    expect(clearbit.asked.map(({ email }) => email)).toStrictEqual([EMAIL])
    const { body: seen } = await api.call('GET', `/users/${member.userId}`, { token: accessToken })
    expect(seen).toMatchObject({ emailVerdict: null, enrichment: { company: 'Analytical Engines' } })
  })

  test('S1-35 an enrichment service that is down is in nobody’s way', async () => {
    await clearbit.close()
    const { accessToken } = await api.signIn()
    const member = await api.member(accessToken, EMAIL)
    await api.app.inquiries.askDue()
    const { body: seen } = await api.call('GET', `/users/${member.userId}`, { token: accessToken })
    expect(seen['enrichment']).toBeNull()
  })
})

describe('the pages with outside services', () => {
  let site: Site
  beforeEach(async () => {
    site = await openSite(settings())
  })
  afterEach(() => site.dispose())

  const register = async (visitor: Visitor) => {
    const fields = { name: 'Ben', email: EMAIL, password: PASSWORD, repeat: PASSWORD }
    return visitor.submit(await visitor.get('/register'), '/register', fields)
  }

  test('S1-36 who cannot be reached is told so on the form, which keeps what was typed', async () => {
    hunter.answers(json(hunterSays('invalid', 'undeliverable')))
    const before = await site.head()
    const answer = await register(site.visitor())
    expect(answer.status).toBe(422)
    expect(answer.html).toContain('No mail would reach this address.')
    expect(answer.html).toContain(`value="${EMAIL}"`)
    expect(await site.head()).toBe(before)
  })

  test('S1-35, S1-36 a user sees what is said of them, and an admin what the services said', async () => {
    const visitor = site.visitor()
    expect((await register(visitor)).location).toBe('/verify')
    const mail = (await site.mailsTo(EMAIL)).at(-1)
    const path = new URL(linkIn(mail?.text ?? '', '/verify/')).pathname
    expect((await visitor.submit(await visitor.get(path), path)).location).toBe('/')
    await site.inquiries.askDue()
    expect((await visitor.get('/profile')).html).toContain(
      '<p>Benjamin Bell, Engineer, Analytical Engines</p>',
    )
    const ben = await site.floor.reads.users.byEmail(EMAIL)
    const page = await (await site.signedInAdmin()).get(`/admin/users/${ben?.id}`)
    expect(page.html).toContain('<dt>E-mail verifier</dt><dd>mail arrives</dd>')
    expect(page.html).toContain(
      '<dt>Enrichment service</dt><dd>Benjamin Bell, Engineer, Analytical Engines</dd>',
    )
    expect(page.html).toContain('An outside service says that mail reaches the address.')
  })
})

test('S1-35, S1-36 what goes wrong with a service is in the log, and neither whom it was about nor the key', async () => {
  const lines: string[] = []
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
  const app = await openTestApp(settings(), { log })
  hunter.answers(json({ errors: [{ details: EMAIL }] }, 401))
  const answer = await fetch(`${app.address}/api/v1/users`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: EMAIL, password: PASSWORD }),
  })
  expect(answer.status).toBe(201)
  hunter.answers((req) => req.socket.destroy())
  await app.inquiries.askDue()
  await app.dispose()
  const said = lines.join('')
  expect(said).toContain('"reason":"status_401"')
  expect(said).toContain('"reason":"unreachable"')
  expect(said).not.toMatch(new RegExp(`newcomer|%40|${KEY}|${new URL(hunter.url).port}/v2`))
})
