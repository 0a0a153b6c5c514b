import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mailTemplates } from '../../../src/domain/mails/events.ts'
import { grantRole } from '../../../src/domain/users/grant-role.ts'
import { issueInviteTo } from '../../../src/http/acts/issue.ts'
import { en } from '../../../src/http/pages/texts/en.ts'
import { ru } from '../../../src/http/pages/texts/ru.ts'
import { DAY } from '../../support/house.ts'
import type { Visitor } from '../../support/visitor.ts'
import { givenUp } from '../given-up.ts'
import { openSite, type Site } from './site.ts'

let site: Site
let admin: Visitor
let auditor: Visitor
beforeAll(async () => {
  site = await openSite()
  admin = await site.signedInAdmin()
  const { id, visitor } = await site.member()
  const grant = { userId: id, role: 'auditor', enrol: null, newCredentialId: null } as const
  await site.house.execute(grantRole, grant, { actor: 'operator', correlation: site.house.newId() })
  auditor = visitor
})
afterAll(() => site.dispose())

let people = 0
/** An invite whose mail has not gone out yet. */
const queued = async (email = `queued${++people}@example.org`) => {
  const wish = { email, role: 'member', locale: 'en', ttlMs: DAY } as const
  const issued = await issueInviteTo(site.house, wish, 'operator', site.house.newId())
  if (issued.outcome !== 'accepted') throw new Error(`${email} was not invited`)
  return { email, inviteId: issued.inviteId, token: site.house.links.inviteToken(issued.inviteId) }
}
const failed = async () => {
  const invited = await queued()
  const { id } = await givenUp(site.house, invited.email)
  return { ...invited, path: `/admin/mails/${id}`, mailId: id }
}
const listed = (html: string): string[] =>
  [...html.matchAll(/<td data-label="To">([^<]+)<\/td>/g)].map(([, email = '']) => email)

describe('the list of mails', () => {
  test('says what became of each, and shows those of one state, kind or address', async () => {
    const [waiting, lost] = [await queued(), await failed()]
    const all = await admin.get('/admin/mails')
    expect(all.html).toMatch(
      new RegExp(
        `${lost.email}[\\s\\S]*?badge failed">given up</span> <span class="minor">the receiver’s mail server refused it<`,
      ),
    )
    expect(all.html).not.toContain('smtp_550')
    expect((await admin.get(lost.path)).html).toContain('refused it <code>smtp_550</code>')
    const failures = await admin.get('/admin/mails?state=failed')
    expect(listed(failures.html)).toContain(lost.email)
    expect(listed(failures.html)).not.toContain(waiting.email)
    const one = await admin.get(`/admin/mails?email=${waiting.email.toUpperCase()}`)
    expect(listed(one.html)).toStrictEqual([waiting.email])
    expect(
      listed((await admin.get(`/admin/mails?email=${waiting.email}&template=verification`)).html),
    ).toStrictEqual([])
    expect(listed((await admin.get('/admin/mails?email=no-address')).html)).toStrictEqual([])
  })

  test('goes on where a page ended, each mail once', async () => {
    const wanted = []
    for (let n = 0; n < 60; n++) wanted.push((await failed()).email)
    const seen: string[] = []
    let url: string | undefined = '/admin/mails?state=failed&template=invite'
    while (url) {
      const { html } = await admin.get(url)
      seen.push(...listed(html))
      url = /rel="next" href="([^"]+)"/.exec(html)?.[1]?.replaceAll('&amp;', '&').replaceAll('&#x3D;', '=')
    }
    expect(new Set(seen).size).toBe(seen.length)
    expect(wanted.filter((email) => !seen.includes(email))).toStrictEqual([])
  })

  test('and the admin’s first page tells of failures', async () => {
    await failed()
    expect((await admin.get('/admin')).html).toContain('could not be sent')
  })
})

describe('the page of a mail', () => {
  test('shows it as its reader sees it, and nothing that would let anybody in', async () => {
    const { path, token } = await failed()
    const { html } = await admin.get(path)
    expect(html).toContain('You are invited')
    expect(html).toContain('/invites/•••')
    expect(html).not.toContain(token)
    expect(html).toContain('<dt>Tries</dt><dd>3</dd>')
  })

  test('masks first passwords as well', async () => {
    const { email, firstPassword } = await site.member()
    expect(firstPassword).not.toBe('')
    const mail = (await site.house.reads.mails.to(email, 5)).find(
      ({ template }) => template === 'first-password',
    )
    const { html } = await admin.get(`/admin/mails/${mail?.id}`)
    expect(html).toContain('First password: •••')
    expect(html).not.toContain(firstPassword)
  })

  test('W-22: a press of the button sends what was given up, once', async () => {
    const { path, email, mailId } = await failed()
    const page = await admin.get(path)
    const pressed = await admin.submit(page, `${path}/retry`)
    expect([pressed.status, pressed.location]).toStrictEqual([303, path])
    expect((await admin.follow(pressed)).html).toContain('The mail is queued again.')
    const head = await site.head()
    expect((await admin.submit(page, `${path}/retry`)).status).toBe(303)
    expect(await site.head()).toBe(head)
    expect((await site.mailsTo(email)).map(({ id }) => id)).toStrictEqual([mailId])
    expect((await admin.get(path)).html).not.toContain('/retry')
    expect((await admin.submit(page, `${path}/retry`)).status).toBe(409)
  })

  test('is not there for an id that no mail has', async () => {
    for (const id of ['01ARZ3NDEKTSV4RRFFQ69G5FAV', 'x']) {
      expect((await admin.get(`/admin/mails/${id}`)).status).toBe(404)
    }
  })
})

describe('who sees mails', () => {
  test('an auditor sees the list and what became of a mail, neither what is in it nor the button', async () => {
    const { path, email } = await failed()
    expect(listed((await auditor.get(`/admin/mails?email=${email}`)).html)).toStrictEqual([email])
    const { html, status } = await auditor.get(path)
    expect([status, html.includes('smtp_550')]).toStrictEqual([200, true])
    expect(html).not.toMatch(/You are invited|•••|\/retry/)
    const token = /name="_csrf" value="([^"]+)"/.exec(html)?.[1] ?? ''
    const head = await site.head()
    expect((await auditor.post(`${path}/retry`, { _csrf: token })).status).toBe(403)
    expect(await site.head()).toBe(head)
  })

  test('anybody else is led to the main page', async () => {
    const { path } = await failed()
    const { visitor: member } = await site.member()
    for (const visitor of [site.visitor(), member]) {
      for (const one of ['/admin/mails', path]) {
        expect((await visitor.get(one)).location).toBe('/')
      }
    }
  })
})

test('every kind of mail has a name, in both languages', () => {
  for (const template of mailTemplates) {
    const key = `mails.template.${template}`
    expect([key, key in en, key in ru]).toStrictEqual([key, true, true])
  }
})
