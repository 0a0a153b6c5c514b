import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADMIN } from '../../support/admin.ts'
import { DAY, MINUTE } from '../../support/house.ts'
import type { Page, Visitor } from '../../support/visitor.ts'
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

const LIST = '/admin/invites'
const invitesTo = (email: string) =>
  site.house.reads.invites.list({ email }, { now: site.clock(), limit: 100 })
const boxOf = ({ html }: Page) => /<textarea[^>]*>([\s\S]*?)<\/textarea>/.exec(html)?.[1]
const linesOf = ({ html }: Page) =>
  [...html.matchAll(/<li class="(?:good|bad)"><code>([^<]*)<\/code> ([^<]*)</g)].map(([, line, said]) => [
    line,
    said,
  ])
const submitMany = async (fields: Record<string, string>) => admin.submit(await admin.get(LIST), LIST, fields)

test('what a page asks for by itself in the background does not use up what the next page has to say', async () => {
  const sent = await admin.submit(await admin.get('/admin'), '/admin', { email: 'told@example.org' })
  const inBackground = await admin.request('GET', '/admin', { headers: { 'x-requested-with': 'live' } })
  expect(inBackground.html).not.toContain('class="notice good"')
  expect((await admin.follow(sent)).html).toContain('class="notice good"')
  expect((await admin.get('/admin')).html).not.toContain('class="notice good"')
})

describe('inviting many at once', () => {
  test('tells of each line what became of it, and keeps in the box what has to be mended', async () => {
    const addresses = `ok1@example.org\r\nno-address, ok2@example.org;${ADMIN.email}\n\n  ok1@EXAMPLE.org  `
    const answer = await submitMany({ addresses, role: 'auditor', locale: 'ru', days: '30' })
    expect(answer.status).toBe(422)
    expect(linesOf(answer)).toStrictEqual([
      ['ok1@EXAMPLE.org', 'sent'],
      ['no-address', 'Invalid email address'],
      ['ok2@example.org', 'sent'],
      [ADMIN.email, 'Email already created.'],
    ])
    expect(answer.html).toContain('2 invites sent.')
    expect(boxOf(answer)).toBe(`no-address\n${ADMIN.email}`)
    const [invite] = await invitesTo('ok2@example.org')
    expect([invite?.role, invite?.locale]).toStrictEqual(['auditor', 'ru'])
    expect(Date.parse(invite?.expiresAt ?? '') - Date.parse(invite?.issuedAt ?? '')).toBe(30 * DAY)
  })

  test('sent again as it was, by a reload or a double click, invites nobody twice', async () => {
    const page = await admin.get(LIST)
    const fields = { addresses: 'again1@example.org\nagain2@example.org' }
    const answers = await Promise.all([admin.submit(page, LIST, fields), admin.submit(page, LIST, fields)])
    const later = await admin.submit(page, LIST, fields)
    for (const answer of [...answers, later]) expect(answer.status).toBe(200)
    expect(await invitesTo('again1@example.org')).toHaveLength(1)
    expect(await invitesTo('again2@example.org')).toHaveLength(1)
    expect(await site.mailsTo('again1@example.org')).toHaveLength(1)
  })

  test('from a fresh form, to an address that was invited before, is a second invite', async () => {
    for (const _ of [1, 2]) expect((await submitMany({ addresses: 'both@example.org' })).status).toBe(303)
    expect(await invitesTo('both@example.org')).toHaveLength(2)
  })

  test.each([
    ['no address', { addresses: ' \n ' }, 'addresses', 'This field is required.'],
    ['a deadline of no days', { days: '0' }, 'days', 'Give a number of days from 1 to 365.'],
    ['a deadline beyond a year', { days: '366' }, 'days', 'Give a number of days from 1 to 365.'],
    ['a deadline that is no number', { days: '1e1' }, 'days', 'Give a number of days from 1 to 365.'],
    ['a role that may not be given away', { role: 'admin' }, 'role', 'This is not valid.'],
    ['a language that is not spoken here', { locale: 'xx' }, 'locale', 'This is not valid.'],
  ])('with %s is refused beside the field, and what was typed stays', async (_, fields, field, message) => {
    const before = await site.head()
    const answer = await submitMany({ addresses: 'kept@example.org', ...fields })
    expect(answer.status).toBe(422)
    expect(answer.html).toContain(`<p class="error" id="${field}-error">${message}</p>`)
    if (field !== 'addresses') expect(boxOf(answer)).toBe('kept@example.org')
    expect(await site.head()).toBe(before)
  })

  test('takes a thousand lines; what is beyond stays in the box', async () => {
    const lines = Array.from({ length: 1002 }, (_, n) => `bulk${n}@example.org`)
    const answer = await submitMany({ addresses: lines.join('\n') })
    expect(answer.html).toContain('1000 invites sent.')
    expect(boxOf(answer)).toBe('bulk1000@example.org\nbulk1001@example.org')
  })
})

describe('inviting one', () => {
  test('with a double click sends one mail', async () => {
    const page = await admin.get('/admin')
    const submit = () => admin.submit(page, '/admin', { email: 'once@example.org' })
    const answers = await Promise.all([submit(), submit()])
    expect(answers.map(({ status }) => status)).toStrictEqual([303, 303])
    expect(await site.mailsTo('once@example.org')).toHaveLength(1)
  })

  test('is taken back by the button beside the notice, which is there once and beside no other', async () => {
    const UNDO =
      /<form method="post" action="(\/admin\/invites\/\w+\/revoke)">\s*<input[^>]*>\s*<input[^>]*name="back" value="\/admin">/
    const send = async (email: string) => admin.submit(await admin.get('/admin'), '/admin', { email })
    await send('unseen@example.org')
    const [first] = await site.house.reads.invites.list(
      { email: 'unseen@example.org' },
      { now: site.clock(), limit: 1 },
    )
    await admin.submit(await admin.get(`${LIST}?search=unseen`), `${LIST}/${first?.id}/resend`)
    expect((await admin.get('/admin')).html).not.toMatch(UNDO)

    await send('mistaken@example.org')
    const page = await admin.get('/admin')
    const undo = UNDO.exec(page.html)?.[1] ?? ''
    expect((await admin.get('/admin')).html).not.toMatch(UNDO)
    expect((await admin.submit(page, undo)).location).toBe('/admin')
    const [invite] = await site.house.reads.invites.list(
      { email: 'mistaken@example.org' },
      { now: site.clock(), limit: 1 },
    )
    expect([`${LIST}/${invite?.id}/revoke`, invite?.state]).toStrictEqual([undo, 'revoked'])
  })

  test('keeps a wrong address in the form, to be mended', async () => {
    const answer = await admin.submit(await admin.get('/admin'), '/admin', { email: 'bb@' })
    expect(answer.status).toBe(422)
    expect(answer.html).toMatch(/<input id="email"[^>]*value="bb@"[^>]*aria-invalid="true"/)
  })
})

describe('the list of invites', () => {
  test('counts what there is, by state', async () => {
    const fresh = await openSite()
    try {
      const boss = await fresh.signedInAdmin()
      expect((await boss.get(LIST)).html).toContain('No invites here.')
      const { path } = await fresh.invited()
      await fresh.invited()
      await join(fresh.visitor(), path)
      const { html } = await boss.get(LIST)
      const tabs = [...html.matchAll(/(\w+) <span class="count">(\d+)</g)].map(([, name, n]) => [name, n])
      expect(tabs).toStrictEqual([
        ['All', '2'],
        ['open', '1'],
        ['redeemed', '1'],
        ['expired', '0'],
        ['revoked', '0'],
        ['replaced', '0'],
      ])
    } finally {
      await fresh.dispose()
    }
  })

  test('goes on to older ones without losing or repeating any, also while new ones come', async () => {
    const seen: string[] = []
    let pages = 1
    let page: Page = await admin.get(`${LIST}?search=bulk9`)
    for (;;) {
      seen.push(...[...page.html.matchAll(/<th scope="row">(bulk\d+)@/g)].map(([, name = '']) => name))
      site.clock.advance(MINUTE)
      await site.invited({ email: `bulk9new${seen.length}@example.org` })
      const next = /rel="next" href="([^"]+)"/.exec(page.html)?.[1]
      if (next === undefined) break
      pages++
      page = await admin.get(next.replaceAll('&amp;', '&').replaceAll('&#x3D;', '='))
    }
    const wanted = Array.from({ length: 1000 }, (_, n) => `bulk${n}`).filter((one) => one.startsWith('bulk9'))
    expect(pages).toBe(5)
    expect(page.html).toContain(`class="button" href="${LIST}?search&#x3D;bulk9"`)
    expect(seen.toSorted()).toStrictEqual(wanted.toSorted())
  })

  test('searches for what was typed, not for patterns', async () => {
    await site.invited({ email: 'a_b@example.org' })
    await site.invited({ email: 'axb@example.org' })
    const { html } = await admin.get(`${LIST}?search=a_b`)
    expect(html).toContain('a_b@example.org')
    expect(html).not.toContain('axb@example.org')
  })

  test('leads from a redeemed invite to its user and back, and keeps the id when the invite is purged', async () => {
    const { email, id } = await site.member()
    const list = await admin.get(`${LIST}?search=${email}`)
    expect(list.html).toContain(`href="/admin/users/${id}"`)
    const [invite] = await invitesTo(email)
    expect((await admin.get(`/admin/users/${id}`)).html).toContain(`href="/admin/invites/${invite?.id}"`)
  })
})

describe('an invite in the list', () => {
  test('is sent again with a new deadline and the same link, and the list stays where it was', async () => {
    const { email, path } = await site.invited()
    site.clock.advance(8 * DAY)
    admin = await site.signedInAdmin()
    expect((await site.visitor().get(path)).status).toBe(410)
    const list = await admin.get(`${LIST}?state=expired&search=${email}`)
    const answer = await admin.submit(list, /\/resend$/)
    expect(answer.location).toBe(`${LIST}?state=expired&search=${encodeURIComponent(email)}`)
    expect((await admin.follow(answer)).html).toContain('The invite goes out again')
    expect((await site.visitor().get(path)).status).toBe(200)
    expect(await site.mailsTo(email)).toHaveLength(2)
  })

  test('is revoked with a reason that admins see and the invited does not', async () => {
    const { email, path } = await site.invited()
    const list = await admin.get(`${LIST}?search=${email}`)
    const answer = await admin.submit(list, /\/revoke$/, { reason: 'wrong person' })
    expect(answer.status).toBe(303)
    expect((await admin.follow(answer)).html).toContain('wrong person')
    const dead = await site.visitor().get(path)
    expect([dead.status, dead.html.includes('wrong person')]).toStrictEqual([410, false])
  })

  test('does not lead to another site afterwards', async () => {
    const { email } = await site.invited()
    const list = await admin.get(`${LIST}?search=${email}`)
    const answer = await admin.submit(list, /\/resend$/, { back: 'https://evil.example' })
    expect(answer.location).toBe(LIST)
  })

  test('that somebody has redeemed meanwhile cannot be revoked any more; the page says why', async () => {
    const { email, path } = await site.invited()
    const list = await admin.get(`${LIST}?search=${email}`)
    await join(site.visitor(), path)
    const answer = await admin.submit(list, /\/revoke$/)
    expect(answer.status).toBe(410)
    expect(answer.html).toContain('This invite has already been redeemed.')
    expect(answer.html).toContain(`href="${LIST}"`)
  })

  test('takes a reason of 200 characters and no more', async () => {
    const { email } = await site.invited()
    const list = await admin.get(`${LIST}?search=${email}`)
    expect((await admin.submit(list, /\/revoke$/, { reason: 'x'.repeat(201) })).status).toBe(422)
    expect((await invitesTo(email))[0]?.state).toBe('open')
  })
})
