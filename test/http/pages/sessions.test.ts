import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { suspendUser } from '../../../src/domain/users/suspend-user.ts'
import { ADMIN } from '../../support/admin.ts'
import { HOUR, MINUTE, rawSqlite } from '../../support/house.ts'
import { openSite, type Site } from './site.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.dispose())

const rows = () =>
  (rawSqlite(site.floor).reader.prepare('select count(*) as n from page_sessions').get() as { n: number }).n

describe('a visitor who has not signed in', () => {
  test('leaves no trace in the database, whatever they look at', async () => {
    const before = [rows(), await site.head()]
    for (const path of ['/', '/nothing', '/admin', '/mailbox', '/password/change', '/sign-in/x']) {
      const visitor = site.visitor()
      await visitor.get(path)
      expect([path, visitor.cookie('sid')]).toStrictEqual([path, undefined])
    }
    expect([rows(), await site.head()]).toStrictEqual(before)
  })

  test('T22 cannot bring a session id along', async () => {
    const visitor = site.visitor()
    const planted = 'A'.repeat(43)
    const page = await visitor.get('/')
    const csrf = /name="_csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? ''
    const answer = await visitor.request('POST', '/', {
      body: new URLSearchParams({ _csrf: csrf, login: ADMIN.email, password: ADMIN.password }).toString(),
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        cookie: `pre=${visitor.cookie('pre')}; sid=${planted}`,
      },
    })
    expect(answer.status).toBe(303)
    expect(visitor.cookie('sid')).toMatch(/^[\w-]{43}$/)
    expect(visitor.cookie('sid')).not.toBe(planted)
  })
})

describe('a session', () => {
  test('gets a new cookie at each sign-in, and at a change of password', async () => {
    const { visitor } = await site.member()
    const joined = visitor.cookie('sid')
    const page = await visitor.get('/password/change')
    const password = 'a new and long one'
    await visitor.submit(page, '/password/change', { password, repeat: password })
    const changed = visitor.cookie('sid')
    expect(changed).not.toBe(joined)
    expect((await visitor.get('/')).html).toContain('Log out')
    const old = await fetch(site.address, {
      headers: { cookie: `sid=${joined}`, 'user-agent': 'Visitor/1.0' },
    })
    expect(await old.text()).toContain('name="password"')
  })

  test('is kept in a cookie that scripts cannot read and other sites do not send', async () => {
    const visitor = site.visitor()
    const form = await visitor.get('/')
    const answer = await visitor.submit(form, '/', { login: ADMIN.email, password: ADMIN.password })
    const cookie = answer.headers.getSetCookie().find((line) => line.startsWith('sid='))
    expect(cookie).toMatch(/; path=\/;/)
    expect(cookie).toMatch(/; httponly/i)
    expect(cookie).toMatch(/; samesite=lax/i)
    expect(cookie).not.toMatch(/; domain=/i)
  })

  test('notes its last use every five minutes at most, for each note is a write', async () => {
    const admin = await site.signedInAdmin()
    const seen = () =>
      (
        rawSqlite(site.floor).reader.prepare('select max(seen_at) as at from page_sessions').get() as {
          at: string
        }
      ).at
    const began = seen()
    site.clock.advance(4 * MINUTE)
    await admin.get('/')
    expect(seen()).toBe(began)
    site.clock.advance(2 * MINUTE)
    await admin.get('/')
    expect(seen()).toBe(site.clock())
  })

  test('T23 of a user who is suspended ends with the very next request', async () => {
    const { visitor, id } = await site.member()
    const by = { actor: `user:${site.adminId}`, correlation: site.house.newId() } as const
    await site.house.execute(suspendUser, { userId: id, reason: null }, by)
    expect((await visitor.get('/')).html).toMatch(/name="password"/)
  })

  test('that is ended clears what the browser has cached', async () => {
    const admin = await site.signedInAdmin()
    const answer = await admin.submit(await admin.get('/'), '/logout')
    expect(answer.headers.get('clear-site-data')).toBe('"cache"')
    const page = await admin.follow(answer)
    expect(page.html).toContain('You are signed out.')
    expect((await admin.get('/')).html).not.toContain('You are signed out.')
  })

  test('of one idle hour is alive for an admin; the form shown then works', async () => {
    const admin = await site.signedInAdmin()
    site.clock.advance(HOUR)
    const page = await admin.get('/admin')
    site.clock.advance(HOUR)
    const answer = await admin.submit(page, '/admin', { email: '' })
    expect(answer.status).toBe(422)
  })
})

describe('a sign-in', () => {
  test('leads to the page that was wanted, also after a mistake, and to no other site', async () => {
    const visitor = site.visitor()
    const redirected = await visitor.get('/password/change')
    expect(redirected.location).toBe('/?next=/password/change')
    const wrong = await visitor.submit(await visitor.follow(redirected), '/', {
      login: ADMIN.email,
      password: 'wrong-password',
    })
    expect(wrong.status).toBe(401)
    const right = await visitor.submit(wrong, '/', { login: ADMIN.email, password: ADMIN.password })
    expect(right.location).toBe('/password/change')

    const lured = site.visitor()
    const form = await lured.get('/?next=https://evil.example/')
    const answer = await lured.submit(form, '/', { ...ADMIN, login: ADMIN.email, next: '//evil.example' })
    expect(answer.location).toBe('/')
  })

  test('keeps the address that was typed, never the password', async () => {
    const visitor = site.visitor()
    for (const password of ['wrong-password', '']) {
      const page = await visitor.submit(await visitor.get('/'), '/', { login: 'Ada@Example.org', password })
      expect(page.html).toContain('value="Ada@Example.org"')
      expect(page.html).not.toContain('wrong-password')
    }
  })

  test('takes an address however it is spelled, and refuses a password beyond 128 characters unheard', async () => {
    expect((await site.visitor().signIn(' ADMIN@Example.ORG ', ADMIN.password)).html).toContain('Log out')
    const page = await site.visitor().signIn(ADMIN.email, 'x'.repeat(129))
    expect(page.status).toBe(422)
    expect((await site.visitor().signIn(ADMIN.email, '🔑'.repeat(128))).status).toBe(401)
  })
})

describe('behind TLS', () => {
  test('cookies are bound to this host and to TLS, even where the proxy is not trusted', async () => {
    const secure = await openSite({ PUBLIC_URL: 'https://id.example.org' })
    try {
      const visitor = secure.visitor()
      const headers = { 'sec-fetch-site': 'same-origin' }
      const page = await visitor.request('GET', '/', { headers })
      const csrf = /name="_csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? ''
      const answer = await visitor.request('POST', '/', {
        body: new URLSearchParams({ _csrf: csrf, login: ADMIN.email, password: ADMIN.password }).toString(),
        headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
      })
      expect(answer.status).toBe(303)
      const cookies = [...page.headers.getSetCookie(), ...answer.headers.getSetCookie()]
      for (const name of ['__Host-pre', '__Host-sid']) {
        const cookie = cookies.find((line) => line.startsWith(`${name}=`))
        expect(cookie).toMatch(/; path=\/;/)
        expect(cookie).toMatch(/; secure/i)
      }
    } finally {
      await secure.dispose()
    }
  })
})
