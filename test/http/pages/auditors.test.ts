import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { grantRole } from '../../../src/domain/users/grant-role.ts'
import { ADMIN } from '../../support/admin.ts'
import type { Visitor } from '../../support/visitor.ts'
import { openSite, type Site } from './site.ts'

let site: Site
let auditor: Visitor
let somebody: { readonly id: string; readonly visitor: Visitor; readonly email: string }

const makeAuditor = async (): Promise<Visitor> => {
  const { id, visitor } = await site.member()
  const grant = { userId: id, role: 'auditor', enrol: null, newCredentialId: null } as const
  await site.house.execute(grantRole, grant, { actor: 'operator', correlation: site.house.newId() })
  return visitor
}

beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.dispose())
beforeEach(async () => {
  auditor = await makeAuditor()
  somebody = await site.member()
})

const PAGES = (id: string) => ['/admin/users', `/admin/users/${id}`, `/admin/users/${id}/history`]
const CHANGES = [
  ['profile', { name: 'Mallory', locale: 'ru' }],
  ['suspend', { reason: 'because' }],
  ['reinstate', {}],
  ['grant', { role: 'admin' }],
  ['revoke', { role: 'admin' }],
  ['verification', {}],
  ['end-session', { session: '01JNZ8K3V5Q2W9X7T4R6Y1M0AB' }],
  ['end-sessions', {}],
  ['erase', {}],
] as const

describe('an auditor', () => {
  test('sees users, each one’s page and history, and is led there by the menu', async () => {
    for (const path of PAGES(somebody.id)) {
      const page = await auditor.get(path)
      expect([path, page.status]).toStrictEqual([path, 200])
    }
    expect((await auditor.get('/')).html).toContain('href="/admin/users"')
    expect((await auditor.get(`/admin/users/${somebody.id}`)).html).toContain(somebody.email)
  })

  test('is offered nothing that would change a user, and no way to pages for admins', async () => {
    for (const path of PAGES(somebody.id)) {
      const { html } = await auditor.get(path)
      const targets = [...html.matchAll(/<form method="post" action="([^"]*)"/g)].map(([, action]) => action)
      expect([path, targets]).toStrictEqual([path, ['/logout']])
      expect([path, html.match(/href="\/admin(?:\/invites|"|\/users\/[^"]*\/erase)/)]).toStrictEqual([
        path,
        null,
      ])
    }
  })

  test.each(CHANGES)('is refused to post %s, and nothing happens', async (verb, fields) => {
    const token = /name="_csrf" value="([^"]+)"/.exec((await auditor.get('/')).html)?.[1] ?? ''
    const before = await site.head()
    const answer = await auditor.post(`/admin/users/${somebody.id}/${verb}`, { ...fields, _csrf: token })
    expect(answer.status).toBe(403)
    expect(await site.head()).toBe(before)
  })

  test('is refused the page that asks whether to erase somebody', async () => {
    expect((await auditor.get(`/admin/users/${somebody.id}/erase`)).status).toBe(403)
  })
})

describe('S0-25, S0-26: anybody else', () => {
  test('is led to the main page from every page about users, signed in or not', async () => {
    for (const visitor of [site.visitor(), somebody.visitor]) {
      for (const path of [...PAGES(site.adminId), `/admin/users/${site.adminId}/erase`]) {
        const page = await visitor.get(path)
        expect([path, page.status, page.location, page.html]).toStrictEqual([path, 303, '/', ''])
      }
    }
  })

  test.each(CHANGES)('is led there as well when posting %s, and nothing happens', async (verb, fields) => {
    const before = await site.head()
    for (const visitor of [site.visitor(), somebody.visitor]) {
      const token = /name="_csrf" value="([^"]+)"/.exec((await visitor.get('/')).html)?.[1] ?? ''
      const answer = await visitor.post(`/admin/users/${site.adminId}/${verb}`, { ...fields, _csrf: token })
      expect([answer.status, answer.location]).toStrictEqual([303, '/'])
    }
    expect(await site.head()).toBe(before)
    expect((await site.house.reads.users.byEmail(ADMIN.email))?.roles).toStrictEqual(['admin'])
  })

  test('who was an auditor a moment ago sees nothing more of it', async () => {
    const admin = await site.signedInAdmin()
    const page = await admin.get('/admin/users?role=auditor')
    for (const [, id = ''] of page.html.matchAll(/href="\/admin\/users\/([0-9A-Z]{26})"/g)) {
      const user = await admin.get(`/admin/users/${id}`)
      expect((await admin.submit(user, `/admin/users/${id}/revoke`, { role: 'auditor' })).status).toBe(303)
    }
    expect((await auditor.get('/admin/users')).location).toBe('/')
  })
})
