import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { purgeInvite } from '../../../src/domain/invites/purge-invite.ts'
import { ADMIN } from '../../support/admin.ts'
import type { Visitor } from '../../support/visitor.ts'
import { openSite, type Site } from './site.ts'

let site: Site
let admin: Visitor
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.dispose())
beforeEach(async () => {
  admin = await site.signedInAdmin()
})

const change = async (id: string, verb: string, fields: Record<string, string> = {}) =>
  admin.submit(await admin.get(`/admin/users/${id}`), `/admin/users/${id}/${verb}`, fields)

describe('one user', () => {
  test('is suspended, cannot sign in, and is reinstated', async () => {
    const { id, email, firstPassword } = await site.member()
    const done = await change(id, 'suspend')
    expect((await admin.follow(done)).html).toContain('The user was suspended')
    const refused = await site.visitor().signIn(email, firstPassword)
    expect([refused.status, refused.html.includes('suspended')]).toStrictEqual([403, true])
    await change(id, 'reinstate')
    expect((await site.visitor().signIn(email, firstPassword)).location).toBe('/password/change')
  })

  test('becomes an admin, and sees the control panel', async () => {
    const { id, visitor } = await site.member()
    expect((await visitor.get('/')).html).not.toContain('href="/admin"')
    const done = await change(id, 'admin')
    const page = await admin.follow(done)
    expect(page.html).toContain('The role was granted.')
    expect(page.html).not.toContain('Make admin')
    expect((await visitor.get('/')).html).toContain('href="/admin"')
  })

  test('gets a name and a language; only what differs becomes part of the history', async () => {
    const { id } = await site.member()
    const done = await change(id, 'profile', { name: '  Зинаида Ермольева ', locale: 'ru' })
    expect((await admin.follow(done)).html).toContain('Зинаида Ермольева')
    const user = await site.house.reads.users.get(id)
    expect([user?.name, user?.locale]).toStrictEqual(['Зинаида Ермольева', 'ru'])
    const before = await site.head()
    expect((await change(id, 'profile')).status).toBe(303)
    expect(await site.head()).toBe(before)
  })

  test.each([
    ['a web address', 'see www.evil.example', 'A name must not look like a web address.'],
    ['a line break', 'Ada\u2028Lovelace\u200b', 'A name has no line breaks or invisible characters.'],
    ['more than 100 characters', 'x'.repeat(101), 'This is too long.'],
    ['nothing, once there is one', '  ', 'A name can be changed, but not taken away.'],
  ])('does not get %s for a name', async (_, name, message) => {
    const { id } = await site.member()
    await change(id, 'profile', { name: 'Ada' })
    const before = await site.head()
    const answer = await change(id, 'profile', { name })
    expect(answer.status).toBe(422)
    expect(answer.html).toContain(message)
    expect(await site.head()).toBe(before)
  })

  test('is erased after a page that says what will be gone', async () => {
    const { id, email, visitor } = await site.member()
    const confirm = await admin.get(`/admin/users/${id}/erase`)
    expect(confirm.html).toContain(email)
    expect(confirm.html).toContain('This cannot be undone.')
    const done = await admin.submit(confirm, `/admin/users/${id}/erase`)
    expect(done.location).toBe('/admin/users')
    expect((await admin.get(`/admin/users/${id}`)).status).toBe(404)
    expect((await visitor.get('/')).html).toMatch(/name="password"/)
    for (const path of ['/admin/users', '/admin/invites', '/admin/mails']) {
      expect([path, (await admin.get(path)).html.includes(email)]).toStrictEqual([path, false])
    }
  })

  test('remembers its invite after the invite has been purged', async () => {
    const { id } = await site.member()
    const user = await site.house.reads.users.get(id)
    const inviteId = user?.inviteId ?? ''
    await site.house.execute(
      purgeInvite,
      { inviteId },
      {
        actor: 'system',
        correlation: site.house.newId(),
      },
    )
    expect(await site.house.reads.invites.get(inviteId, site.clock())).toBeNull()
    const { html } = await admin.get(`/admin/users/${id}`)
    expect(html).toContain(inviteId)
    expect(html).not.toContain('/admin/invites?search')
  })

  test('who is the last admin can be neither suspended nor erased', async () => {
    const alone = await openSite()
    try {
      const boss = await alone.signedInAdmin()
      const before = await alone.head()
      for (const path of [`/admin/users/${alone.adminId}`, `/admin/users/${alone.adminId}/erase`]) {
        const answer = await boss.submit(await boss.get(path), /suspend|erase/)
        expect(answer.status).toBe(409)
        expect(answer.html).toContain('This is the last admin.')
      }
      expect(await alone.head()).toBe(before)
    } finally {
      await alone.dispose()
    }
  })
})

describe('the list of users', () => {
  test('is filtered by role, and by part of a name', async () => {
    const { id, email } = await site.member()
    await change(id, 'profile', { name: 'Romuald Weiss' })
    const rows = ({ html }: { html: string }) =>
      [...html.matchAll(/<th scope="row"><a [^>]*>([^<]+)</g)].map(([, login]) => login)
    expect(rows(await admin.get('/admin/users?search=weiss'))).toStrictEqual([email])
    expect(rows(await admin.get('/admin/users?role=admin'))).toContain(ADMIN.email)
    expect(rows(await admin.get('/admin/users?role=admin'))).not.toContain(email)
    expect(rows(await admin.get('/admin/users?role=auditor'))).toStrictEqual([])
  })

  test('makes nobody: there is no form, and no address that would take one', async () => {
    expect((await admin.get('/admin/users/new')).status).toBe(404)
    const answer = await admin.post('/admin/users', {})
    expect([answer.status, answer.headers.get('allow')]).toStrictEqual([405, 'HEAD, GET'])
  })
})
