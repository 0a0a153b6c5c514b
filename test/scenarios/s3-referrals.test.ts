import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { shownCode } from '../../src/domain/referrals/code.ts'
import { openSite, type Site } from '../http/pages/site.ts'
import { DAY } from '../support/house.ts'
import { expectProjectionsEqualRebuild } from '../support/rebuild.ts'
import { linkIn, type Page, type Visitor } from '../support/visitor.ts'
import { PASSWORD } from './registering.ts'

const PATH = '/profile/referrals'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.dispose())
afterEach(() => expectProjectionsEqualRebuild(site.floor))

const fields = (email: string) => ({ name: '', email, password: PASSWORD, repeat: PASSWORD })
const lastTo = async (email: string) => (await site.mailsTo(email)).at(-1)?.text ?? ''
const confirm = async (visitor: Visitor, email: string) => {
  const path = new URL(linkIn(await lastTo(email), '/verify/')).pathname
  return visitor.submit(await visitor.get(path), path)
}
/** Somebody who has registered, confirmed the address, and is signed in. */
const member = async (email: string, way = '/register'): Promise<Visitor> => {
  const visitor = site.visitor()
  await visitor.submit(await visitor.get(way), '/register', fields(email))
  expect((await confirm(visitor, email)).location).toBe('/')
  return visitor
}
const idOf = async (email: string) => (await site.floor.reads.users.byEmail(email))?.id ?? ''
const activeOf = async (email: string) =>
  site.floor.reads.referralCodes.activeOf(await idOf(email), site.clock())
const addCode = async (visitor: Visitor, wish: Record<string, string> = {}): Promise<Page> =>
  visitor.submit(await visitor.get(PATH), PATH, wish)
const linkOn = ({ html }: Page): string =>
  new URL(/id="link" href="([^"]+)"/.exec(html)?.[1] ?? 'http://no.link/').pathname

describe('S3: the code on the profile', () => {
  test('S3-24, W-40 only who is signed in sees the profile; it shows their own link and no one else’s', async () => {
    expect((await site.visitor().get('/profile')).location).toBe('/?next=/profile')
    const [ada, bob] = [await member('ada.s324@example.org'), await member('bob.s324@example.org')]
    const links = [linkOn(await ada.follow(await addCode(ada))), linkOn(await bob.follow(await addCode(bob)))]
    const { html } = await ada.get('/profile')
    expect(html).toContain(`href="${site.floor.settings.publicUrl}${links[0]}"`)
    expect(html).not.toContain(links[1])
  })

  test('S3-25, S3-26 it says so while there is no code; "Add code" makes one, and code and link are shown', async () => {
    const email = 'add.s326@example.org'
    const visitor = await member(email)
    const profile = await visitor.get('/profile')
    expect(profile.html).toContain('You have no referral code yet.')
    expect(profile.html).toMatch(/href="\/profile\/referrals">Add code</)
    const form = await visitor.get(PATH)
    expect(form.html).toContain('You have no referral code yet.')
    const page = await visitor.follow(await visitor.submit(form, PATH))
    const code = shownCode((await activeOf(email))?.code ?? '')
    expect(linkOn(page)).toBe(`/r/${code}`)
    expect(page.html).toContain(`>${code}<`)
  })

  test('S3-27 a description has up to 150 characters, or is not there', async () => {
    const email = 'words.s327@example.org'
    const visitor = await member(email)
    expect((await addCode(visitor, { description: 'x'.repeat(151) })).status).toBe(422)
    expect((await addCode(visitor, { description: 'x'.repeat(150) })).status).toBe(303)
    expect((await activeOf(email))?.description).toBe('x'.repeat(150))
    await visitor.submit(await visitor.get(PATH), `${PATH}/delete`)
    expect((await addCode(visitor)).status).toBe(303)
    expect((await activeOf(email))?.description).toBeNull()
  })

  test('S3-28, S3-29 there is one at a time: a second wish is a conflict, and the codes of all differ', async () => {
    const email = 'one.s328@example.org'
    const visitor = await member(email)
    const form = await visitor.get(PATH)
    await visitor.submit(form, PATH)
    const again = await visitor.submit(form, PATH)
    expect([again.status, again.html.includes('You have a referral code already.')]).toStrictEqual([
      409,
      true,
    ])
    const other = await member('other.s329@example.org')
    await addCode(other)
    const codes = await Promise.all([email, 'other.s329@example.org'].map(activeOf))
    expect(new Set(codes.map((code) => code?.code)).size).toBe(2)
  })

  test('S3-31 it is mailed on request, and that it was is shown', async () => {
    const visitor = await member('sender.s331@example.org')
    const link = linkOn(await visitor.follow(await addCode(visitor)))
    expect((await visitor.get(PATH)).html).not.toContain('Last mailed')
    const friend = 'friend.s331@example.org'
    const answer = await visitor.submit(await visitor.get(PATH), `${PATH}/mail`, { email: friend })
    expect((await visitor.follow(answer)).html).toContain('Last mailed')
    expect(new URL(linkIn(await lastTo(friend), '/r/')).pathname).toBe(link)
  })
})

describe('S3: coming by a link', () => {
  test('S3-32, W-28 it opens the registration; only finishing it links the two, and looking signs nobody out', async () => {
    const owner = 'owner.s332@example.org'
    const visitor = await member(owner)
    const link = linkOn(await visitor.follow(await addCode(visitor)))
    const before = await site.head()
    const page = await site.visitor().get(link)
    expect(page.html).toContain(`value="${link.slice('/r/'.length)}"`)
    await visitor.get(link)
    expect(await site.head()).toBe(before)
    expect((await visitor.get('/profile')).status).toBe(200)
    await member('guest.s332@example.org', link)
    const referral = await site.floor.reads.referrals.referrerOf(await idOf('guest.s332@example.org'))
    expect([referral?.referrerId, referral?.way]).toStrictEqual([await idOf(owner), 'registration'])
  })

  test('S3-33, W-14 an unknown one is 404, a stale one 410 "Ссылка устарела."; no GET makes anybody', async () => {
    const visitor = await member('stale.s333@example.org')
    const link = linkOn(await visitor.follow(await addCode(visitor)))
    site.clock.advance(32 * DAY)
    const stranger = site.visitor()
    const before = await site.head()
    // What anybody can compute for themselves is no code: base64 of an owner and a date.
    const forged = Buffer.from(`${await idOf('stale.s333@example.org')}.2099`).toString('base64url')
    for (const path of ['/r/0000-0000-0000-0000', `/r/${forged}`]) {
      expect((await stranger.get(path)).status).toBe(404)
    }
    const stale = await stranger.get(`${link}?lang=ru`)
    expect([stale.status, stale.html.includes('Ссылка устарела.')]).toStrictEqual([410, true])
    expect(await site.head()).toBe(before)
  })

  test('S3-30 a code that is no longer active is refused when somebody registers with it', async () => {
    const visitor = await member('inactive.s330@example.org')
    const link = linkOn(await visitor.follow(await addCode(visitor)))
    const stranger = site.visitor()
    const form = await stranger.get(link)
    await visitor.submit(await visitor.get(PATH), `${PATH}/delete`)
    const answer = await stranger.submit(form, '/register', fields('nobody.s330@example.org'))
    expect([answer.status, answer.html.includes('There is no such referral code.')]).toStrictEqual([
      404,
      true,
    ])
    expect(await site.floor.reads.users.waitingFor('nobody.s330@example.org')).toStrictEqual([])
  })

  test('S3-34, W-26 many can come by one link, each with an address and a password of their own; no page shows one', async () => {
    const visitor = await member('many.s334@example.org')
    const link = linkOn(await visitor.follow(await addCode(visitor)))
    for (const email of ['first.s334@example.org', 'second.s334@example.org']) {
      const page = await site.visitor().get(link)
      expect(page.status).toBe(200)
      expect(page.html).toMatch(/name="password" type="password"[^>]*value=""/)
      const guest = await member(email, link)
      expect((await guest.get('/')).html).not.toContain(PASSWORD)
    }
    const { all } = await site.floor.reads.referrals.counts(await idOf('many.s334@example.org'))
    expect(all).toBe(2)
  })
})

describe('S3: going', () => {
  test('S3-35 one deletes one’s code, and its link is 404', async () => {
    const visitor = await member('delete.s335@example.org')
    const link = linkOn(await visitor.follow(await addCode(visitor)))
    await visitor.submit(await visitor.get(PATH), `${PATH}/delete`)
    expect((await site.visitor().get(link)).status).toBe(404)
    expect((await visitor.get(PATH)).html).toContain('You have no referral code yet.')
  })

  test('S3-36 one deletes oneself: signed out, the code unusable, and its letters forgotten', async () => {
    const email = 'gone.s336@example.org'
    const visitor = await member(email)
    const link = linkOn(await visitor.follow(await addCode(visitor)))
    await member('stays.s336@example.org', link)
    const page = await visitor.get('/profile/erase')
    const answer = await visitor.submit(page, '/profile/erase', { current: PASSWORD })
    expect(answer.status).toBe(303)
    expect((await visitor.get('/profile')).location).toBe('/?next=/profile')
    expect((await site.visitor().get(link)).status).toBe(404)
    expect(await site.floor.reads.referralCodes.idOf(link.slice('/r/'.length).replaceAll('-', ''))).toBeNull()
    const guest = site.visitor()
    await guest.signIn('stays.s336@example.org', PASSWORD)
    expect((await guest.get(PATH)).html).toContain('You were referred by somebody who is here already.')
  })
})
