import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DAY, MINUTE } from '../../support/house.ts'
import { linkIn, type Page, type Visitor } from '../../support/visitor.ts'
import { openSite, type Site } from './site.ts'

const PASSWORD = 'correct-horse-battery'
const OTHER_PASSWORD = 'another-horse-battery'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.dispose())

let people = 0
const newAddress = () => `new${++people}@example.org`

const fill = (email: string, password = PASSWORD, name = '') => ({ name, email, password, repeat: password })
const register = async (visitor: Visitor, email: string, password = PASSWORD): Promise<Page> =>
  visitor.submit(await visitor.get('/register'), '/register', fill(email, password))

const lastMail = async (email: string) => {
  const mail = (await site.mailsTo(email)).at(-1)
  if (!mail) throw new Error(`no mail to ${email}`)
  return mail
}
const codeTo = async (email: string) => /^Code: (\d{6})$/m.exec((await lastMail(email)).text)?.[1] ?? ''
const linkTo = async (email: string) => new URL(linkIn((await lastMail(email)).text, '/verify/')).pathname
const enterCode = async (visitor: Visitor, code: string) =>
  visitor.submit(await visitor.get('/verify'), '/verify', { code })
const wrong = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0')
const owner = (email: string) => site.floor.reads.users.byEmail(email)

describe('registering', () => {
  test('S3-3 a form takes name, address and the password twice; a mail goes out, the user is unverified', async () => {
    const visitor = site.visitor()
    const email = newAddress()
    const form = await visitor.get('/register')
    for (const name of ['name', 'email', 'password', 'repeat']) expect(form.html).toContain(`name="${name}"`)
    const answer = await visitor.submit(form, '/register', fill(email, PASSWORD, 'Ada Lovelace'))
    expect([answer.status, answer.location]).toStrictEqual([303, '/verify'])
    expect((await lastMail(email)).subject).toBe('Confirm your address')
    expect(await owner(email)).toBeNull()
    const [waiting] = await site.floor.reads.users.waitingFor(email)
    expect([waiting?.name, waiting?.emailVerifiedAt]).toStrictEqual(['Ada Lovelace', null])
  })

  test.each([
    ['S3-5 an empty password', { password: '', repeat: '' }, 'Password cannot be empty.'],
    ['S3-6 differing passwords', { repeat: OTHER_PASSWORD }, 'Passwords do not match.'],
    ['S3-7 no address', { email: 'nobody' }, 'Invalid email address'],
    ['S3-4 a name of 51 characters', { name: 'a'.repeat(51) }, 'A name has 50 characters at most.'],
    ['T18 a name that is a link', { name: 'evil.com' }, 'A name must not look like a web address.'],
  ])('S3-9 %s is refused by the server too, and nothing happens', async (_, change, message) => {
    const visitor = site.visitor()
    const form = await visitor.get('/register')
    const before = await site.head()
    const answer = await visitor.submit(form, '/register', { ...fill(newAddress()), ...change })
    expect(answer.status).toBe(422)
    expect(answer.html).toContain(message)
    expect(await site.head()).toBe(before)
  })

  test('S3-4 a name of 50 characters fits', async () => {
    const visitor = site.visitor()
    const email = newAddress()
    const name = 'a'.repeat(50)
    const answer = await visitor.submit(
      await visitor.get('/register'),
      '/register',
      fill(email, PASSWORD, name),
    )
    expect(answer.status).toBe(303)
  })

  test('sent twice, by a double click, it registers once', async () => {
    const visitor = site.visitor()
    const email = newAddress()
    const form = await visitor.get('/register')
    const answers = await Promise.all([1, 2].map(() => visitor.submit(form, '/register', fill(email))))
    expect(answers.map(({ status }) => status)).toStrictEqual([303, 303])
    expect(await site.floor.reads.users.waitingFor(email)).toHaveLength(1)
    expect(await site.mailsTo(email)).toHaveLength(1)
  })

  test('S3-21, W-27 who is not confirmed is led to confirm, wherever they go', async () => {
    const visitor = site.visitor()
    const email = newAddress()
    await register(visitor, email)
    for (const path of ['/', '/profile', '/password/change', '/admin', '/profile/sessions']) {
      expect((await visitor.get(path)).location).toBe('/verify')
    }
    expect((await site.visitor().signIn(email, PASSWORD)).location).toBe('/verify')
  })
})

describe('confirming with the code', () => {
  test('S2-22 makes the address theirs, in the session that registered, with the password chosen there', async () => {
    const visitor = site.visitor()
    const email = newAddress()
    await register(visitor, email)
    const answer = await enterCode(visitor, await codeTo(email))
    expect([answer.status, answer.location]).toStrictEqual([303, '/'])
    expect((await visitor.follow(answer)).html).toContain('Your address is confirmed.')
    expect((await owner(email))?.emailVerifiedAt).toBe(site.clock())
    expect((await site.visitor().signIn(email, PASSWORD)).html).toContain('Log out')
  })

  test('S4-16, W-34 five wrong ones make it void, the right one too; a new mail has a new one', async () => {
    const visitor = site.visitor()
    const email = newAddress()
    await register(visitor, email)
    const code = await codeTo(email)
    for (const left of [4, 3, 2, 1, 0]) {
      const answer = await enterCode(visitor, wrong(code))
      expect([answer.status, answer.html.includes(`Tries left: ${left}.`)]).toStrictEqual([422, true])
    }
    expect((await enterCode(visitor, code)).status).toBe(429)
    const again = await visitor.submit(await visitor.get('/verify'), '/verify/resend')
    expect(again.location).toBe('/verify')
    expect((await enterCode(visitor, code)).status).toBe(422)
    expect((await enterCode(visitor, await codeTo(email))).status).toBe(303)
  })

  test('S4-9 it lives ten minutes', async () => {
    const visitor = site.visitor()
    const email = newAddress()
    await register(visitor, email)
    const code = await codeTo(email)
    site.clock.advance(10 * MINUTE)
    expect((await enterCode(visitor, code)).status).toBe(410)
    expect(await owner(email)).toBeNull()
  })

  test.each(['', '12345', 'abcdef', '1234567'])(
    'what is no code (%j) is said so, and not counted',
    async (code) => {
      const visitor = site.visitor()
      const email = newAddress()
      await register(visitor, email)
      const before = await site.head()
      expect((await enterCode(visitor, code)).status).toBe(422)
      expect(await site.head()).toBe(before)
    },
  )
})

describe('confirming with the link', () => {
  test('S3-10, S3-12, S3-13 in the browser that registered it takes one click, once', async () => {
    const visitor = site.visitor()
    const email = newAddress()
    await register(visitor, email)
    const path = await linkTo(email)
    const before = await site.head()
    const page = await visitor.get(path)
    expect(await site.head()).toBe(before)
    const answer = await visitor.submit(page, path)
    expect([answer.status, answer.location]).toStrictEqual([303, '/'])
    expect((await owner(email))?.emailVerifiedAt).not.toBeNull()
    const again = await visitor.get(path)
    expect(again.status).toBe(410)
    expect(again.html).toContain('This address is confirmed')
  })

  test('T10 anywhere else a new password is asked for, and the one chosen at registration is void', async () => {
    const attacker = site.visitor('Attacker/1.0')
    const victim = site.visitor('Victim/1.0')
    const email = newAddress()
    await register(attacker, email)
    const path = await linkTo(email)
    const page = await victim.get(path)
    expect(page.html).toContain('name="password"')
    const fields = { password: OTHER_PASSWORD, repeat: OTHER_PASSWORD }
    expect((await victim.submit(page, path, fields)).location).toBe('/')
    expect((await victim.get('/')).html).toContain(email)
    expect((await attacker.get('/')).html).toContain('name="login"')
    expect((await site.visitor().signIn(email, PASSWORD)).status).toBe(401)
    expect((await site.visitor().signIn(email, OTHER_PASSWORD)).html).toContain('Log out')
  })

  test('S3-11, S3-14 it ends with its time; unknown, forged and foreign ones are nothing', async () => {
    const visitor = site.visitor()
    const email = newAddress()
    await register(visitor, email)
    const path = await linkTo(email)
    const reset = site.house.links.registrationToken(site.house.newId())
    for (const bad of ['/verify/x', `${path.slice(0, -3)}AAA`, `/verify/${reset}`]) {
      expect((await visitor.get(bad)).status).toBe(404)
    }
    site.clock.advance(10 * MINUTE)
    const late = await visitor.get(path)
    expect([late.status, late.html.includes('This link has expired')]).toStrictEqual([410, true])
    expect(await owner(email)).toBeNull()
  })
})

describe('several who wait for one address', () => {
  test('S3-8, S4-7 exactly one becomes the user; the others are gone with their sessions', async () => {
    const email = newAddress()
    const [first, second] = [site.visitor('First/1.0'), site.visitor('Second/1.0')]
    await register(first, email)
    const firstCode = await codeTo(email)
    await register(second, email, OTHER_PASSWORD)
    const secondCode = await codeTo(email)
    expect((await enterCode(first, secondCode)).status).toBe(422)
    expect((await enterCode(second, firstCode)).status).toBe(422)
    expect((await enterCode(second, secondCode)).status).toBe(303)
    expect((await first.get('/verify')).location).toBe('/?next=/verify')
    expect(await site.floor.reads.users.waitingFor(email)).toStrictEqual([])
    expect((await site.visitor().signIn(email, PASSWORD)).status).toBe(401)
    expect((await site.visitor().signIn(email, OTHER_PASSWORD)).status).toBe(200)
  })

  test('S2-4, T13 a taken address gets the same pages; its owner is told, and no code confirms it', async () => {
    const { email } = await site.member()
    const free = newAddress()
    const [asOwner, asNew] = [site.visitor(), site.visitor()]
    const answers = [await register(asOwner, email), await register(asNew, free)]
    expect(answers.map(({ status, location }) => [status, location])).toStrictEqual([
      [303, '/verify'],
      [303, '/verify'],
    ])
    const pages = [await asOwner.get('/verify'), await asNew.get('/verify')]
    const neutral = ({ html }: Page, address: string) =>
      html.replaceAll(address, 'ADDRESS').replaceAll(/value="[^"]*"/g, 'value=""')
    expect(neutral(pages[0] as Page, email)).toBe(neutral(pages[1] as Page, free))
    expect((await lastMail(email)).subject).toBe('You have a user here already')
    const tries = [await enterCode(asOwner, '000000'), await enterCode(asNew, wrong(await codeTo(free)))]
    expect(tries.map(({ status }) => status)).toStrictEqual([422, 422])
  })

  test('an invite that is redeemed ends the registrations of its address', async () => {
    const { email, path } = await site.invited()
    const early = site.visitor('Early/1.0')
    await register(early, email)
    const invited = site.visitor('Invited/1.0')
    await invited.submit(await invited.get(path), path)
    expect((await early.get('/verify')).location).toBe('/?next=/verify')
    expect((await owner(email))?.via).toBe('invite')
  })
})

describe('the mail again', () => {
  test('S3-15, S3-16, S3-17, W-30 by address: known or not, the answer is the same, and says how long the link lives', async () => {
    const email = newAddress()
    await register(site.visitor(), email)
    const old = await linkTo(email)
    const unknown = newAddress()
    const answers = []
    for (const address of [email, unknown]) {
      const visitor = site.visitor()
      answers.push(
        await visitor.submit(await visitor.get('/verify/resend'), '/verify/resend', { email: address }),
      )
    }
    expect(answers.map(({ status }) => status)).toStrictEqual([200, 200])
    for (const { html } of answers) expect(html).toContain('The link works for 10 minutes.')
    expect(await site.mailsTo(email)).toHaveLength(2)
    expect(await site.mailsTo(unknown)).toStrictEqual([])
    const dead = await site.visitor().get(old)
    expect([dead.status, dead.html.includes('There is a newer link')]).toStrictEqual([410, true])
  })

  test('S3-18 the sign-in page leads there', async () => {
    const page = await site.visitor().get('/')
    expect(page.html).toMatch(/<a[^>]*href="\/verify\/resend"[^>]*>Send the link again<\/a>/)
  })
})

describe('a forgotten password', () => {
  const ask = async (email: string) => {
    const visitor = site.visitor()
    return visitor.submit(await visitor.get('/password/forgot'), '/password/forgot', { email })
  }
  const resetLink = async (email: string) =>
    new URL(linkIn((await lastMail(email)).text, '/password/reset/')).pathname

  const member = async () => {
    const visitor = site.visitor('Owner/1.0')
    const email = newAddress()
    await register(visitor, email)
    await enterCode(visitor, await codeTo(email))
    return { visitor, email }
  }

  test('is set anew by a link, once; every session ends, and nobody is signed in by it', async () => {
    const { visitor, email } = await member()
    expect((await ask(email)).status).toBe(200)
    const path = await resetLink(email)
    const elsewhere = site.visitor('Phone/1.0')
    const fields = { password: OTHER_PASSWORD, repeat: OTHER_PASSWORD }
    const answer = await elsewhere.submit(await elsewhere.get(path), path, fields)
    expect(answer.location).toBe('/')
    expect((await elsewhere.follow(answer)).html).toContain('The new password counts from now on.')
    expect((await visitor.get('/profile')).location).toBe('/?next=/profile')
    expect((await site.visitor().signIn(email, PASSWORD)).status).toBe(401)
    expect((await site.visitor().signIn(email, OTHER_PASSWORD)).status).toBe(200)
    expect((await elsewhere.get(path)).status).toBe(410)
    expect((await lastMail(email)).subject).toBe('Your password was changed')
  })

  test('T13 the answer is the same for known, unknown and unconfirmed addresses; only the known one gets mail', async () => {
    const { email } = await member()
    const unknown = newAddress()
    const unconfirmed = newAddress()
    await register(site.visitor(), unconfirmed)
    const masked = ({ html }: Page) =>
      html.replace(/[^>]*•••[^<]*/, 'ADDRESS').replaceAll(/value="[^"]*"/g, '')
    const bodies = []
    for (const address of [email, unknown, unconfirmed]) bodies.push(masked(await ask(address)))
    expect(new Set(bodies).size).toBe(1)
    expect((await lastMail(email)).subject).toBe('Set a new password')
    expect(await site.mailsTo(unknown)).toStrictEqual([])
    expect(await site.mailsTo(unconfirmed)).toHaveLength(1)
  })

  test('an older link is void, an expired one too, and a verification link is none', async () => {
    const { email } = await member()
    await ask(email)
    const old = await resetLink(email)
    await ask(email)
    const newest = await resetLink(email)
    expect((await site.visitor().get(old)).html).toContain('There is a newer link')
    site.clock.advance(10 * MINUTE)
    expect((await site.visitor().get(newest)).status).toBe(410)
    const foreign = site.house.links.registrationToken(site.house.newId())
    expect((await site.visitor().get(`/password/reset/${foreign}`)).status).toBe(404)
  })
})

describe('the deadline', () => {
  test('S2-31, S2-32, W-18 who never confirmed is gone after two days and the address free; who did stays', async () => {
    const [stays, goes] = [newAddress(), newAddress()]
    const visitor = site.visitor()
    await register(visitor, stays)
    await enterCode(visitor, await codeTo(stays))
    await register(site.visitor(), goes)
    site.clock.advance(2 * DAY - 1)
    await site.deadlines.removeDue()
    expect(await site.floor.reads.users.waitingFor(goes)).toHaveLength(1)
    site.clock.advance(1)
    await site.deadlines.removeDue()
    expect(await site.floor.reads.users.waitingFor(goes)).toStrictEqual([])
    expect(await owner(stays)).not.toBeNull()
    expect((await site.visitor().signIn(goes, PASSWORD)).status).toBe(401)
    expect((await register(site.visitor(), goes)).location).toBe('/verify')
  })
})

describe('the profile', () => {
  test('S3-37 changes name, language and address; the old address is told once the new one is confirmed', async () => {
    const visitor = site.visitor()
    const email = newAddress()
    await register(visitor, email)
    await enterCode(visitor, await codeTo(email))
    const saved = await visitor.submit(await visitor.get('/profile'), '/profile', {
      name: 'Ada',
      locale: 'en',
    })
    expect((await visitor.follow(saved)).html).toContain('Your profile was saved.')
    const next = newAddress()
    const fields = { email: next, current: PASSWORD }
    const asked = await visitor.submit(await visitor.get('/profile'), '/profile/email', fields)
    expect(asked.location).toBe('/verify')
    expect((await owner(email))?.name).toBe('Ada')
    expect((await enterCode(visitor, await codeTo(next))).location).toBe('/')
    expect(await owner(email)).toBeNull()
    expect((await owner(next))?.name).toBe('Ada')
    expect((await lastMail(email)).subject).toBe('Your address was changed')
  })

  test('the address takes the password, and a stranger who reads the new mailbox gets nothing by the link', async () => {
    const visitor = site.visitor()
    const email = newAddress()
    await register(visitor, email)
    await enterCode(visitor, await codeTo(email))
    const next = newAddress()
    const page = await visitor.get('/profile')
    const refused = await visitor.submit(page, '/profile/email', { email: next, current: OTHER_PASSWORD })
    expect(refused.status).toBe(422)
    expect(await site.mailsTo(next)).toStrictEqual([])
    await visitor.submit(page, '/profile/email', { email: next, current: PASSWORD })
    const path = await linkTo(next)
    const stranger = site.visitor('Stranger/1.0')
    expect((await stranger.get(path)).location).toMatch(/^\/\?next=/)
    expect(await owner(next)).toBeNull()
  })

  test('S3-36, S4-40, T48 leaving takes the password; then the user is signed out and the address is free', async () => {
    const visitor = site.visitor()
    const email = newAddress()
    await register(visitor, email)
    await enterCode(visitor, await codeTo(email))
    const page = await visitor.get('/profile/erase')
    expect((await visitor.submit(page, '/profile/erase', { current: OTHER_PASSWORD })).status).toBe(422)
    const answer = await visitor.submit(page, '/profile/erase', { current: PASSWORD })
    expect((await visitor.follow(answer)).html).toContain('You are forgotten here.')
    expect(await owner(email)).toBeNull()
    expect((await register(site.visitor(), email)).location).toBe('/verify')
  })
})

describe('who may register', () => {
  test('S3-2 the menu offers it to strangers only', async () => {
    const stranger = await site.visitor().get('/')
    for (const href of ['/', '/register', '/#login']) expect(stranger.html).toContain(`href="${href}"`)
    expect(stranger.html).not.toContain('href="/profile"')
    const { visitor } = await site.member()
    const page = await visitor.get('/password/change')
    expect(page.html).not.toContain('href="/register"')
  })

  test('C-2 with REGISTRATION=invite nobody, and nothing offers it', async () => {
    const closed = await openSite({ REGISTRATION: 'invite' })
    try {
      const page = await closed.visitor().get('/register')
      expect([page.status, page.html.includes('Nobody registers here by themselves.')]).toStrictEqual([
        403,
        true,
      ])
      expect((await closed.visitor().get('/')).html).not.toContain('/register')
    } finally {
      await closed.dispose()
    }
  })

  test('S2-4, S4-6 with EMAIL_LOOKUP=on a taken address is refused as such', async () => {
    const telling = await openSite({ EMAIL_LOOKUP: 'on' })
    try {
      const { email } = await telling.member()
      const visitor = telling.visitor()
      const answer = await visitor.submit(await visitor.get('/register'), '/register', fill(email))
      expect([answer.status, answer.html.includes('already')]).toStrictEqual([409, true])
    } finally {
      await telling.dispose()
    }
  })
})
