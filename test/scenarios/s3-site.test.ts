import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openSite, type Site } from '../http/pages/site.ts'
import { ADMIN } from '../support/admin.ts'
import { expectProjectionsEqualRebuild } from '../support/rebuild.ts'
import { linkIn, type Page, Visitor } from '../support/visitor.ts'
import { PASSWORD } from './registering.ts'

const SECOND = 1000

let site: Site
beforeAll(async () => {
  site = await openSite({ LINK_TTL: '120s' })
})
afterAll(() => site.dispose())
afterEach(() => expectProjectionsEqualRebuild(site.floor))

const register = async (
  visitor: Visitor,
  email: string,
  more: Record<string, string> = {},
): Promise<Page> => {
  const fields = { name: 'Grace', email, password: PASSWORD, repeat: PASSWORD, ...more }
  return visitor.submit(await visitor.get('/register'), '/register', fields)
}
const lastLinkTo = async (email: string): Promise<string> =>
  new URL(linkIn((await site.mailsTo(email)).at(-1)?.text ?? '', '/verify/')).pathname
const follow = async (visitor: Visitor, path: string): Promise<Page> => {
  const page = await visitor.get(path)
  return page.status === 200 ? visitor.submit(page, path) : page
}
const isConfirmed = async (email: string) => (await site.floor.reads.users.byEmail(email)) !== null

/** Somebody who has registered, followed the link and is signed in. */
const member = async (email: string): Promise<Visitor> => {
  const visitor = site.visitor()
  await register(visitor, email)
  expect((await follow(visitor, await lastLinkTo(email))).location).toBe('/')
  return visitor
}

const menuOf = ({ html }: Page): string[] => {
  const menu = /<nav class="menu"[^>]*>([\s\S]*?)<\/nav>/.exec(html)?.[1] ?? ''
  return [...menu.matchAll(/<(?:a|button)\b[^>]*>([^<]*)</g)].map(([, words = '']) => words.trim())
}
const submenuOf = ({ html }: Page): string[] =>
  [...(/<nav class="tabs"[^>]*>([\s\S]*?)<\/nav>/.exec(html)?.[1] ?? '').matchAll(/href="([^"]+)"/g)].map(
    ([, path = '']) => path,
  )

describe('S3: the site', () => {
  test('S3-1, S3-2 the start page; its menu for strangers and for those who are signed in', async () => {
    const start = await new Visitor(site.address).get('/')
    expect([start.status, start.headers.get('content-type')]).toStrictEqual([200, 'text/html; charset=utf-8'])
    expect(menuOf(start)).toStrictEqual(['Home', 'Register', 'Log in', 'Русский'])
    expect(submenuOf(start)).toStrictEqual([])
    const signedIn = await member('menu.s32@example.org')
    expect(menuOf(await signedIn.get('/'))).toStrictEqual(['Home', 'Profile', 'Русский', 'Log out'])
    expect(submenuOf(await signedIn.get('/profile'))).toContain('/profile/sessions')
  })

  test('S3-50, S3-2 logging out takes a press of a button, and brings the menu of strangers back', async () => {
    const visitor = await member('out.s350@example.org')
    const stolen = visitor.stolenBy('Visitor/1.0')
    const answer = await visitor.submit(await visitor.get('/'), '/logout')
    expect([answer.status, answer.location]).toStrictEqual([303, '/'])
    expect(menuOf(await visitor.follow(answer))).toContain('Log in')
    expect((await stolen.get('/profile')).location).toBe('/?next=/profile')
  })
})

describe('S3: registering and following the link', () => {
  test('S3-3, S3-10, S3-12, S3-19 the walk: register, mail, link within 120 seconds, sign in, profile', async () => {
    const visitor = site.visitor()
    const email = 'grace.s33@example.org'
    expect((await register(visitor, email)).location).toBe('/verify')
    const [mail] = await site.mailsTo(email)
    expect(mail?.subject).toBe('Confirm your address')
    const link = linkIn(mail?.text ?? '', '/verify/')
    expect(new URL(link).origin).toBe(site.floor.settings.publicUrl)
    const home = await visitor.follow(await follow(visitor, new URL(link).pathname))
    expect(home.html).toContain('Your address is confirmed.')

    const elsewhere = site.visitor('Elsewhere/1.0')
    const asked = await elsewhere.get('/profile')
    expect([asked.status, asked.location]).toStrictEqual([303, '/?next=/profile'])
    const form = await elsewhere.follow(asked)
    const refused = await elsewhere.submit(form, '/', { login: email, password: 'not-the-password-at-all' })
    expect([refused.status, refused.html.includes('Invalid username or password')]).toStrictEqual([401, true])
    const answer = await elsewhere.submit(form, '/', { login: email, password: PASSWORD })
    expect([answer.status, answer.location]).toStrictEqual([303, '/profile'])
    expect((await elsewhere.follow(answer)).html).toContain(email)
  })

  test.each([
    ['works after 119 seconds', 119, 200],
    ['is dead after 121', 121, 410],
  ])('S3-11 with LINK_TTL=120s a link %s', async (words, seconds, status) => {
    const visitor = site.visitor()
    const email = `seconds${seconds}.s311@example.org`
    await register(visitor, email)
    const path = await lastLinkTo(email)
    site.clock.advance(seconds * SECOND)
    expect([words, (await visitor.get(path)).status]).toStrictEqual([words, status])
    await follow(visitor, path)
    expect(await isConfirmed(email)).toBe(status === 200)
  })

  test('S3-13, S3-14 a used, an unknown and an altered link confirm nothing, and lead on', async () => {
    const visitor = site.visitor()
    const email = 'dead.s314@example.org'
    await register(visitor, email)
    const path = await lastLinkTo(email)
    const before = await site.head()
    for (const bad of [`/verify/${'x'.repeat(60)}`, `${path.slice(0, -3)}AAA`]) {
      const page = await visitor.get(bad)
      expect([page.status, page.html.includes('This link is not known')]).toStrictEqual([404, true])
    }
    expect([await site.head(), await isConfirmed(email)]).toStrictEqual([before, false])
    await follow(visitor, path)
    const used = await site.visitor('Elsewhere/1.0').get(path)
    expect([used.status, used.html.includes('href="/"')]).toStrictEqual([410, true])
  })

  test('S3-15, S3-16, S3-17, S3-18 the mail again: from the sign-in page, with a new link that voids the old one', async () => {
    const email = 'again.s315@example.org'
    const registered = site.visitor()
    await register(registered, email)
    const old = await lastLinkTo(email)
    const start = await site.visitor().get('/')
    expect(start.html).toMatch(/<a href="\/verify\/resend">/)
    const visitor = site.visitor()
    const ask = async (address: string) =>
      visitor.submit(await visitor.get('/verify/resend'), '/verify/resend', { email: address })
    const known = await ask(email)
    const mails = site.mails.length
    const unknown = await ask('nobody.s317@example.org')
    expect(known.html).toContain('2 minutes')
    const neutral = ({ html }: Page) => html.replaceAll(/value="[^"]*"|\S+@example\.org/g, '')
    expect(neutral(unknown)).toBe(neutral(known))
    const next = await lastLinkTo(email)
    expect(await site.mailsTo('nobody.s317@example.org')).toStrictEqual([])
    expect(site.mails.length).toBe(mails + 1)
    expect((await registered.get(old)).status).toBe(410)
    expect((await follow(registered, next)).location).toBe('/')
  })
})

describe('S3: what is typed', () => {
  test('S3-7 capital letters make no second user', async () => {
    await member('user.s37@example.org')
    const other = site.visitor()
    await register(other, 'USER.S37@Example.org')
    const [, second] = await site.mailsTo('user.s37@example.org')
    expect(second?.subject).toBe('You have a user here already')
  })

  test.each([
    ['no address', 'grace', PASSWORD, 'Invalid email address'],
    ['an endless password', 'grace@example.org', 'x'.repeat(129), 'too long'],
    ['no password', 'grace@example.org', '', 'This field is required.'],
  ])('S3-20 %s is told before anything is looked up', async (_, login, password, message) => {
    const visitor = site.visitor()
    const before = await site.head()
    const page = await visitor.submit(await visitor.get('/'), '/', { login, password })
    expect([page.status, page.html.includes(message)]).toStrictEqual([422, true])
    expect(await site.head()).toBe(before)
  })
})

describe('S3: who somebody is', () => {
  test('S3-22 a form without its token does nothing; the session is kept in a cookie that scripts can’t read', async () => {
    const visitor = site.visitor()
    const page = await visitor.get('/')
    expect(page.html).toMatch(/name="_csrf" value="[\w-]+"/)
    const login = { login: ADMIN.email, password: ADMIN.password }
    const bare = await visitor.post('/', login)
    expect([bare.status, visitor.cookie('sid')]).toStrictEqual([403, undefined])
    const answer = await visitor.submit(page, '/', login)
    const cookie = answer.headers.getSetCookie().find((line) => line.startsWith('sid=')) ?? ''
    expect(cookie).toMatch(/; httponly/i)
    expect(cookie).toMatch(/; samesite=lax/i)
  })

  test('S3-23 the token says who asks; an address or an id in the body is never believed', async () => {
    await member('victim.s323@example.org')
    await member('caller.s323@example.org')
    const send = (method: string, path: string, body: object, token?: string) =>
      fetch(`${site.address}/api/v1${path}`, {
        method,
        headers: {
          'content-type': 'application/json',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify(body),
      })
    const login = { email: 'caller.s323@example.org', password: PASSWORD }
    const signedIn = (await (await send('POST', '/sessions', login)).json()) as { accessToken: string }
    const victim = await site.floor.reads.users.byEmail('victim.s323@example.org')
    for (const body of [
      { name: 'Mallory', email: 'victim.s323@example.org' },
      { name: 'Mallory', id: victim?.id },
      { name: 'Mallory', userId: victim?.id },
    ])
      expect((await send('PATCH', '/me', body, signedIn.accessToken)).status).toBe(422)
    expect((await send('PATCH', '/me', { email: 'victim.s323@example.org' })).status).toBe(401)
    expect((await site.floor.reads.users.byEmail('victim.s323@example.org'))?.name).toBe('Grace')
  })
})

describe('S3: what is stored', () => {
  test('S3-38 of a password only a slow salted hash', async () => {
    const emails = ['first.s338@example.org', 'second.s338@example.org']
    for (const email of emails) await member(email)
    await site.settled()
    for (const file of readdirSync(site.folder))
      expect([file, readFileSync(join(site.folder, file)).includes(PASSWORD)]).toStrictEqual([file, false])
    const { reader } = site.floor.database
    const sql = 'select hash from password_hashes where user_id = $1'
    const hashes = await Promise.all(
      emails.map(async (email) => {
        const user = await site.floor.reads.users.byEmail(email)
        return (await reader.get<{ hash: string }>(sql, [user?.id ?? null]))?.hash
      }),
    )
    for (const hash of hashes) expect(hash).toMatch(/^\$2[ab]\$\d\d\$[./A-Za-z0-9]{53}$/)
    expect(hashes[0]).not.toBe(hashes[1])
  })

  test('S3-39 whether the address is hashed is decided: encrypted in the history, and gone with its owner', async () => {
    const decision = readFileSync(
      new URL('../../docs/decisions/0003-where-personal-data-lives.md', import.meta.url),
      'utf8',
    )
    expect(decision).toMatch(/Status: accepted[\s\S]*Address tags are HMAC digests/)
    const email = 'gone.s339@example.org'
    const visitor = await member(email)
    const events = async () => JSON.stringify(await site.floor.database.reader.all('select * from events'))
    expect(await events()).not.toContain(email)
    const told = async () => {
      const texts: string[] = []
      for await (const event of site.floor.store.read({})) texts.push(JSON.stringify(event))
      return texts.join('\n')
    }
    expect(await told()).toContain(email)
    const answer = await visitor.submit(await visitor.get('/profile/erase'), '/profile/erase', {
      current: PASSWORD,
      password: PASSWORD,
    })
    expect(answer.status).toBe(303)
    expect(await told()).not.toContain(email)
    expect(await isConfirmed(email)).toBe(false)
  })
})
