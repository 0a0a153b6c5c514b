import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DAY } from '../../support/house.ts'
import { Api, type Json, type Reply, type Tokens } from './client.ts'

let api: Awaited<ReturnType<typeof Api.open>>
let admin: Tokens

beforeAll(async () => {
  api = await Api.open()
  admin = await api.signIn()
})
afterAll(() => api.app.dispose())

const list = (query: string, token = admin.accessToken): Promise<Reply> =>
  api.call('GET', `/users?${query}`, { token })
const idsIn = ({ body }: Reply) => (body['items'] as Json[]).map(({ id }) => id)
const ids = async (query: string) => idsIn(await list(query))

let people = 0
const member = async (name?: string, email = `person${++people}@example.org`): Promise<string> => {
  api.app.clock.advance(1)
  const { userId, accessToken } = await api.member(admin.accessToken, email)
  if (name !== undefined) await api.call('PATCH', '/me', { token: accessToken, body: { name } })
  return userId
}

describe('the list of users', () => {
  test('S2-10: is for admins and auditors', async () => {
    const { accessToken } = await api.member(admin.accessToken, 'nosy@example.org')
    const auditor = await api.member(admin.accessToken, 'auditor@example.org', { role: 'auditor' })
    expect([
      (await api.call('GET', '/users')).status,
      (await list('', accessToken)).status,
      (await list('', auditor.accessToken)).status,
      (await list('')).status,
    ]).toStrictEqual([401, 403, 200, 200])
  })

  test.each([
    ['Зинаида Ермольева', 'ЗИНАИДА', 'ермоль'],
    ['Ёлкин Щукарь', 'ёлкин', 'ЩУКАРЬ'],
    ['Ángela Ruiz', 'ÁNGELA', 'ángela r'],
    ['ΟΔΥΣΣΕΥΣ', 'οδυσσ', 'Οδυ'],
    ['ＷＩＤＥ letters', 'wide', 'Letters'],
  ])('S0-27: finds %s whatever the case of its letters', async (name, ...searches) => {
    const id = await member(name)
    for (const search of searches) {
      expect(await ids(`search=${encodeURIComponent(search)}`)).toStrictEqual([id])
    }
  })

  test('finds by the new name after a change, and no longer by the old one', async () => {
    const id = await member('Федосья')
    const body = { name: 'Аграфена' }
    await api.call('PATCH', `/users/${id}`, { token: admin.accessToken, body })
    expect(await ids(`search=${encodeURIComponent('федос')}`)).toStrictEqual([])
    expect(await ids(`search=${encodeURIComponent('АГРАФ')}`)).toStrictEqual([id])
  })

  test('is filtered by state: confirmed, waiting to be confirmed, or suspended', async () => {
    const search = 'search=stately'
    const active = await member(undefined, 'stately.active@example.org')
    const suspended = await member(undefined, 'stately.suspended@example.org')
    await api.call('PUT', `/users/${suspended}/suspension`, { token: admin.accessToken })
    const body = { email: 'stately.waiting@example.org', password: 'a long enough password' }
    expect((await api.call('POST', '/users', { body })).status).toBe(201)
    const [waiting] = await api.app.floor.reads.users.waitingFor(body.email)
    expect(await ids(`${search}&state=active`)).toStrictEqual([active])
    expect(await ids(`${search}&state=suspended`)).toStrictEqual([suspended])
    expect(await ids(`${search}&state=unverified`)).toStrictEqual([waiting?.id])
    expect(await ids(search)).toHaveLength(3)
  })

  test('is filtered by when somebody registered: from a moment on, up to another one', async () => {
    const before = await member(undefined, 'dated.before@example.org')
    api.app.clock.advance(2 * DAY)
    const since = api.app.clock()
    admin = await api.signIn()
    const inside = await member(undefined, 'dated.inside@example.org')
    api.app.clock.advance(2 * DAY)
    const until = api.app.clock()
    admin = await api.signIn()
    const behind = await member(undefined, 'dated.behind@example.org')
    const dated = (query: string) => ids(`search=dated&${query}`)
    expect(await dated(`registeredSince=${since}&registeredBefore=${until}`)).toStrictEqual([inside])
    expect(await dated(`registeredSince=${until}`)).toStrictEqual([behind])
    expect(await dated(`registeredBefore=${since.slice(0, 10)}`)).toStrictEqual([before])
    const shifted = `${since.slice(0, -1)}%2B00:00`
    expect(await dated(`registeredSince=${shifted}&registeredBefore=${until}`)).toStrictEqual([inside])
  })

  test.each([
    'state=erased',
    'state=ACTIVE',
    'role=member',
    'registeredSince=yesterday',
    'registeredBefore=2026-02-30',
    'limit=0',
    'limit=101',
    'cursor=made-up',
    'sort=password_hash',
    'search=one&search=two',
    `search=${'x'.repeat(255)}`,
  ])('refuses a question that can’t be meant: %s', async (query) => {
    expect((await list(query)).status).toBe(422)
  })
})

describe('S2-11: its pages', () => {
  const walk = async (limit: number, query: string, meanwhile?: () => Promise<unknown>) => {
    const seen: unknown[] = []
    let cursor: string | null = null
    do {
      const page: Reply = await list(`${query}&limit=${limit}${cursor === null ? '' : `&cursor=${cursor}`}`)
      expect(page.status).toBe(200)
      seen.push(...idsIn(page))
      cursor = page.body['nextCursor'] as string | null
      await meanwhile?.()
    } while (cursor !== null)
    return seen
  }

  test('are disjoint, complete and in a stable order, whatever their size', async () => {
    for (let n = 0; n < 7; n++) await member(undefined, `paged${n}@example.org`)
    const whole = await ids('search=paged')
    expect(whole).toHaveLength(7)
    for (const limit of [1, 2, 3, 7, 100]) expect(await walk(limit, 'search=paged')).toStrictEqual(whole)
  })

  test('hold nobody twice and miss nobody while others come in', async () => {
    const whole = await ids('search=paged')
    let n = 0
    const seen = await walk(2, 'search=paged', () => member(undefined, `paged.late${n++}@example.org`))
    expect(seen).toStrictEqual(whole)
  })

  test('hold 50 unless asked otherwise', async () => {
    const seen = await list('')
    expect((seen.body['items'] as Json[]).length).toBeLessThanOrEqual(50)
    const parameters = api.contract.document.paths['/users']?.['get']?.parameters
    const limit = parameters?.find(({ name }) => name === 'limit') as { schema?: object } | undefined
    expect(limit?.schema).toMatchObject({ default: 50, maximum: 100 })
  })
})
