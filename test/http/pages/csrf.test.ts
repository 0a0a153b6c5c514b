import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Visitor } from '../../support/visitor.ts'
import { pageRoutes } from './routes.ts'
import { openSite, type Site } from './site.ts'

let site: Site
let admin: Visitor
let stranger: Visitor
let paths: string[]
let tokens: { admin: string; stranger: string; other: string }

const csrfIn = (html: string) => /name="_csrf" value="([^"]+)"/.exec(html)?.[1] ?? ''

beforeAll(async () => {
  site = await openSite()
  admin = await site.signedInAdmin()
  stranger = site.visitor()
  const { path, email } = await site.invited()
  const user = await site.member()
  const invite = (await site.house.reads.invites.list({ email }, { now: site.clock(), limit: 1 }))[0]
  paths = pageRoutes(site.house)
    .filter(({ method }) => method === 'POST')
    .map(({ path: one }) =>
      one
        .replace(':token', path.split('/').at(-1) ?? '')
        .replace(':id', one.includes('/invites/') ? (invite?.id ?? '') : user.id),
    )
  tokens = {
    admin: csrfIn((await admin.get('/admin')).html),
    stranger: csrfIn((await stranger.get('/')).html),
    other: csrfIn((await site.visitor().get('/')).html),
  }
})
afterAll(() => site.dispose())

const forgeries: readonly [string, () => Record<string, string>, Record<string, string>][] = [
  ['no token', () => ({}), {}],
  ['an empty token', () => ({ _csrf: '' }), {}],
  ['the token of another browser', () => ({ _csrf: tokens.other }), {}],
  ['a right token from another origin', () => ({ _csrf: tokens.admin }), { origin: 'http://evil.example' }],
  ['a right token from nowhere', () => ({ _csrf: tokens.admin }), { origin: 'null' }],
  ['a right token, sent across sites', () => ({ _csrf: tokens.admin }), { 'sec-fetch-site': 'cross-site' }],
  [
    'a right token, sent from a sister site',
    () => ({ _csrf: tokens.admin }),
    { 'sec-fetch-site': 'same-site' },
  ],
]

describe('T24 a form that this browser did not get from us', () => {
  test.each(forgeries)(
    'with %s is refused on every path, and nothing happens',
    async (_, fields, headers) => {
      expect(paths.length).toBeGreaterThanOrEqual(14)
      const before = await site.head()
      for (const path of paths) {
        const answer = await admin.post(path, fields(), headers)
        expect([path, answer.status]).toStrictEqual([path, 403])
      }
      expect(await site.head()).toBe(before)
      expect((await admin.get('/admin')).status).toBe(200)
    },
  )

  test('T25 is refused at the sign-in and at the sign-out too', async () => {
    const login = { login: 'admin@example.org', password: 'correct-horse-battery' }
    const strange = await stranger.post('/', { ...login, _csrf: tokens.other })
    expect(strange.status).toBe(403)
    expect(stranger.cookie('sid')).toBeUndefined()
    expect((await admin.post('/logout', { _csrf: tokens.stranger })).status).toBe(403)
    expect((await admin.get('/admin')).status).toBe(200)
  })

  test('in another content type is not even read', async () => {
    const before = await site.head()
    for (const path of paths) {
      const answer = await admin.post(path, { _csrf: tokens.admin }, { 'content-type': 'text/plain' })
      expect([path, answer.status]).toStrictEqual([path, 415])
    }
    expect(await site.head()).toBe(before)
  })

  test('is explained on a page that leads back to where the form stands', async () => {
    const answer = await admin.post('/admin/users/01ARZ3NDEKTSV4RRFFQ69G5FAV/suspend', {})
    expect(answer.html).toContain('Nothing was changed.')
    expect(answer.html).toContain('href="/admin/users/01ARZ3NDEKTSV4RRFFQ69G5FAV"')
  })
})

test('a form that we did send works whichever way the browser says that it comes from here', async () => {
  const origin = site.floor.settings.publicUrl
  for (const headers of [
    { origin },
    { origin: 'null', 'sec-fetch-site': 'same-origin' }, // what a page with `Referrer-Policy: no-referrer` sends
  ]) {
    const answer = await stranger.post('/', { _csrf: tokens.stranger, login: '', password: '' }, headers)
    expect(answer.status).toBe(422)
  }
})

test('a field that comes twice is refused', async () => {
  const answer = await stranger.request('POST', '/', {
    body: `_csrf=${tokens.stranger}&login=a%40example.org&login=b%40example.org&password=x`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  })
  expect(answer.status).toBe(400)
})
