import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eraseUser } from '../../../src/domain/users/erase-user.ts'
import { grantRole } from '../../../src/domain/users/grant-role.ts'
import { suspendUser } from '../../../src/domain/users/suspend-user.ts'
import { HOUR } from '../../support/house.ts'
import type { Visitor } from '../../support/visitor.ts'
import { openSite, type Site } from './site.ts'

let site: Site
let admin: Visitor
let auditor: Visitor
let member: Visitor
let ben: { readonly id: string; readonly email: string }
let cyd: { readonly id: string; readonly email: string }
let before: number
let instant: string

const position = (where: number | string) => `at=${encodeURIComponent(String(where))}`
const main = (html: string): string => /<main[\s\S]*<\/main>/.exec(html)?.[0] ?? ''

beforeAll(async () => {
  site = await openSite()
  admin = await site.signedInAdmin()
  const by = { actor: `user:${site.adminId}`, correlation: site.house.newId() } as const
  const one = await site.member()
  auditor = one.visitor
  const grant = { userId: one.id, role: 'auditor', enrol: null, newCredentialId: null } as const
  await site.house.execute(grantRole, grant, { actor: 'operator', correlation: site.house.newId() })
  member = (await site.member()).visitor
  ben = await site.member()
  cyd = await site.member()
  before = await site.head()
  instant = site.clock()
  site.clock.advance(HOUR)
  await site.house.execute(suspendUser, { userId: ben.id, reason: 'because' }, by)
  await site.house.execute(eraseUser, { userId: cyd.id, email: cyd.email }, by)
  await site.invited({ email: 'later@example.org' })
})
afterAll(() => site.dispose())

describe('a page as of a moment', () => {
  test('shows a user as they were then, and says which moment it is', async () => {
    const path = `/admin/users/${ben.id}`
    expect(main((await admin.get(path)).html)).toContain('badge suspended')
    for (const at of [before, instant]) {
      const { status, html } = await admin.get(`${path}?${position(at)}`)
      expect([at, status]).toStrictEqual([at, 200])
      expect(main(html)).toContain('As it was:')
      expect(main(html)).toContain(ben.email)
      expect(main(html)).not.toContain('suspended')
    }
  })

  test('lists the users and invites of then', async () => {
    expect(main((await admin.get('/admin/invites')).html)).toContain('later@example.org')
    const invites = await admin.get(`/admin/invites?${position(before)}`)
    expect(invites.status).toBe(200)
    expect(main(invites.html)).toContain(ben.email)
    expect(main(invites.html)).not.toContain('later@example.org')
    const users = await auditor.get(`/admin/users?${position(before)}`)
    expect(main(users.html)).toContain(ben.email)
    expect(main((await admin.get(`/admin/users?${position(1)}`)).html)).not.toContain(ben.email)
    expect((await admin.get(`/admin/users?${position(0)}`)).html).toContain('before the first event')
  })

  test('says plainly of whoever was forgotten since that they are', async () => {
    const list = await admin.get(`/admin/users?${position(before)}`)
    expect(list.html).toContain(cyd.id)
    expect(list.html).toContain('forgotten since')
    const user = await admin.get(`/admin/users/${cyd.id}?${position(before)}`)
    expect(user.status).toBe(200)
    expect(user.html).toContain('This person has been forgotten since.')
    expect(list.html + user.html).not.toContain(cyd.email)
    expect((await admin.get(`/admin/users/${cyd.id}`)).status).toBe(404)
  })

  test('leads only to the same moment, but for the way back to now; and writes nowhere', async () => {
    const pages = [
      '/admin',
      '/admin/users',
      `/admin/users/${ben.id}`,
      `/admin/users/${ben.id}/history`,
      '/admin/invites?state=redeemed',
      '/admin/referrals',
      '/admin/mails',
      '/admin/clients',
    ]
    for (const path of pages) {
      const url = `${path}${path.includes('?') ? '&' : '?'}${position(before)}`
      const { status, html } = await admin.get(url)
      expect([path, status]).toStrictEqual([path, 200])
      const links = [...html.matchAll(/<a\b[^>]*href="(\/admin[^"]*)"[^>]*>/g)]
      const leaving = links.filter(([, to = '']) => !/[?;&]at(?:=|&#x3D;)/.test(to))
      expect([path, leaving.every(([tag]) => tag.includes('data-leaves'))]).toStrictEqual([path, true])
      expect([path, leaving.length]).toStrictEqual([path, 1])
      const posts = [...html.matchAll(/<form method="post" action="([^"]*)"/g)].map(([, to]) => to)
      expect([path, posts]).toStrictEqual([path, ['/logout']])
      for (const [form] of html.matchAll(/<form method="get"[\s\S]*?<\/form>/g))
        expect(form).toContain('name="at"')
    }
  })

  test('refuses whatever would change something', async () => {
    const token = /name="_csrf" value="([^"]+)"/.exec((await admin.get('/')).html)?.[1] ?? ''
    const head = await site.head()
    for (const path of [`/admin/users/${ben.id}/reinstate`, '/admin', '/admin/invites']) {
      const answer = await admin.post(`${path}?${position(before)}`, { _csrf: token, email: 'x@example.org' })
      expect([path, answer.status]).toStrictEqual([path, 403])
    }
    const erase = await admin.get(`/admin/users/${ben.id}/erase?${position(before)}`)
    expect(erase.status).toBe(403)
    expect(await site.head()).toBe(head)
  })

  test('is for admins and auditors only', async () => {
    for (const visitor of [member, site.visitor()]) {
      for (const path of ['/admin/users', `/admin/users/${ben.id}`, '/admin/invites']) {
        const answer = await visitor.get(`${path}?${position(before)}`)
        expect([path, answer.status]).toStrictEqual([path, 403])
        expect(answer.html).not.toContain(ben.email)
      }
    }
    expect((await auditor.get(`/admin/users/${ben.id}?${position(before)}`)).status).toBe(200)
  })

  test.each([
    ['yesterday', 'Give a position of the history'],
    ['-1', 'Give a position of the history'],
    ['2026-13-01', 'Give a position of the history'],
    ['', 'Give a position of the history'],
    ['999999999', 'Give a moment that has been'],
    ['2100-01-01', 'Give a moment that has been'],
  ])('%j is no moment, and what would be one is said', async (typed, advice) => {
    const answer = await admin.get(`/admin/users?${position(typed)}`)
    expect(answer.status).toBe(400)
    expect(answer.html).toContain(advice)
  })

  test('is noted as a look at the history', async () => {
    site.clock.advance(2 * HOUR)
    const again = await site.signedInAdmin()
    const head = await site.head()
    await again.get(`/admin/users?${position(before)}`)
    const [viewed] = await site.house.history.page({ types: ['HistoryViewed'] }, { limit: 1 })
    expect(viewed?.actor).toBe(`user:${site.adminId}`)
    expect(await site.head()).toBe(head + 1)
  })

  test('is offered beside what has a past, and not where somebody is asked before they erase', async () => {
    const again = await site.signedInAdmin()
    const user = `/admin/users/${ben.id}`
    expect((await again.get(user)).html).toContain('<details class="moments"')
    expect((await again.get(`${user}/erase`)).html).not.toContain('<details class="moments"')
  })

  test('offers the moments around it, and what has changed since', async () => {
    const again = await site.signedInAdmin()
    const { html } = await again.get(`/admin/users?state=active&${position(before)}`)
    const decoded = html.replaceAll('&#x3D;', '=').replaceAll('&amp;', '&')
    expect(decoded).toContain(`href="/admin/users?state=active&at=${before - 1}"`)
    expect(decoded).toContain(`href="/admin/users?state=active&at=${before + 1}"`)
    expect(decoded).toContain('href="/admin/users?state=active" data-leaves')
    expect(decoded).toContain(`href="/history/compare?from=${before}&to=`)
    expect(decoded).toContain('<input type="hidden" name="state" value="active">')
  })
})
