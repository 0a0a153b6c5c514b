import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { shownCode } from '../../../src/domain/referrals/code.ts'
import { suspendUser } from '../../../src/domain/users/suspend-user.ts'
import { codeOf, GROVE_PASSWORD, type Planted, plant } from '../../support/grove.ts'
import { DAY } from '../../support/house.ts'
import { linkIn, type Page, type Visitor } from '../../support/visitor.ts'
import { openSite, type Site } from './site.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.dispose())

let people = 0
const newAddress = () => `leaf${++people}@example.org`
const somebody = (name: string | null = null, code: string | null = null): Promise<Planted> =>
  plant(site, { email: newAddress(), name, code })
const signedIn = async ({ email }: Planted, of = site): Promise<Visitor> => {
  const visitor = of.visitor()
  await visitor.signIn(email, GROVE_PASSWORD)
  return visitor
}

const PATH = '/profile/referrals'
const fill = (email: string, more: Record<string, string> = {}) => ({
  name: '',
  email,
  password: GROVE_PASSWORD,
  repeat: GROVE_PASSWORD,
  ...more,
})
const waiting = async (email: string) => (await site.floor.reads.users.waitingFor(email))[0]
const referrerOf = async (userId: string) =>
  (await site.floor.reads.referrals.referrerOf(userId))?.referrerId ?? null
const own = (userId: string) => site.floor.reads.referralCodes.activeOf(userId, site.clock())
const textOf = ({ html }: Page) => html.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ')

describe('the link of a code', () => {
  test('S3-32 opens the registration with the code filled in and tells the name of its owner, nothing else', async () => {
    const grace = await somebody('Grace Hopper')
    const page = await site.visitor().get(`/r/${shownCode(await codeOf(site, grace))}`)
    expect(page.status).toBe(200)
    expect(page.html).toContain('You were referred by Grace Hopper.')
    for (const told of [grace.email, grace.id]) expect(page.html).not.toContain(told)
  })

  test('of somebody without a name tells no name, and no address', async () => {
    const nameless = await somebody()
    const page = await site.visitor().get(`/r/${await codeOf(site, nameless)}`)
    expect(page.html).toContain('You were referred by somebody who is here already.')
    expect(page.html).not.toContain(nameless.email)
  })

  test('is read in any case, with dashes or without, o for 0 and l for 1', async () => {
    const code = await codeOf(site, await somebody())
    const sloppy = code.toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l')
    for (const typed of [code, sloppy, shownCode(sloppy)]) {
      expect((await site.visitor().get(`/r/${typed}`)).html).toContain(`value="${shownCode(code)}"`)
    }
  })

  test('W-26, W-28 looking at it creates nobody, spends nothing and signs nobody out', async () => {
    const owner = await somebody()
    const code = await codeOf(site, owner)
    const visitor = await signedIn(await somebody())
    const before = await site.head()
    for (const who of [site.visitor(), visitor]) {
      for (const method of ['GET', 'HEAD']) {
        expect((await who.request(method, `/r/${code}`)).status).toBe(200)
      }
    }
    expect(await site.head()).toBe(before)
    expect((await visitor.get('/profile')).status).toBe(200)
  })

  test('finishing the registration links the two', async () => {
    const owner = await somebody('Ada')
    const code = await codeOf(site, owner)
    const visitor = site.visitor()
    const email = newAddress()
    const answer = await visitor.submit(await visitor.get(`/r/${code}`), '/register', fill(email))
    expect([answer.status, answer.location]).toStrictEqual([303, '/verify'])
    expect(await referrerOf((await waiting(email))?.id ?? '')).toBe(owner.id)
  })

  test('S3-33 an unknown, cut or deleted one gives 404, a stale one 410, each with a page', async () => {
    const owner = await somebody()
    const code = await codeOf(site, owner)
    const visitor = site.visitor()
    for (const typed of ['0000-0000-0000-0000', 'cut', code.slice(0, 15), '%F0%9F%8C%B2', 'a'.repeat(500)]) {
      const page = await visitor.get(`/r/${typed}`)
      expect([page.status, page.html.includes('This referral link is not known')]).toStrictEqual([404, true])
    }
    site.clock.advance(30 * DAY)
    const stale = await visitor.get(`/r/${code}`)
    expect([stale.status, stale.html.includes('This referral link is stale')]).toStrictEqual([410, true])
    expect((await visitor.get(`/r/${code}?lang=ru`)).html).toContain('Ссылка устарела.')
  })

  test('of somebody who was suspended is not known, and tells nothing of that', async () => {
    const owner = await somebody('Mallory')
    const code = await codeOf(site, owner)
    const by = { actor: `user:${site.adminId}`, correlation: site.house.newId() } as const
    await site.house.execute(suspendUser, { userId: owner.id, reason: null }, by)
    const page = await site.visitor().get(`/r/${code}`)
    expect([page.status, page.html.includes('Mallory')]).toStrictEqual([404, false])
  })

  test('to who is signed in offers to say who brought them; to its owner it is their own page', async () => {
    const owner = await somebody('Ada')
    const code = await codeOf(site, owner)
    const here = await somebody()
    const visitor = await signedIn(here)
    const page = await visitor.get(`/r/${code}`)
    const answer = await visitor.submit(page, `${PATH}/referrer`)
    expect([answer.status, answer.location]).toStrictEqual([303, PATH])
    expect(await referrerOf(here.id)).toBe(owner.id)
    expect((await visitor.get(`/r/${code}`)).html).toContain('known already who brought you here')
    expect((await (await signedIn(owner)).get(`/r/${code}`)).location).toBe(PATH)
  })
})

describe('the field for a code in the registration form', () => {
  test('may stay empty', async () => {
    const visitor = site.visitor()
    const email = newAddress()
    const answer = await visitor.submit(await visitor.get('/register'), '/register', fill(email))
    expect(answer.status).toBe(303)
    expect(await referrerOf((await waiting(email))?.id ?? '')).toBeNull()
  })

  test.each([
    ['malformed', 'seventeen', 422, 'sixteen letters and digits'],
    ['unknown', '0000-0000-0000-0000', 404, 'There is no such referral code.'],
  ])(
    'W-14 a code that is %s is refused beside the field, and nobody is registered',
    async (_, code, status, words) => {
      const visitor = site.visitor()
      const email = newAddress()
      const form = await visitor.get('/register')
      const before = await site.head()
      const answer = await visitor.submit(form, '/register', fill(email, { referralCode: code }))
      expect(answer.status).toBe(status)
      expect(textOf(answer)).toContain(words)
      expect(answer.html).toContain(`value="${code}"`)
      expect(await site.head()).toBe(before)
    },
  )

  test('S3-30 a code that has expired since the form was shown is refused', async () => {
    const code = await codeOf(site, await somebody())
    const visitor = site.visitor()
    site.clock.advance(30 * DAY - 60_000)
    const form = await visitor.get(`/r/${code}`)
    site.clock.advance(60_000)
    const answer = await visitor.submit(form, '/register', fill(newAddress()))
    expect([answer.status, answer.html.includes('This referral code has expired.')]).toStrictEqual([
      410,
      true,
    ])
  })
})

describe('who may register', () => {
  test('with REGISTRATION=referral only who has a code', async () => {
    const strict = await openSite({ REGISTRATION: 'referral' })
    try {
      const visitor = strict.visitor()
      const form = await visitor.get('/register')
      expect(form.html).toContain('Registering here takes one')
      const answer = await visitor.submit(form, '/register', fill('first@example.org'))
      expect([answer.status, answer.html.includes('This field is required.')]).toStrictEqual([422, true])
      const { id, email } = await strict.member()
      const code = await codeOf(strict, { id, email, name: null })
      const linked = await visitor.submit(
        await visitor.get(`/r/${code}`),
        '/register',
        fill('second@example.org'),
      )
      expect(linked.location).toBe('/verify')
      expect((await visitor.get('/r/0000000000000000')).html).not.toContain('Register without it')
    } finally {
      await strict.dispose()
    }
  })

  test('with REGISTRATION=invite nobody, and a link says so', async () => {
    const closed = await openSite({ REGISTRATION: 'invite' })
    try {
      const { id, email } = await closed.member()
      const page = await closed.visitor().get(`/r/${await codeOf(closed, { id, email, name: null })}`)
      expect(page.status).toBe(403)
      expect(page.html).not.toContain('name="password"')
    } finally {
      await closed.dispose()
    }
  })
})

describe('the page of one’s own referrals', () => {
  test('S3-24 is only for who is signed in', async () => {
    expect((await site.visitor().get(PATH)).location).toBe(`/?next=${PATH}`)
  })

  test('S3-25, S3-26 says that there is no code, and makes one: link, letters and a picture of the link', async () => {
    const user = await somebody()
    const visitor = await signedIn(user)
    const empty = await visitor.get(PATH)
    expect(textOf(empty)).toContain('You have no referral code yet.')
    const answer = await visitor.submit(empty, PATH, { description: 'For the choir' })
    const page = await visitor.follow(answer)
    const code = shownCode((await own(user.id))?.code ?? '')
    expect(page.html).toContain(`href="${site.floor.settings.publicUrl}/r/${code}"`)
    expect(textOf(page)).toContain('For the choir')
    expect(page.html).toContain('aria-label="The link as a QR code"')
    expect((await visitor.get('/profile')).html).toContain(`/r/${code}`)
  })

  test('S3-24, W-40 shows one’s own code and nobody else’s', async () => {
    const [one, other] = [await somebody(), await somebody()]
    const codes = [shownCode(await codeOf(site, one)), shownCode(await codeOf(site, other))]
    const visitor = await signedIn(one)
    for (const path of ['/profile', PATH]) {
      const { html } = await visitor.get(path)
      expect(codes.map((code) => html.includes(code))).toStrictEqual([true, false])
    }
  })

  test('S3-28 a second one is refused: there is one, and it is shown', async () => {
    const user = await somebody()
    const visitor = await signedIn(user)
    const form = await visitor.get(PATH)
    const answers = await Promise.all([1, 2].map(() => visitor.submit(form, PATH)))
    expect(answers.map(({ status }) => status).sort()).toStrictEqual([303, 409])
    const refused = answers.find(({ status }) => status === 409)
    expect(refused?.html).toContain('You have a referral code already.')
    expect(refused?.html).toContain(shownCode((await own(user.id))?.code ?? '?'))
  })

  test.each([
    ['a description of 151 characters', { description: 'a'.repeat(151) }, 'This is too long.'],
    ['no day', { expiresOn: 'soon' }, 'This is not valid.'],
    ['yesterday', { expiresOn: '2020-01-01' }, 'Choose a day from today on, within a year.'],
    ['a day too late', { expiresOn: '2099-01-01' }, 'Choose a day from today on, within a year.'],
  ])('S3-27 %s is refused beside its field, and what was typed is kept', async (_, typed, words) => {
    const user = await somebody()
    const visitor = await signedIn(user)
    const answer = await visitor.submit(await visitor.get(PATH), PATH, typed)
    expect(answer.status).toBe(422)
    expect(textOf(answer)).toContain(words)
    for (const value of Object.values(typed)) expect(answer.html).toContain(`value="${value}"`)
    expect(await own(user.id)).toBeNull()
  })

  test('S3-27 a description of 150 characters fits; today and the last day of a year from now do, too', async () => {
    const visitor = await signedIn(await somebody())
    const form = await visitor.get(PATH)
    const [, earliest, latest] = /min="([\d-]+)" max="([\d-]+)"/.exec(form.html) ?? []
    for (const expiresOn of [earliest, latest]) {
      const wish = { description: 'a'.repeat(150), expiresOn: expiresOn ?? '' }
      expect((await visitor.submit(form, PATH, wish)).status).toBe(303)
      await visitor.submit(await visitor.get(PATH), `${PATH}/delete`)
    }
  })

  test('S3-31 mails the code to oneself and to somebody, each once, and says when', async () => {
    const user = await somebody()
    const code = await codeOf(site, user)
    const visitor = await signedIn(user)
    const friend = newAddress()
    for (const _ of [1, 2]) {
      const answer = await visitor.submit(await visitor.get(PATH), `${PATH}/mail`, { email: friend })
      expect(answer.location).toBe(PATH)
    }
    await visitor.submit(await visitor.get(PATH), `${PATH}/mail-me`)
    expect(await site.mailsTo(friend)).toHaveLength(1)
    for (const to of [friend, user.email]) {
      const link = linkIn((await site.mailsTo(to)).at(-1)?.text ?? '', '/r/')
      expect(new URL(link).pathname).toBe(`/r/${shownCode(code)}`)
    }
    expect(textOf(await visitor.get(PATH))).toContain('Last mailed')
    const wrong = await visitor.submit(await visitor.get(PATH), `${PATH}/mail`, { email: 'nobody' })
    expect([wrong.status, wrong.html.includes('Invalid email address')]).toStrictEqual([422, true])
  })

  test('S3-35 deletes the code after asking: its link leads nowhere, who came by it stays listed', async () => {
    const user = await somebody()
    const code = await codeOf(site, user)
    await somebody('Edsger', code)
    const visitor = await signedIn(user)
    const page = await visitor.get(PATH)
    expect(textOf(page)).toContain('Nobody can come by it any more')
    expect((await visitor.submit(page, `${PATH}/delete`)).location).toBe(PATH)
    expect((await site.visitor().get(`/r/${code}`)).status).toBe(404)
    expect(textOf(await visitor.get(PATH))).toContain('Edsger')
    // The page was still open in another tab.
    expect((await visitor.submit(page, `${PATH}/delete`)).location).toBe(PATH)
  })

  test('lists who came by their names, or by addresses that only their owners can read; in pages', async () => {
    const user = await somebody()
    const code = await codeOf(site, user)
    for (let n = 1; n <= 20; n++) await somebody(`Guest ${n}`, code)
    const nameless = await somebody(null, code)
    const visitor = await signedIn(user)
    const page = await visitor.get(PATH)
    expect(page.html).not.toContain(nameless.email)
    expect(page.html).toContain('l•••')
    expect(textOf(page)).toContain('21 in all, 21 have confirmed their address.')
    expect(page.html).not.toContain('Guest 1<')
    const [, older] = /rel="next" href="([^"]+)"/.exec(page.html) ?? []
    expect((await visitor.get((older ?? '').replaceAll('&#x3D;', '='))).html).toContain('Guest 1<')
  })

  test('who brought one here is asked before it is said, once: not oneself, and nobody whom one brought', async () => {
    const [upper, lower] = [await somebody('Upper'), await somebody('Lower')]
    const codes = { upper: await codeOf(site, upper), lower: await codeOf(site, lower) }
    const [above, below] = [await signedIn(upper), await signedIn(lower)]
    const say = async (visitor: Visitor, referralCode: string) =>
      visitor.submit(await visitor.get(PATH), `${PATH}/referrer`, { referralCode })
    const sayYes = async (visitor: Visitor, referralCode: string) =>
      visitor.submit(await visitor.get((await say(visitor, referralCode)).location ?? ''), `${PATH}/referrer`)
    expect(textOf(await say(below, codes.lower))).toContain('This is your own referral code.')
    expect((await say(below, 'short')).status).toBe(422)
    const head = await site.head()
    const asked = await say(below, codes.upper)
    expect([asked.location, await site.head()]).toStrictEqual([`/r/${codes.upper}`, head])
    expect(textOf(await below.get(asked.location ?? ''))).toContain('Upper. Have they brought you here?')
    expect((await sayYes(below, codes.upper)).location).toBe(PATH)
    expect(textOf(await sayYes(above, codes.lower))).toContain('You brought this user here yourself')
    expect(textOf(await below.get(PATH))).toContain('You were referred by Upper.')
    expect((await below.get(PATH)).html).not.toContain(`action="${PATH}/referrer"`)
  })

  test('a form from elsewhere changes nothing', async () => {
    const user = await somebody()
    const visitor = await signedIn(user)
    for (const verb of ['', '/mail', '/mail-me', '/delete', '/referrer']) {
      expect((await visitor.post(PATH + verb, { _csrf: 'forged' })).status).toBe(403)
    }
    expect(await own(user.id)).toBeNull()
  })
})
