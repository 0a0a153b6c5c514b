import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { revokeInvite } from '../../../src/domain/invites/revoke-invite.ts'
import { ADMIN } from '../../support/admin.ts'
import { DAY, MINUTE, rawSqlite } from '../../support/house.ts'
import { linkIn } from '../../support/visitor.ts'
import { join, openSite, type Site } from './site.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.dispose())

const idOf = (path: string) => site.house.links.readInviteToken(path.split('/').at(-1) ?? '') ?? ''
const adminBy = () => ({ actor: `user:${site.adminId}`, correlation: site.house.newId() }) as const

describe('the page of an open invite', () => {
  test('shows the masked address, who invites and until when, and offers one thing to do', async () => {
    const { path } = await site.invited({ email: 'margaret.hamilton@example.org' })
    const page = await site.visitor().get(path)
    expect(page.status).toBe(200)
    expect(page.html).toContain('m•••n@example.org')
    expect(page.html).not.toContain('margaret.hamilton')
    expect(page.html).toContain('<time datetime="2026-03-08T09:00:00.000Z">8 Mar 2026, 09:00 UTC</time>')
    expect(page.html.match(/<button/g)).toHaveLength(1)
  })

  test('is kept by no cache, named to no other site, listed by no search engine', async () => {
    const { path } = await site.invited()
    for (const one of [path, `${path}x`]) {
      const { headers } = await site.visitor().get(one)
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('x-robots-tag')).toBe('noindex')
    }
  })

  test('writes nothing when it is looked at: no event, and no row for the browser', async () => {
    const { path } = await site.invited()
    const rows = () => rawSqlite(site.floor).reader.prepare('select count(*) as n from page_sessions').get()
    const before = [await site.head(), rows()]
    const visitor = site.visitor()
    for (const method of ['HEAD', 'GET', 'HEAD', 'GET']) await visitor.request(method, path)
    expect([await site.head(), rows()]).toStrictEqual(before)
    expect(visitor.cookie('sid')).toBeUndefined()
    expect(visitor.cookie('pre')).toMatch(/^[\w-]{43}$/)
  })

  test('gives its button ten minutes from the moment it was last shown', async () => {
    const { path } = await site.invited()
    const visitor = site.visitor()
    const first = await visitor.get(path)
    const again = await visitor.get(path)
    for (const { headers } of [first, again]) {
      const cookie = headers.getSetCookie().find((line) => line.startsWith('pre='))
      const until = Date.parse(/expires=([^;]+)/i.exec(cookie ?? '')?.[1] ?? '')
      expect(Math.abs(until - Date.now() - 10 * MINUTE)).toBeLessThan(5000)
      expect(cookie).toMatch(/httponly/i)
      expect(cookie).toMatch(/samesite=lax/i)
    }
  })
})

describe('pressing the button', () => {
  test('twice with the same form is one act: both answers sign in to one session', async () => {
    const { path, email } = await site.invited()
    const visitor = site.visitor()
    const page = await visitor.get(path)
    const rival = visitor.stolenBy('Visitor/1.0')
    const answers = await Promise.all([visitor.submit(page, path), rival.submit(page, path)])
    expect(answers.map(({ status, location }) => [status, location])).toStrictEqual([
      [303, '/'],
      [303, '/'],
    ])
    for (const one of [visitor, rival]) expect((await one.get('/')).html).toContain(email)
    const user = await site.floor.reads.users.byEmail(email)
    expect(await site.floor.reads.sessions.ofUser(user?.id ?? '', 10)).toHaveLength(1)
  })

  test('again after the first answer has arrived leads to the main page and does nothing', async () => {
    const { path } = await site.invited()
    const visitor = site.visitor()
    const page = await visitor.get(path)
    await visitor.submit(page, path)
    const before = await site.head()
    const again = await visitor.submit(page, path)
    expect([again.status, again.location, await site.head()]).toStrictEqual([303, '/', before])
  })

  test('after the sign-out brings nobody back in', async () => {
    const { path } = await site.invited()
    const visitor = site.visitor()
    const page = await visitor.get(path)
    await visitor.submit(page, path)
    await visitor.submit(await visitor.get('/'), '/logout')
    await visitor.submit(page, path)
    expect((await visitor.get('/')).html).toMatch(/name="password"/)
  })

  test('in another browser with the form of the first is refused', async () => {
    const { path } = await site.invited()
    const page = await site.visitor().get(path)
    const thief = site.visitor()
    await thief.get(path)
    const before = await site.head()
    expect((await thief.submit(page, path)).status).toBe(403)
    expect(await site.head()).toBe(before)
  })

  test('with the form of another invite is refused', async () => {
    const [mine, other] = [await site.invited(), await site.invited()]
    const visitor = site.visitor()
    const page = await visitor.get(mine.path)
    const before = await site.head()
    const attempt = /name="attempt" value="([^"]+)"/.exec(page.html)?.[1] ?? ''
    const answer = await visitor.submit(await visitor.get(other.path), other.path, { attempt })
    expect([answer.status, await site.head()]).toStrictEqual([403, before])
  })

  test('T07 in the name of another address invites nobody but the invited', async () => {
    const { path, email } = await site.invited()
    const visitor = site.visitor()
    await visitor.submit(await visitor.get(path), path, { email: 'thief@example.org', role: 'admin' })
    expect(await site.floor.reads.users.byEmail('thief@example.org')).toBeNull()
    const user = await site.floor.reads.users.byEmail(email)
    expect(user?.roles).toStrictEqual([])
  })

  test('T05 once somebody else has pressed it, offers a sign-in link to the invited address, whose use ends the intruder’s session', async () => {
    const { path, email } = await site.invited()
    const scanner = site.visitor('Scanner/1.0')
    await join(scanner, path)
    const owner = site.visitor('Owner/1.0')
    const dead = await owner.get(path)
    expect(dead.status).toBe(410)
    const answer = await owner.submit(dead, `${path}/sign-in-link`)
    expect(answer.status).toBe(200)
    expect(answer.html).not.toContain(email)
    expect(owner.cookie('sid')).toBeUndefined()
    const mails = (await site.mailsTo(email)).map(({ text }) => text).join('\n')
    const link = new URL(linkIn(mails, '/sign-in/')).pathname
    await owner.submit(await owner.get(link), link)
    expect((await owner.get('/')).html).toContain(email)
    expect((await scanner.get('/')).html).toMatch(/name="password"/)
  })
})

describe('the page of an invite that has ended', () => {
  test('says which way it ended, and what to do now', async () => {
    const [late, taken, first, second, used] = [
      await site.invited({ ttlMs: DAY }),
      await site.invited(),
      await site.invited({ email: 'two-invites@example.org' }),
      await site.invited({ email: 'two-invites@example.org' }),
      await site.invited(),
    ]
    await site.house.execute(revokeInvite, { inviteId: idOf(taken.path), reason: 'secret' }, adminBy())
    await join(site.visitor(), first.path)
    await join(site.visitor(), used.path)
    site.clock.advance(2 * DAY)
    const said = async (path: string) => {
      const { status, html } = await site.visitor().get(path)
      return [status, /<h1>([^<]*)<\/h1>/.exec(html)?.[1]]
    }
    expect(await said(late.path)).toStrictEqual([410, 'This invite has expired'])
    expect(await said(taken.path)).toStrictEqual([410, 'This invite was revoked'])
    expect(await said(second.path)).toStrictEqual([410, 'This invite is no longer needed'])
    expect(await said(used.path)).toStrictEqual([410, 'This invite has already been used'])
    expect(await said('/invites/nonsense')).toStrictEqual([404, 'This invite is not known'])
    const altered = `${used.path.slice(0, -1)}${used.path.endsWith('A') ? 'B' : 'A'}`
    expect(await said(altered)).toStrictEqual([404, 'This invite is not known'])
    expect((await site.visitor().get(taken.path)).html).not.toContain('secret')
  })

  test('tells its own user, who is signed in, that all is well', async () => {
    const { path } = await site.invited()
    const visitor = site.visitor()
    await join(visitor, path)
    const page = await visitor.get(path)
    expect(page.status).toBe(410)
    expect(page.html).toContain('It worked, and you are signed in.')
  })

  test('mails a sign-in link for a redeemed invite only', async () => {
    const { path } = await site.invited()
    const visitor = site.visitor()
    await visitor.get(path)
    const before = await site.head()
    const page = await visitor.get('/')
    const csrf = /name="_csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? ''
    for (const one of [path, '/invites/nonsense']) {
      expect((await visitor.post(`${one}/sign-in-link`, { _csrf: csrf })).status).toBe(404)
    }
    expect(await site.head()).toBe(before)
  })

  test('that ends between look and click says so too', async () => {
    const { path } = await site.invited()
    const visitor = site.visitor()
    const page = await visitor.get(path)
    await site.house.execute(revokeInvite, { inviteId: idOf(path), reason: null }, adminBy())
    const answer = await visitor.submit(page, path)
    expect(answer.status).toBe(410)
    expect(answer.html).toContain('This invite was revoked')
  })
})

describe('somebody who is signed in as another user', () => {
  test('is told both names and merged with nobody; one button signs out and comes back to the invite', async () => {
    const { path } = await site.invited({ email: 'grace.hopper@example.org' })
    const admin = await site.signedInAdmin()
    const page = await admin.get(path)
    expect(page.status).toBe(200)
    expect(page.html).toContain(ADMIN.email)
    expect(page.html).toContain('g•••r@example.org')
    expect(page.html).not.toContain('name="attempt"')
    const answer = await admin.submit(page, '/logout', { next: path })
    expect(answer.location).toBe(path)
    expect((await admin.follow(answer)).html).toContain('name="attempt"')
  })

  test('cannot redeem it with a form from before, either', async () => {
    const { path, email } = await site.invited()
    const visitor = site.visitor('Admin/1.0')
    const page = await visitor.get(path)
    await visitor.signIn(ADMIN.email, ADMIN.password)
    const answer = await visitor.submit(page, path)
    expect([answer.status, answer.location]).toStrictEqual([303, path])
    expect(await site.floor.reads.users.byEmail(email)).toBeNull()
  })
})
