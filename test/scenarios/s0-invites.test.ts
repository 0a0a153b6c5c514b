import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { ADMIN, enrolAdmin } from '../support/admin.ts'
import { DAY, HOUR, openTestApp, type TestApp } from '../support/house.ts'
import { expectProjectionsEqualRebuild } from '../support/rebuild.ts'
import { linkIn, type Page, Visitor } from '../support/visitor.ts'

let app: TestApp
let admin: Visitor

beforeAll(async () => {
  app = await openTestApp()
  await enrolAdmin(app.floor)
})
afterAll(() => app.dispose())
afterEach(() => expectProjectionsEqualRebuild(app.floor))

const signedInAdmin = async (): Promise<Visitor> => {
  const visitor = new Visitor(app.address, 'Admin/1.0')
  await visitor.signIn(ADMIN.email, ADMIN.password)
  return visitor
}

const eventCount = () => app.floor.store.head()

/** Issues an invite through the admin page and answers the link from its mail. */
const invited = async (email: string): Promise<string> => {
  admin = await signedInAdmin()
  const answer = await admin.submit(await admin.get('/admin'), /^\/admin/, { email })
  const page = answer.location === null ? answer : await admin.follow(answer)
  expect(page.html).toContain('Invite sent.')
  const mail = (await app.mailsTo(email)).at(-1)
  return linkIn(mail?.text ?? '', '/invites/')
}

const redeem = async (visitor: Visitor, link: string): Promise<Page> => {
  const landing = await visitor.get(new URL(link).pathname)
  const answer = await visitor.submit(landing, new URL(link).pathname)
  return answer.location === null ? answer : visitor.follow(answer)
}

const firstPasswordIn = (text: string) => /First password: ([A-Z2-7]{20,})/.exec(text)?.[1] ?? ''

describe('S0: the main page', () => {
  test('S0-1 shows an anonymous visitor a form with login, password and a submit button', async () => {
    const page = await new Visitor(app.address).get('/')
    expect(page.status).toBe(200)
    expect(page.html).toMatch(/<input[^>]*name="login"/)
    expect(page.html).toMatch(/<input[^>]*name="password"/)
    expect(page.html).toMatch(/<button[^>]*type="submit"/)
  })

  test('S0-2, S0-4 a right pair leads to the main page, which now offers to log out and no login form', async () => {
    const visitor = new Visitor(app.address)
    const answer = await visitor.submit(await visitor.get('/'), '/', {
      login: ADMIN.email,
      password: ADMIN.password,
    })
    expect([answer.status, answer.location]).toStrictEqual([303, '/'])
    const page = await visitor.follow(answer)
    expect(page.html).toContain('Log out')
    expect(page.html).not.toMatch(/name="password"/)
  })

  test('S0-3, S0-24, S0-25, S0-26 the control panel is for admins: others see no link and are led to the sign-in', async () => {
    const member = new Visitor(app.address)
    const home = await redeem(member, await invited('member.s03@example.org'))
    expect(home.html).not.toContain('Control panel')
    expect((await admin.get('/')).html).toContain('Control panel')
    for (const visitor of [member, new Visitor(app.address)]) {
      for (const path of ['/admin', '/admin/invites', '/admin/users', '/admin/mails']) {
        const refused = await visitor.get(path)
        expect([path, refused.status, refused.location]).toStrictEqual([path, 303, '/'])
        expect(refused.html).not.toContain('example.org')
      }
    }
  })

  test('S0-5 an unknown login and a wrong password get the same answer and no session', async () => {
    const answers: string[] = []
    for (const login of ['nobody@example.org', ADMIN.email]) {
      const visitor = new Visitor(app.address)
      const page = await visitor.submit(await visitor.get('/'), '/', { login, password: 'wrong-password' })
      expect(page.status).toBe(401)
      expect(page.html).toContain('Invalid username or password.')
      expect(visitor.cookie('sid')).toBeUndefined()
      answers.push(page.html.replaceAll(login, '').replaceAll(/value="[^"]*"/g, ''))
    }
    expect(answers[0]).toBe(answers[1])
  })

  test.each([
    ['an empty login', '', 'secret-password'],
    ['no address', 'bb', 'secret-password'],
    ['an address without a top-level domain', 'bb@bb', 'secret-password'],
    ['an over-long address', `${'a'.repeat(250)}@example.org`, 'secret-password'],
    ['an empty password', ADMIN.email, ''],
  ])('S0-6, S0-49 %s brings the form back with a field error and no session', async (_, login, password) => {
    const visitor = new Visitor(app.address)
    const form = await visitor.get('/')
    expect(form.html).toMatch(/<input[^>]*name="login"[^>]*required/)
    expect(form.html).toMatch(/<input[^>]*type="email"/)
    const page = await visitor.submit(form, '/', { login, password })
    expect(page.status).toBe(422)
    expect(page.html).toMatch(/aria-invalid="true"/)
    expect(visitor.cookie('sid')).toBeUndefined()
  })

  test('S0-7 logging out takes a POST: GET is refused with 405, POST ends the session', async () => {
    const visitor = await signedInAdmin()
    const refused = await visitor.get('/logout')
    expect([refused.status, refused.headers.get('allow')]).toStrictEqual([405, 'POST'])
    const cookie = visitor.stolenBy('Admin/1.0')
    const answer = await visitor.submit(await visitor.get('/'), '/logout')
    expect([answer.status, answer.location]).toStrictEqual([303, '/'])
    expect((await visitor.get('/')).html).toMatch(/name="password"/)
    expect((await cookie.get('/')).html).toMatch(/name="password"/)
  })

  test('S0-8 every sign-in sets the last sign-in that the admin sees, the one by invite too', async () => {
    await redeem(new Visitor(app.address), await invited('seen.s08@example.org'))
    const user = await app.floor.reads.users.byEmail('seen.s08@example.org')
    expect(user?.lastLoginAt).toBe(app.clock())
    const page = await (await signedInAdmin()).get('/admin/users?search=seen.s08')
    expect(page.html).toContain(`datetime="${app.clock()}"`)
  })
})

describe('S0: issuing', () => {
  test('S0-9, S0-10, S0-11, S0-29 an admin gives an address, one mail goes out with the link, and the page says so at once', async () => {
    const link = await invited('bob.s09@example.org')
    expect(new URL(link).origin).toBe(app.floor.settings.publicUrl)
    expect(await app.mailsTo('bob.s09@example.org')).toHaveLength(1)
    const [invite] = await app.floor.reads.invites.list(
      { email: 'bob.s09@example.org' },
      { now: app.clock(), limit: 5 },
    )
    expect([invite?.state, invite?.delivery]).toStrictEqual(['open', 'sent'])
  })

  test.each([
    ['S0-22 a missing address', '', 'This field is required.'],
    ['S0-22 a malformed address', 'bb@', 'Invalid email address'],
    ['S0-22 an over-long address', `${'a'.repeat(250)}@example.org`, 'too long'],
    ['S0-21 the address of a user', ADMIN.email, 'Email already created.'],
  ])('%s is refused with its reason, and nothing is issued or mailed', async (_, email, message) => {
    admin = await signedInAdmin()
    await app.mailsTo(ADMIN.email) // of this sign-in, on what is a new device
    const before = [await eventCount(), app.mails.length]
    const answer = await admin.submit(await admin.get('/admin'), /^\/admin/, { email })
    expect(answer.html).toContain(message)
    await app.outbox.sendDue()
    expect([await eventCount(), app.mails.length]).toStrictEqual(before)
  })

  test('S0-20, S0-19 several invites to one address are all good until one is used; then the others are dead', async () => {
    const first = await invited('twice.s20@example.org')
    const second = await invited('twice.s20@example.org')
    for (const link of [first, second]) {
      expect((await new Visitor(app.address).get(new URL(link).pathname)).status).toBe(200)
    }
    await redeem(new Visitor(app.address), first)
    const dead = await new Visitor(app.address).get(new URL(second).pathname)
    expect(dead.status).toBe(410)
  })

  test('S0-28 the list shows address, state and times, finds by address part and by id, and takes no hand-made invite', async () => {
    await invited('listed.s28@example.org')
    const [invite] = await app.floor.reads.invites.list(
      { search: 'listed.s28' },
      { now: app.clock(), limit: 1 },
    )
    const found = await admin.get('/admin/invites?search=listed.s28')
    expect(found.html).toContain('listed.s28@example.org')
    expect((await admin.get(`/admin/invites?search=${invite?.id}`)).html).toContain('listed.s28@example.org')
    expect((await admin.get('/admin/invites?search=nothing-like-it')).html).not.toContain(
      'listed.s28@example.org',
    )
    expect((await admin.get('/admin/invites/new')).status).toBe(404)
  })
})

describe('S0: redeeming', () => {
  test('S0-12, S0-13, S0-14, S0-15, S0-17 following the link makes the user, signs them in, and mails login and first password', async () => {
    const link = await invited('eve.s12@example.org')
    const eve = new Visitor(app.address)
    const landing = await eve.get(new URL(link).pathname)
    expect(landing.html).not.toMatch(/type="password"/)
    const home = await redeem(eve, link)
    expect(home.html).toContain('Log out')
    expect(home.html).toContain('eve.s12@example.org')

    const [, credentials] = await app.mailsTo('eve.s12@example.org')
    expect(credentials?.text).toContain('Login: eve.s12@example.org')
    const password = firstPasswordIn(credentials?.text ?? '')
    expect(password.length).toBeGreaterThanOrEqual(20)

    const user = await app.floor.reads.users.byEmail('eve.s12@example.org')
    const invite = await app.floor.reads.invites.get(user?.inviteId ?? '', app.clock())
    expect([invite?.state, invite?.redeemedUserId]).toStrictEqual(['redeemed', user?.id])

    const elsewhere = new Visitor(app.address)
    const answer = await elsewhere.signIn('eve.s12@example.org', password)
    expect(answer.html + String(answer.location)).toMatch(/password/i)
  })

  test('S0-16 an invite cannot be used a second time: 410 says so, and nothing is made', async () => {
    const link = await invited('once.s16@example.org')
    await redeem(new Visitor(app.address), link)
    const before = await eventCount()
    const again = new Visitor(app.address)
    const landing = await again.get(new URL(link).pathname)
    expect(landing.status).toBe(410)
    expect(landing.html).toContain('already')
    expect(await eventCount()).toBe(before)
  })

  test('S0-18 an unknown token answers 404, a method that is not supported 405', async () => {
    const visitor = new Visitor(app.address)
    expect((await visitor.get('/invites/unknown-token')).status).toBe(404)
    const link = await invited('methods.s18@example.org')
    for (const method of ['PUT', 'DELETE', 'PATCH']) {
      const refused = await visitor.request(method, new URL(link).pathname)
      expect([method, refused.status, refused.headers.get('allow')]).toStrictEqual([
        method,
        405,
        'HEAD, GET, POST',
      ])
    }
  })

  test('S0-50 an expired link is refused with its reason; the invite stays in the list as expired', async () => {
    const link = await invited('late.s50@example.org')
    app.clock.advance(7 * DAY)
    const late = await new Visitor(app.address).get(new URL(link).pathname)
    expect(late.status).toBe(410)
    expect(late.html).toContain('expired')
    admin = await signedInAdmin()
    expect((await admin.get('/admin/invites?state=expired')).html).toContain('late.s50@example.org')
  })

  test('C-9 neither GET nor HEAD spends a link', async () => {
    const link = await invited('scanned@example.org')
    const before = await eventCount()
    const scanner = new Visitor(app.address, 'Scanner/1.0')
    for (const method of ['HEAD', 'GET', 'GET', 'GET']) {
      expect((await scanner.request(method, new URL(link).pathname)).status).toBe(200)
    }
    expect(await eventCount()).toBe(before)
    expect((await redeem(new Visitor(app.address), link)).html).toContain('Log out')
  })
})

describe('S0: users and sessions', () => {
  test('S0-27 the admin lists users, searches by login, edits and erases them; can create none and sees no hash', async () => {
    await redeem(new Visitor(app.address), await invited('carol.s27@example.org'))
    admin = await signedInAdmin()
    const list = await admin.get('/admin/users?search=carol.s27')
    expect(list.html).toContain('carol.s27@example.org')
    expect((await admin.get('/admin/users?search=zzzz-none')).html).not.toContain('carol.s27@example.org')
    const user = await app.floor.reads.users.byEmail('carol.s27@example.org')
    const view = await admin.get(`/admin/users/${user?.id}`)
    const edited = await admin.submit(view, new RegExp(`^/admin/users/${user?.id}(/profile)?$`), {
      name: 'Carol Smith',
    })
    expect(edited.status).toBe(303)
    const after = await admin.get(`/admin/users/${user?.id}`)
    expect(after.html).toContain('Carol Smith')
    for (const page of [list, view, after]) expect(page.html).not.toContain('$2')
    expect((await admin.post('/admin/users', {})).status).toBe(405)
    const confirm = await admin.get(`/admin/users/${user?.id}/erase`)
    expect((await admin.submit(confirm, /erase/)).status).toBe(303)
    expect(await app.floor.reads.users.byEmail('carol.s27@example.org')).toBeNull()
  })

  test('S0-46 an admin is signed out after two idle hours, others after a week', async () => {
    const member = new Visitor(app.address)
    await redeem(member, await invited('idle.s46@example.org'))
    admin = await signedInAdmin()
    app.clock.advance(2 * HOUR - 1000)
    expect((await admin.get('/')).html).toContain('Log out')
    app.clock.advance(2 * HOUR + 1000)
    expect((await admin.get('/')).html).toMatch(/name="password"/)
    expect((await member.get('/')).html).toContain('Log out')
    app.clock.advance(7 * DAY + 1000)
    expect((await member.get('/')).html).toMatch(/name="password"/)
  })

  test('S0-47 a cookie in another browser is nobody', async () => {
    const visitor = await signedInAdmin()
    expect((await visitor.stolenBy('Thief/1.0').get('/')).html).toMatch(/name="password"/)
    expect((await visitor.get('/')).html).toContain('Log out')
  })

  test('S0-48 a post without its CSRF token, or from another site, is refused and changes nothing', async () => {
    admin = await signedInAdmin()
    const before = await eventCount()
    const page = await admin.get('/admin')
    const attempts = [
      await admin.post('/admin/invites', { email: 'csrf@example.org' }),
      await admin.submit(page, /^\/admin/, { email: 'csrf@example.org', _csrf: 'x'.repeat(43) }),
      await admin.post('/logout', {}),
      await admin.post('/logout', {}, { origin: 'http://evil.example', 'sec-fetch-site': 'cross-site' }),
    ]
    expect(attempts.map(({ status }) => status)).toStrictEqual([403, 403, 403, 403])
    expect(await eventCount()).toBe(before)
  })

  test('S0-53 forwarded headers count only when a proxy is trusted; links never follow them', async () => {
    const trusting = await openTestApp({ TRUST_PROXY: 'on', PUBLIC_URL: 'https://id.example.org' })
    try {
      await enrolAdmin(trusting.floor)
      const forwarded = {
        host: 'id.example.org',
        'x-forwarded-for': '203.0.113.7',
        'x-forwarded-proto': 'https',
      }
      const login = (base: string, headers: Record<string, string>) =>
        fetch(`${base}/api/v1/sessions`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify(ADMIN),
        })
      expect((await login(trusting.address, forwarded)).status).toBe(201)
      const ipOf = async ({ floor }: TestApp) => {
        const user = await floor.reads.users.byEmail(ADMIN.email)
        return (await floor.reads.sessions.ofUser(user?.id ?? '', 1))[0]?.ip
      }
      expect(await ipOf(trusting)).toBe('203.0.113.7')
      expect((await login(app.address, { 'x-forwarded-for': '203.0.113.7' })).status).toBe(201)
      expect(await ipOf(app)).not.toBe('203.0.113.7')
    } finally {
      await trusting.dispose()
    }
  })
})

test('S0-13 to the letter: with INVITE_LINK=direct the page presses the button itself, and still GET spends nothing', async () => {
  const direct = await openTestApp({ INVITE_LINK: 'direct' })
  try {
    await enrolAdmin(direct.floor)
    const boss = new Visitor(direct.address, 'Admin/1.0')
    await boss.signIn(ADMIN.email, ADMIN.password)
    await boss.submit(await boss.get('/admin'), /^\/admin/, { email: 'fast@example.org' })
    const link = linkIn((await direct.mailsTo('fast@example.org'))[0]?.text ?? '', '/invites/')
    const before = await direct.floor.store.head()
    const landing = await new Visitor(direct.address).get(new URL(link).pathname)
    expect(landing.html).toMatch(/<script[^>]*src="\/assets\/[^"]+"/)
    expect(await direct.floor.store.head()).toBe(before)
  } finally {
    await direct.dispose()
  }
})
