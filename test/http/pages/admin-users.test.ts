import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { purgeInvite } from '../../../src/domain/invites/purge-invite.ts'
import { ADMIN } from '../../support/admin.ts'
import type { Visitor } from '../../support/visitor.ts'
import { join, openSite, type Site } from './site.ts'

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
    const done = await change(id, 'grant', { role: 'admin' })
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
    ['more than 50 characters', 'x'.repeat(51), 'A name has 50 characters at most.'],
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

describe('the roles of a user', () => {
  test('S4-42: are granted and taken away; whoever loses one is signed out and back in as a member', async () => {
    const { id, visitor } = await site.member()
    await change(id, 'grant', { role: 'auditor' })
    expect((await site.house.reads.users.get(id))?.roles).toStrictEqual(['auditor'])
    expect((await visitor.get('/')).html).toContain('href="/admin/users"')
    const done = await change(id, 'revoke', { role: 'auditor' })
    expect((await admin.follow(done)).html).toContain('The role was taken away')
    expect((await site.house.reads.users.get(id))?.roles).toStrictEqual([])
    expect((await visitor.get('/')).html).toMatch(/name="password"/)
  })

  test('offers each role once: to be granted, or to be taken away', async () => {
    const { id } = await site.member()
    const offers = async () => {
      const { html } = await admin.get(`/admin/users/${id}`)
      return [...html.matchAll(/<summary[^>]*>([^<]*(?:admin|auditor)[^<]*)…/g)].map(([, offer]) => offer)
    }
    expect(await offers()).toStrictEqual(['Make admin', 'Make auditor'])
    await change(id, 'grant', { role: 'auditor' })
    expect(await offers()).toStrictEqual(['Make admin', 'Take the auditor role away'])
    await change(id, 'suspend')
    expect(await offers()).toStrictEqual(['Take the auditor role away'])
  })

  test.each(['member', 'root', ''])('are none that there are not: %s', async (role) => {
    const { id } = await site.member()
    const before = await site.head()
    expect((await change(id, 'grant', { role })).status).toBe(422)
    expect(await site.head()).toBe(before)
  })

  test('an admin who lays down the role stays signed in, without the control panel', async () => {
    const { id, visitor } = await site.member()
    await change(id, 'grant', { role: 'admin' })
    const own = await visitor.get(`/admin/users/${id}`)
    expect(own.html).toContain('It is your own')
    await visitor.submit(own, `/admin/users/${id}/revoke`, { role: 'admin' })
    expect((await visitor.get('/admin/users')).location).toBe('/')
    const home = await visitor.get('/')
    expect([home.html.includes('/logout'), home.html.includes('href="/admin"')]).toStrictEqual([true, false])
  })
})

describe('somebody who has still to confirm the address', () => {
  test('is mailed a new code and link; nobody else is offered that', async () => {
    const email = 'waiting@example.org'
    const register = await fetch(`${site.address}/api/v1/users`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password: 'a long enough password' }),
    })
    expect(register.status).toBe(201)
    const [{ id } = { id: '' }] = await site.house.reads.users.waitingFor(email)
    const before = (await site.mailsTo(email)).length
    site.clock.advance(60_000)
    const page = await admin.get(`/admin/users/${id}`)
    expect(page.html).toContain('<span class="badge unverified">not confirmed</span>')
    expect(page.html).not.toContain('Make admin')
    expect((await change(id, 'verification')).status).toBe(303)
    expect((await site.mailsTo(email)).length).toBe(before + 1)
    const confirmed = await site.member()
    expect((await admin.get(`/admin/users/${confirmed.id}`)).html).not.toContain('/verification"')
  })

  test('does not become an admin, even if somebody asks for it past the page', async () => {
    const [{ id } = { id: '' }] = await site.house.reads.users.waitingFor('waiting@example.org')
    const token = /name="_csrf" value="([^"]+)"/.exec((await admin.get('/admin')).html)?.[1] ?? ''
    const answer = await admin.post(`/admin/users/${id}/grant`, { role: 'admin', _csrf: token })
    expect(answer.status).toBe(403)
    expect((await site.house.reads.users.get(id))?.roles).toStrictEqual([])
  })
})

describe('the sessions of a user', () => {
  test('are ended one by one', async () => {
    const { id, visitor, email, firstPassword } = await site.member()
    const elsewhere = site.visitor('Elsewhere/1.0')
    await elsewhere.signIn(email, firstPassword)
    const sessions = await site.house.reads.sessions.ofUser(id, 5)
    const theirs = sessions.find(({ method }) => method === 'first-password')
    const done = await change(id, 'end-session', { session: theirs?.id ?? '' })
    expect((await admin.follow(done)).html).toContain('The session has ended.')
    expect((await elsewhere.get('/')).html).toMatch(/name="password"/)
    expect((await visitor.get('/')).html).toContain('/logout')
  })

  test('are ended all at once', async () => {
    const { id, visitor } = await site.member()
    await change(id, 'end-sessions')
    expect((await visitor.get('/')).html).toMatch(/name="password"/)
  })

  test('of an admin’s own all end but the one in which it was wished', async () => {
    const elsewhere = await site.signedInAdmin()
    await change(site.adminId, 'end-sessions')
    expect((await elsewhere.get('/admin')).location).toBe('/')
    expect((await admin.get('/admin')).status).toBe(200)
  })

  test('of somebody else are not ended from this user’s page', async () => {
    const one = await site.member()
    const other = await site.member()
    const [foreign] = await site.house.reads.sessions.ofUser(other.id, 1)
    const before = await site.head()
    expect((await change(one.id, 'end-session', { session: foreign?.id ?? '' })).status).toBe(303)
    expect(await site.head()).toBe(before)
    expect((await other.visitor.get('/')).html).toContain('/logout')
  })
})

describe('one user’s page', () => {
  test('S3-40: tells address, name, whether the mail went out, confirmed, active, registered; and no secret', async () => {
    const { id, email, firstPassword } = await site.member()
    await change(id, 'profile', { name: 'Ada' })
    const { html } = await admin.get(`/admin/users/${id}`)
    const fact = (name: string) =>
      new RegExp(`<dt>${name}</dt><dd>([\\s\\S]*?)</dd>`)
        .exec(html)?.[1]
        ?.replaceAll(/<[^>]*>/g, '')
        .trim()
    expect([fact('Login'), fact('State'), fact('Roles'), fact('Id')]).toStrictEqual([
      email,
      'active',
      'member',
      id,
    ])
    expect(fact('Registered')).toMatch(/UTC$/)
    expect(fact('Confirmed')).toMatch(/UTC$/)
    expect(html).toContain('value="Ada"')
    expect(html).toMatch(
      /<th scope="row">invite<\/th>\s*<td data-label="State"><span class="badge sent">sent</,
    )
    expect(html).not.toContain(firstPassword)
    expect(html).not.toMatch(/\$2[aby]\$|hash/i)
  })

  test('lists the invites that they issued', async () => {
    const { html } = await admin.get(`/admin/users/${site.adminId}`)
    site.clock.advance(1000)
    const { email } = await site.invited()
    expect(html).not.toContain(email)
    expect((await admin.get(`/admin/users/${site.adminId}`)).html).toContain(email)
  })

  test('takes a reason for a suspension, of one line, and shows it in the history only', async () => {
    const { id } = await site.member()
    for (const reason of ['x'.repeat(201), 'two\u2028lines\u200b']) {
      const wrong = await change(id, 'suspend', { reason })
      expect([wrong.status, wrong.html.includes('A reason is one line')]).toStrictEqual([422, true])
    }
    await change(id, 'suspend', { reason: ' on leave ' })
    expect((await admin.get(`/admin/users/${id}`)).html).toContain('Was suspended. Reason: on leave')
    expect((await admin.get('/admin/users')).html).not.toContain('on leave')
  })
})

describe('the list of users', () => {
  const rows = ({ html }: { html: string }) =>
    [...html.matchAll(/<th scope="row"><a [^>]*>([^<]+)</g)].map(([, login]) => login)

  test('S0-27: is searched by login and by name in any script, and tells each state in a word', async () => {
    const { id, email } = await site.member()
    await change(id, 'profile', { name: 'Ольга Ладыженская' })
    expect(rows(await admin.get(`/admin/users?search=${email.slice(0, -4)}`))).toStrictEqual([email])
    const search = `/admin/users?search=${encodeURIComponent('ЛАДЫЖ')}`
    expect(rows(await admin.get(search))).toStrictEqual([email])
    expect((await admin.get(search)).html).toContain('<span class="badge active">active</span>')
    await change(id, 'suspend')
    expect((await admin.get(search)).html).toContain('<span class="badge suspended">suspended</span>')
    expect(rows(await admin.get(`${search}&state=suspended`))).toStrictEqual([email])
    expect(rows(await admin.get(`${search}&state=active`))).toStrictEqual([])
  })

  test('is filtered by day of registration, whole days in UTC', async () => {
    const { email } = await site.member()
    const today = site.clock().slice(0, 10)
    const query = (since: string, until: string) =>
      admin.get(`/admin/users?search=${email}&since=${since}&until=${until}`).then(rows)
    expect(await query(today, today)).toStrictEqual([email])
    expect(await query('2020-01-01', '2020-01-02')).toStrictEqual([])
    expect(await query('not-a-day', '')).toStrictEqual([email])
  })

  test('comes in pages that keep the question', async () => {
    for (let n = 0; n < 26; n++)
      await site.invited({ email: `crowd${n}@example.org` }).then(({ path }) => join(site.visitor(), path))
    const first = await admin.get('/admin/users?search=crowd&state=active')
    const next = /rel="next" href="([^"]+)"/
      .exec(first.html)?.[1]
      ?.replaceAll('&#x3D;', '=')
      .replaceAll('&amp;', '&')
    expect(next).toContain('search=crowd&state=active&after=')
    const second = await admin.get(next ?? '')
    expect([rows(first).length, rows(second).length]).toStrictEqual([25, 1])
    expect(new Set([...rows(first), ...rows(second)]).size).toBe(26)
    expect(second.html).toContain('>Newest</a>')
  })

  test('is filtered by role, and by part of a name', async () => {
    const { id, email } = await site.member()
    await change(id, 'profile', { name: 'Romuald Weiss' })
    expect(rows(await admin.get('/admin/users?search=weiss'))).toStrictEqual([email])
    expect(rows(await admin.get('/admin/users?role=admin'))).toContain(ADMIN.email)
    expect(rows(await admin.get('/admin/users?role=admin'))).not.toContain(email)
    expect(rows(await admin.get('/admin/users?role=auditor'))).not.toContain(email)
  })

  test('makes nobody: there is no form, and no address that would take one', async () => {
    expect((await admin.get('/admin/users/new')).status).toBe(404)
    const answer = await admin.post('/admin/users', {})
    expect([answer.status, answer.headers.get('allow')]).toStrictEqual([405, 'HEAD, GET'])
  })
})
