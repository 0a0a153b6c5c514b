import { afterAll, beforeAll, expect, test } from 'vitest'
import { HOUR } from '../../support/house.ts'
import { Api, type Json, type Tokens } from './client.ts'

let api: Awaited<ReturnType<typeof Api.open>>
let admin: Tokens
const ids: string[] = []

beforeAll(async () => {
  api = await Api.open()
  admin = await api.signIn()
  for (let n = 1; n <= 7; n++) {
    ids.unshift((await api.issue(admin.accessToken, `guest-${n}@example.org`)).id)
    api.app.clock.advance(1000)
  }
})
afterAll(() => api.app.dispose())

type Listed = {
  readonly items: readonly Json[]
  readonly nextCursor: string | null
  readonly link: string | null
}

const list = async (query: string): Promise<Listed> => {
  const { status, body, headers } = await api.call('GET', query, { token: admin.accessToken })
  expect(status).toBe(200)
  return {
    items: body['items'] as Json[],
    nextCursor: body['nextCursor'] as string | null,
    link: headers.get('link'),
  }
}
const idsIn = ({ items }: Listed) => items.map(({ id }) => id)

test('pages lead on by cursor until there is none; together they are the list, newest first', async () => {
  const seen: unknown[] = []
  let cursor: string | null = null
  const sizes = []
  do {
    const page: Listed = await list(`/invites?limit=3${cursor === null ? '' : `&cursor=${cursor}`}`)
    seen.push(...idsIn(page))
    sizes.push(page.items.length)
    cursor = page.nextCursor
  } while (cursor !== null)
  expect(seen).toStrictEqual(ids)
  expect(sizes).toStrictEqual([3, 3, 1])
})

test('a last page that is full has no next one', async () => {
  const page = await list('/invites?limit=7')
  expect([page.items.length, page.nextCursor, page.link]).toStrictEqual([7, null, null])
})

test('the Link header leads to the same next page, with the same filters', async () => {
  const first = await list('/invites?limit=2&state=open&issuedBy=operator')
  expect(first.items).toStrictEqual([])
  const page = await list(`/invites?limit=2&state=open&issuedBy=user:${api.adminId}`)
  const next = /^<([^>]+)>; rel="next"$/.exec(page.link ?? '')?.[1] ?? ''
  const url = new URL(next, api.app.address)
  expect(Object.fromEntries(url.searchParams)).toStrictEqual({
    state: 'open',
    issuedBy: `user:${api.adminId}`,
    limit: '2',
    cursor: page.nextCursor,
  })
  expect(idsIn(await list(next.replace('/api/v1', '')))).toStrictEqual(ids.slice(2, 4))
})

test('what is issued meanwhile does not disturb the pages', async () => {
  const first = await list('/invites?limit=4')
  const { id } = await api.issue(admin.accessToken, 'meanwhile@example.org')
  const second = await list(`/invites?limit=4&cursor=${first.nextCursor}`)
  expect([...idsIn(first), ...idsIn(second)]).toStrictEqual(ids)
  ids.unshift(id)
})

test('invites are found by address in any spelling, by state and by delivery', async () => {
  expect(idsIn(await list('/invites?email=GUEST-3%40Example.org'))).toStrictEqual([ids[5]])
  await api.app.mailsTo('nobody')
  expect((await list('/invites?delivery=sent')).items).toHaveLength(8)
  expect((await list('/invites?delivery=queued')).items).toHaveLength(0)
  const { id } = await api.issue(admin.accessToken, 'short@example.org', { expiresIn: '1h' })
  await api.call('DELETE', `/invites/${ids[0]}`, { token: admin.accessToken })
  api.app.clock.advance(HOUR)
  admin = await api.signIn()
  expect(idsIn(await list('/invites?state=expired'))).toStrictEqual([id])
  expect(idsIn(await list('/invites?state=revoked'))).toStrictEqual([ids[0]])
  expect(idsIn(await list('/invites?state=open&email=guest-1%40example.org'))).toStrictEqual([ids[7]])
  expect((await list('/invites?state=redeemed')).items).toHaveLength(0)
})

test('users come in pages too', async () => {
  await api.member(admin.accessToken, 'guest-1@example.org')
  const first = await list('/users?limit=1')
  const second = await list(`/users?limit=1&cursor=${first.nextCursor}`)
  expect(idsIn(second)).toStrictEqual([api.adminId])
  expect(second.nextCursor).toBeNull()
})

test.each([
  ['limit=0', '/limit', 'too_small'],
  ['limit=101', '/limit', 'too_big'],
  ['limit=-1', '/limit', 'too_small'],
  ['limit=1.5', '/limit', 'invalid_type'],
  ['limit=many', '/limit', 'invalid_type'],
  ['limit=1&limit=2', '/limit', 'invalid_type'],
  ['cursor=!!!', '/cursor', 'cursor_malformed'],
  ['cursor=', '/cursor', 'cursor_malformed'],
  ['cursor=J29yIDE9MQ', '/cursor', 'cursor_malformed'],
  [`cursor=${'A'.repeat(65)}`, '/cursor', 'too_big'],
  ['state=dead', '/state', 'invalid_value'],
  ['state=open&state=revoked', '/state', 'invalid_value'],
  ['delivery=lost', '/delivery', 'invalid_value'],
  ['email=nobody', '/email', 'address_malformed'],
  ['email=', '/email', 'address_missing'],
  ['page=2', '/page', 'unknown_field'],
  ['__proto__[x]=1', '', 'unknown_field'],
])('?%s is refused', async (query, pointer, code) => {
  const { status, body } = await api.call('GET', `/invites?${query}`, { token: admin.accessToken })
  const errors = (body['errors'] as Json[]).map((error) => [error['pointer'], error['code']])
  expect([status, errors]).toStrictEqual([422, [[pointer, code]]])
})
