import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { DAY, rawSqlite } from '../../support/house.ts'
import { Api, type Json, type Tokens } from './client.ts'

let api: Awaited<ReturnType<typeof Api.open>>
let admin: Tokens
let people = 0

beforeAll(async () => {
  api = await Api.open()
})
beforeEach(async () => {
  admin = await api.signIn()
})
afterAll(() => api.app.dispose())

const fresh = (count: number) => Array.from({ length: count }, () => `person${++people}@example.org`)
const post = (body: unknown, headers: Record<string, string> = {}) =>
  api.call('POST', '/invites/imports', { token: admin.accessToken, body, headers })
const csv = (raw: string, query = '') =>
  api.call('POST', `/invites/imports${query}`, {
    token: admin.accessToken,
    raw,
    headers: { 'content-type': 'text/csv' },
  })
const rowsOf = ({ body }: { body: Json }) =>
  (body['rows'] as Json[]).map(({ line, email, outcome, code }) => [line, email, outcome, code])
const countsOf = ({ body }: { body: Json }) =>
  Object.fromEntries(
    Object.entries(body['counts'] as Record<string, number>).filter(([, count]) => count > 0),
  )

describe('importInvites', () => {
  test('issues what can be issued and names every line that cannot, with its reason', async () => {
    const [ada = '', bob = '', eve = ''] = fresh(3)
    await api.member(admin.accessToken, eve)
    await api.issue(admin.accessToken, bob)
    const answer = await post({
      rows: [
        { email: ada },
        { email: bob },
        { email: eve },
        { email: ada.toUpperCase() },
        { email: 'nobody' },
      ],
    })
    expect([answer.status, answer.body['state']]).toStrictEqual([202, 'done'])
    expect(rowsOf(answer)).toStrictEqual([
      [1, ada, 'issued', null],
      [2, bob, 'already-open', 'invite_already_open'],
      [3, eve, 'already-registered', 'email_already_registered'],
      [4, ada, 'duplicate', 'address_duplicate'],
      [5, 'nobody', 'invalid', 'address_malformed'],
    ])
    const [first] = answer.body['rows'] as Json[]
    const invite = await api.call('GET', `/invites/${String(first?.['inviteId'])}`, {
      token: admin.accessToken,
    })
    expect([invite.body['email'], invite.body['issuedBy']]).toStrictEqual([ada, `user:${admin.userId}`])
    const where = answer.headers.get('location')?.replace('/api/v1', '') ?? ''
    const again = await api.call('GET', `${where}?which=problems&limit=3`, { token: admin.accessToken })
    expect(rowsOf(again).map(([line]) => line)).toStrictEqual([2, 3, 4])
    const rest = await api.call('GET', `${where}?which=problems&cursor=${String(again.body['nextCursor'])}`, {
      token: admin.accessToken,
    })
    expect([rowsOf(rest).map(([line]) => line), rest.body['nextCursor']]).toStrictEqual([[5], null])
  })

  test('a list that is sent again issues nothing twice; one that overlaps issues the rest', async () => {
    const list = fresh(3)
    expect(countsOf(await csv(list.join('\n')))).toStrictEqual({ issued: 3 })
    const events = await api.eventCount()
    expect(countsOf(await csv(list.join('\n')))).toStrictEqual({ 'already-open': 3 })
    expect(await api.eventCount()).toBe(events)
    expect(countsOf(await csv([...list, ...fresh(1)].join('\n')))).toStrictEqual({
      'already-open': 3,
      issued: 1,
    })
  })

  test('two lists at the same time never issue two invites to one address', async () => {
    const list = fresh(40)
    const answers = await Promise.all([csv(list.join('\n')), csv(list.toReversed().join('\n'))])
    const issued = answers.map((answer) => countsOf(answer)['issued'] ?? 0)
    expect(issued.reduce((sum, count) => sum + count, 0)).toBe(40)
  })

  test('a dry run issues nothing until somebody says start, and cancel stops what has not been issued', async () => {
    const list = fresh(250)
    const before = await api.eventCount()
    const dry = await csv(`email\n${list.join('\n')}`, '?dryRun=true')
    expect([dry.body['state'], dry.body['dryRun'], countsOf(dry)]).toStrictEqual([
      'waiting',
      true,
      { issuable: 250 },
    ])
    expect(await api.eventCount()).toBe(before)
    const path = `/invites/imports/${String(dry.body['id'])}`
    const started = await api.call('POST', `${path}/start`, { token: admin.accessToken })
    expect([started.body['state'], countsOf(started)]).toStrictEqual([
      'running',
      { issuable: 50, issued: 200 },
    ])
    const cancelled = await api.call('DELETE', path, { token: admin.accessToken })
    expect([cancelled.body['state'], await api.app.imports.runDue()]).toStrictEqual(['cancelled', 0])
    await api.call('POST', `${path}/start`, { token: admin.accessToken })
    const done = await api.call('GET', path, { token: admin.accessToken })
    expect([done.body['state'], countsOf(done)]).toStrictEqual(['done', { issued: 250 }])
    expect(await api.refusal('DELETE', path, { token: admin.accessToken })).toStrictEqual([
      409,
      'import_ended',
    ])
    expect(await api.refusal('POST', `${path}/start`, { token: admin.accessToken })).toStrictEqual([
      409,
      'import_ended',
    ])
  })

  test('columns say role, language and deadline', async () => {
    const [ada = ''] = fresh(1)
    const answer = await csv(`до;роль;почта;язык\n31.03.2026;аудитор;${ada};русский\n`)
    const [row] = answer.body['rows'] as Json[]
    const invite = await api.app.floor.reads.invites.get(String(row?.['inviteId']), api.app.clock())
    expect([invite?.role, invite?.locale, invite?.expiresAt]).toStrictEqual([
      'auditor',
      'ru',
      '2026-03-31T23:59:59.999Z',
    ])
  })

  test('the same Idempotency-Key is the same import; another list under it is refused', async () => {
    const [ada, bob] = fresh(2)
    const headers = { 'idempotency-key': `import-${ada}` }
    const first = await post({ rows: [{ email: ada }] }, headers)
    const again = await post({ rows: [{ email: ada }] }, headers)
    expect([again.body['id'], countsOf(again)]).toStrictEqual([first.body['id'], { issued: 1 }])
    const other = await post({ rows: [{ email: bob }] }, headers)
    expect([other.status, other.body['code']]).toStrictEqual([422, 'idempotency_key_reused'])
  })

  test('T39 what is no list, or too much, is refused and nothing is issued', async () => {
    const before = await api.eventCount()
    const code = async (answer: Promise<{ status: number; body: Json }>) => {
      const { status, body } = await answer
      return [status, body['code']]
    }
    expect(await code(csv('\n\n'))).toStrictEqual([422, 'import_empty'])
    expect(await code(csv('email\n"ada@example.org\n'))).toStrictEqual([422, 'import_unreadable'])
    expect(await code(post({}))).toStrictEqual([422, 'invalid_input'])
    expect(await code(post({ csv: 'x'.repeat(5_300_000) }))).toStrictEqual([413, 'body_too_large'])
    const long = Array.from({ length: 100_001 }, (_, n) => `p${n}@example.org`).join('\n')
    expect(await code(csv(long))).toStrictEqual([422, 'import_too_long'])
    expect(await api.eventCount()).toBe(before)
  })

  test('an admin who has lost the role meanwhile issues nothing more', async () => {
    const [ada = ''] = fresh(1)
    const id = api.app.house.newId()
    await api.app.house.imports.plan([Buffer.from(ada)], { id, actor: `user:${api.app.house.newId()}` })
    await api.app.house.imports.begin(id)
    expect(await api.app.house.imports.advance(id)).toBe('ended')
    const [line] = await api.app.house.imports.lines(id, { which: 'all', after: 0, limit: 1 })
    expect([line?.outcome, line?.code]).toStrictEqual(['refused', 'not_allowed'])
  })

  test('a day after its end an import is forgotten, addresses and key', async () => {
    const { body } = await csv(fresh(2).join('\n'))
    api.app.clock.advance(DAY)
    await api.app.deadlines.sweep()
    admin = await api.signIn()
    expect(
      await api.refusal('GET', `/invites/imports/${String(body['id'])}`, { token: admin.accessToken }),
    ).toStrictEqual([404, 'import_not_found'])
    const left = (table: string) =>
      rawSqlite(api.app.floor).db.prepare(`select count(*) as n from ${table}`).get()
    expect([left('imports'), left('import_chunks')]).toStrictEqual([{ n: 0 }, { n: 0 }])
  })
})
