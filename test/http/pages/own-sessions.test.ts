import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DAY, HOUR, MINUTE } from '../../support/house.ts'
import { issueSignInLinkTo } from '../../support/links.ts'
import type { Page, Visitor } from '../../support/visitor.ts'
import { openSite, type Site } from './site.ts'

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const SAFARI =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1'
const PASSWORD = 'a long password of their own'
const PATH = '/profile/sessions'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.dispose())

/** Somebody with a password of their own, in the browser in which they joined. */
const somebody = async () => {
  const { visitor, email, id } = await site.member()
  const form = await visitor.get('/password/change')
  await visitor.submit(form, '/password/change', { password: PASSWORD, repeat: PASSWORD })
  return { visitor, email, id }
}
const entering = async (email: string, agent: string): Promise<Visitor> => {
  site.clock.advance(1000)
  const visitor = site.visitor(agent)
  expect((await visitor.signIn(email, PASSWORD)).html).toContain('Log out')
  return visitor
}
const cardsOf = ({ html }: Page) =>
  [...html.matchAll(/<li class="card">([\s\S]*?)<\/li>/g)].map(([card]) => card)
const isIn = async (visitor: Visitor) => (await visitor.get(PATH)).status === 200

describe('the page of one’s own sessions', () => {
  test('is for who is signed in; others are led to the sign-in and back', async () => {
    expect((await site.visitor().get(PATH)).location).toBe(`/?next=${PATH}`)
  })

  test('shows this device first, each with browser, system, times and IP', async () => {
    const { email } = await somebody()
    const firefox = await entering(email, FIREFOX)
    await entering(email, SAFARI)
    const page = await firefox.get(PATH)
    expect(page.status).toBe(200)
    const [first = '', second = '', third = '', ...more] = cardsOf(page)
    expect(more).toStrictEqual([])
    expect(first).toContain('Firefox on Linux <span class="badge active">this device</span>')
    expect(second).toContain('Safari on iOS')
    expect(second).not.toContain('this device')
    expect(third).toContain('Unknown device')
    for (const card of [first, second, third]) expect(card).toMatch(/127\.0\.0\.1/)
    expect(page.html).toContain(`<a href="${PATH}" aria-current="page">`)
  })

  test('says when each was last used, to five minutes', async () => {
    const { email } = await somebody()
    const [one, other] = [await entering(email, FIREFOX), await entering(email, SAFARI)]
    site.clock.advance(6 * MINUTE)
    await other.get('/')
    const [, used = ''] = cardsOf(await one.get(PATH))
    expect(used).toContain(`Last used</dt><dd><time datetime="${site.clock()}">`)
  })

  test('S4-35 a button signs one of them out, at once, and says so', async () => {
    const { email } = await somebody()
    const [one, other] = [await entering(email, FIREFOX), await entering(email, SAFARI)]
    const page = await one.get(PATH)
    const answer = await one.submit(page, `${PATH}/end`)
    expect(answer.location).toBe(PATH)
    expect((await one.follow(answer)).html).toContain('The session has ended.')
    expect([await isIn(one), await isIn(other)]).toStrictEqual([true, false])
  })

  test('the button of this device is the ordinary way out', async () => {
    const { email } = await somebody()
    const one = await entering(email, FIREFOX)
    const [card = ''] = cardsOf(await one.get(PATH))
    expect(card).toContain('action="/logout"')
    expect((await one.submit(await one.get(PATH), '/logout')).location).toBe('/')
    expect(await isIn(one)).toBe(false)
  })

  test('another button signs out everywhere else; alone, there is none', async () => {
    const { visitor, email } = await somebody()
    const [one, other] = [await entering(email, FIREFOX), await entering(email, SAFARI)]
    const answer = await one.submit(await one.get(PATH), `${PATH}/end-others`)
    const page = await one.follow(answer)
    expect(page.html).toContain('The sessions have ended.')
    expect(page.html).toContain('You are signed in nowhere else.')
    expect(page.html).not.toContain(`${PATH}/end`)
    expect([await isIn(one), await isIn(other), await isIn(visitor)]).toStrictEqual([true, false, false])
  })

  test('S4-37 the cookie alone ends nothing: a form of ours has to come with it', async () => {
    const { email } = await somebody()
    const [one, other] = [await entering(email, FIREFOX), await entering(email, SAFARI)]
    for (const fields of [{}, { _csrf: 'made up' }]) {
      expect((await one.post(`${PATH}/end-others`, fields as Record<string, string>)).status).toBe(403)
    }
    expect(await isIn(other)).toBe(true)
  })

  test('somebody else’s session can’t be ended here', async () => {
    const [mine, theirs] = [await somebody(), await somebody()]
    const victim = await entering(theirs.email, SAFARI)
    const one = await entering(mine.email, FIREFOX)
    await entering(mine.email, SAFARI)
    const [session] = await site.floor.reads.sessions.ofUser(theirs.id, 1)
    const answer = await one.submit(await one.get(PATH), `${PATH}/end`, { session: session?.id ?? '' })
    expect(answer.status).toBe(404)
    expect(answer.html).toContain(`href="${PATH}`)
    expect(await isIn(victim)).toBe(true)
  })

  test('what has idled away is not listed', async () => {
    const { email } = await somebody()
    await entering(email, SAFARI)
    site.clock.advance(7 * DAY)
    expect(cardsOf(await (await entering(email, FIREFOX)).get(PATH))).toHaveLength(1)
  })

  test('is written in Russian, too', async () => {
    const { email } = await somebody()
    const one = await entering(email, FIREFOX)
    const { html } = await one.get(`${PATH}?lang=ru`)
    for (const words of [
      'Сеансы и входы',
      'это устройство',
      'Firefox на Linux',
      'Входы за последние 90 дней',
    ]) {
      expect(html).toContain(words)
    }
  })
})

describe('S4-33 the login history below it', () => {
  test('shows sign-ins and failed tries, the newest first', async () => {
    const { email } = await somebody()
    await entering(email, SAFARI)
    site.clock.advance(1000)
    await site.visitor(SAFARI).signIn(email, 'wrong-password')
    await site.settled()
    const { html } = await (await entering(email, FIREFOX)).get(PATH)
    const history = html.slice(html.indexOf('id="logins"'))
    const lines = [...history.matchAll(/<tr>\s*<th scope="row">([\s\S]*?)<\/tr>/g)].map(([line]) => line)
    expect(lines).toHaveLength(4)
    expect(lines[0]).toMatch(/signed in.*new device[\s\S]*Firefox on Linux/)
    expect(lines[1]).toMatch(/wrong password[\s\S]*Safari on iOS/)
    expect(lines[2]).toMatch(/signed in[\s\S]*Safari on iOS/)
    expect(lines[3]).toMatch(/signed in[\s\S]*invite[\s\S]*Unknown device/)
  })

  test('S4-34 has pages', async () => {
    const { email } = await somebody()
    let last = await entering(email, FIREFOX)
    for (let n = 0; n < 20; n++) last = await entering(email, FIREFOX)
    const first = await last.get(PATH)
    const older = /href="([^"]*before(?:=|&#x3D;)[^"]*)"/.exec(first.html)?.[1] ?? ''
    const second = await last.get(older.replaceAll('&#x3D;', '=').replaceAll('&amp;', '&'))
    const lines = (page: Page) => page.html.match(/<th scope="row"><time/g)?.length
    expect([lines(first), lines(second)]).toStrictEqual([20, 2])
  })

  test('an admin sees it on the user’s page', async () => {
    const { email, id } = await somebody()
    await site.visitor(SAFARI).signIn(email, 'wrong-password')
    await site.settled()
    const { html } = await (await site.signedInAdmin()).get(`/admin/users/${id}`)
    expect(html.slice(html.indexOf('id="logins"'))).toMatch(/wrong password[\s\S]*Safari on iOS/)
  })
})

describe('a browser that was not seen before', () => {
  const told = async (email: string) =>
    (await site.mailsTo(email)).filter(({ subject }) => subject === 'A sign-in from a new device')

  test('is told of by mail, but not with the first sign-in after joining', async () => {
    const { email } = await somebody()
    const known = await entering(email, FIREFOX)
    expect(await told(email)).toStrictEqual([])
    site.clock.advance(HOUR)
    await known.submit(await known.get('/'), '/logout')
    await known.signIn(email, PASSWORD)
    expect(await told(email), 'the same browser is known by its cookie').toStrictEqual([])
    await entering(email, FIREFOX)
    const [mail, ...more] = await told(email)
    expect(more).toStrictEqual([])
    expect(mail?.text).toContain('Device: Firefox on Linux')
    expect(mail?.text).toContain(`${site.floor.settings.publicUrl}${PATH}\n`)
  })

  test('a sign-in link tells of it, too, and makes the browser known', async () => {
    const { email, id } = await somebody()
    await entering(email, FIREFOX)
    const visitor = site.visitor(SAFARI)
    for (let n = 0; n < 2; n++) {
      const path = await issueSignInLinkTo(site, id, email)
      const answer = await visitor.submit(await visitor.get(path), path)
      expect(answer.location).toBe('/')
      expect(await told(email)).toHaveLength(1)
    }
  })

  test('two people may share a browser, and neither is told twice', async () => {
    const [ada, ben] = [await somebody(), await somebody()]
    const shared = site.visitor(FIREFOX)
    for (let n = 0; n < 3; n++) {
      for (const { email } of [ada, ben]) {
        await shared.signIn(email, PASSWORD)
        await shared.submit(await shared.get('/'), '/logout')
      }
    }
    expect([...(await told(ada.email)), ...(await told(ben.email))]).toStrictEqual([])
  })

  test('a wrong password on it is no sign-in: no mail', async () => {
    const { email } = await somebody()
    await entering(email, FIREFOX)
    await site.visitor(SAFARI).signIn(email, 'wrong-password')
    expect(await told(email)).toStrictEqual([])
  })
})
