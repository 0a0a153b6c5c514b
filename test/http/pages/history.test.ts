import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { shownCode } from '../../../src/domain/referrals/code.ts'
import { eraseUser } from '../../../src/domain/users/erase-user.ts'
import { grantRole } from '../../../src/domain/users/grant-role.ts'
import { revokeRole } from '../../../src/domain/users/revoke-role.ts'
import { codeOf, plant } from '../../support/grove.ts'
import { HOUR } from '../../support/house.ts'
import type { Visitor } from '../../support/visitor.ts'
import { openSite, type Site } from './site.ts'

let site: Site
let admin: Visitor
let auditor: Visitor
let auditorId: string
let member: Awaited<ReturnType<Site['member']>>
const operator = () => ({ actor: 'operator', correlation: site.house.newId() }) as const
const newAuditor = async () => {
  const person = await site.member()
  const grant = { userId: person.id, role: 'auditor', enrol: null, newCredentialId: null } as const
  await site.house.execute(grantRole, grant, operator())
  return person
}

beforeAll(async () => {
  site = await openSite()
  admin = await site.signedInAdmin()
  const overseer = await newAuditor()
  auditor = overseer.visitor
  auditorId = overseer.id
  member = await site.member()
})
afterAll(() => site.dispose())

const placesOn = (html: string) =>
  [...html.matchAll(/<a href="\/history\/(\d+)"><code>/g)].map(([, position]) => Number(position))
const typesOn = (html: string) =>
  [...html.matchAll(/<code class="minor">([A-Z]\w+)<\/code><\/th>/g)].map(([, type]) => type)
const placeOf = async (type: string, tag?: `user:${string}`) => {
  const [event] = await site.house.history.page({ types: [type as never], tag }, { limit: 1 })
  return event?.position ?? 0
}
const views = () => site.house.history.page({ types: ['HistoryViewed'] }, { limit: 100 })

describe('the history', () => {
  test('shows auditors and admins what happened, the newest first, and a way to each event', async () => {
    for (const visitor of [admin, auditor]) {
      const { status, html } = await visitor.get('/history')
      expect(status).toBe(200)
      const head = await site.head()
      expect(placesOn(html)).toStrictEqual(Array.from({ length: head }, (_, n) => head - n))
      expect(html).toContain('<a href="/history" aria-current="page">')
    }
  })

  test('leads everybody else to the main page', async () => {
    const place = await site.head()
    for (const visitor of [site.visitor(), member.visitor]) {
      for (const path of ['/history', `/history/${place}`, '/history/live', '/history?type=InviteIssued']) {
        const page = await visitor.get(path)
        expect([path, page.status, page.location, page.html]).toStrictEqual([path, 303, '/', ''])
      }
    }
    expect((await views()).map(({ actor }) => actor)).not.toContain(`user:${member.id}`)
  })

  test('is found by type or whole context, by tag, address and actor', async () => {
    expect(new Set(typesOn((await admin.get('/history?type=InviteRedeemed')).html))).toStrictEqual(
      new Set(['InviteRedeemed']),
    )
    const mails = typesOn((await admin.get('/history?type=mails')).html)
    expect(new Set(mails)).toStrictEqual(new Set(['MailSent']))
    const own = await admin.get(`/history?tag=user:${member.id}&type=UserRegistered`)
    expect(placesOn(own.html)).toStrictEqual([await placeOf('UserRegistered', `user:${member.id}`)])
    expect(typesOn((await admin.get(`/history?tag=${member.email}`)).html)).toContain('InviteIssued')
    const owner = await plant(site, { email: 'shares@example.org' })
    const code = await codeOf(site, owner)
    for (const typed of [shownCode(code), code.toLowerCase()])
      expect(typesOn((await admin.get(`/history?tag=${typed}`)).html)).toStrictEqual(['ReferralCodeCreated'])
    const operated = await admin.get('/history?actor=operator')
    expect(operated.html).toContain('RoleGranted')
    expect(typesOn(operated.html)).not.toContain('UserLoggedIn')
  })

  test('keeps what was asked in the form, from page to page', async () => {
    for (let n = 0; n < 55; n++) await site.invited()
    const first = await admin.get('/history?type=InviteIssued')
    expect(placesOn(first.html)).toHaveLength(50)
    expect(first.html).toContain('<option value="InviteIssued" selected>')
    const next = /rel="next" href="([^"]+)"/
      .exec(first.html)?.[1]
      ?.replaceAll('&amp;', '&')
      .replaceAll('&#x3D;', '=')
    const second = await admin.get(next ?? '')
    const all = await site.house.history.page({ types: ['InviteIssued'] }, { limit: 200 })
    expect([...placesOn(first.html), ...placesOn(second.html)]).toStrictEqual(
      all.map(({ position }) => position),
    )
    expect(second.html).toContain('<option value="InviteIssued" selected>')
  })

  test('says what it could not make sense of, instead of showing something else', async () => {
    const page = await admin.get('/history?tag=nothing&since=yesterday')
    expect(page.status).toBe(422)
    expect(page.html).toContain('href="#tag"')
    expect(page.html).toContain('href="#since"')
    expect(placesOn(page.html)).toStrictEqual([])
  })

  test('draws how much happened, and has the numbers in a table', async () => {
    const start = (await admin.get('/history')).html
    expect(start).toContain('<rect class="of-invites"')
    const invites = await site.house.history.page(
      { types: ['InviteIssued', 'InviteRedeemed'] },
      { limit: 500 },
    )
    expect(start).toMatch(new RegExp(`<td>${invites.length}</td>`))
  })

  test('opens personal data to admins only; auditors see that there is some', async () => {
    expect((await admin.get(`/history?tag=user:${member.id}`)).html).toContain(member.email)
    const { html } = await auditor.get(`/history?tag=user:${member.id}`)
    expect(html).toContain('•••')
    expect(html).not.toContain(member.email)
  })
})

describe('an event', () => {
  test('is shown whole, with links to what it follows from and what follows from it', async () => {
    const redeemed = await placeOf('InviteRedeemed', `user:${member.id}`)
    const { html } = await admin.get(`/history/${redeemed}`)
    const kept = await site.house.history.at(redeemed)
    for (const said of [kept?.event.id, kept?.event.correlation, kept?.digest, member.email, member.id]) {
      expect(html).toContain(said)
    }
    const [, issued] =
      /<ol class="chain" aria-label="Follows from">\s*<li><a href="\/history\/(\d+)"/.exec(html) ?? []
    const cause = await admin.get(`/history/${issued}`)
    expect(cause.html).toContain('InviteIssued')
    expect(cause.html).toContain(`<a href="/history/${redeemed}"><code>${redeemed}</code>`)
    expect(html).toContain(`href="/history/${redeemed - 1}"`)
    expect(html).toContain(`href="/history/${redeemed + 1}"`)
    expect(html).toContain(`href="/history?tag&#x3D;user%3A${member.id}"`.replace('tag&#x3D;', 'tag&#x3D;'))
  })

  test('shows auditors neither address nor name, in words, fields or tags', async () => {
    const place = await placeOf('InviteIssued')
    const kept = await site.house.history.at(place)
    const email = kept?.event.type === 'InviteIssued' ? String(kept.event.data.email) : ''
    expect((await admin.get(`/history/${place}`)).html).toContain(email)
    const { html } = await auditor.get(`/history/${place}`)
    expect(html).toContain('•••')
    expect(html).toContain('and an address, which only admins see')
    expect(html).not.toContain(email)
  })

  test('of somebody who was erased says that they are forgotten', async () => {
    const { id, email } = await site.member()
    const place = await placeOf('UserRegistered', `user:${id}`)
    await site.house.execute(eraseUser, { userId: id, email }, operator())
    const { html } = await admin.get(`/history/${place}`)
    expect(html).toContain('forgotten: its key is destroyed')
    expect(html).not.toContain(email)
  })

  test('that there is not is a page that is not there', async () => {
    for (const place of ['99999999', '0', '1e3', 'x']) {
      expect([place, (await admin.get(`/history/${place}`)).status]).toStrictEqual([place, 404])
    }
  })
})

describe('whoever reads the history', () => {
  test('stands in it themselves, once an hour', async () => {
    site.clock.advance(HOUR)
    const before = (await views()).length
    await auditor.get('/history')
    await auditor.get('/history?type=mails')
    await auditor.get('/history/1')
    const [newest, ...rest] = await views()
    expect(rest).toHaveLength(before)
    expect(newest?.actor).toBe(`user:${auditorId}`)
    expect((await auditor.get('/history')).html).toContain('Looked at the history.')
  })
})

/** Follows the history as a browser would, until it has heard enough or the stream is over. */
const listen = async (
  visitor: Visitor,
  after: number,
  of: Site = site,
  more: Record<string, string> = {},
) => {
  const end = new AbortController()
  const response = await fetch(new URL(`/history/live?after=${after}`, of.address), {
    headers: { 'user-agent': visitor.userAgent, cookie: `sid=${visitor.cookie('sid')}`, ...more },
    signal: end.signal,
    redirect: 'manual',
  })
  expect(response.headers.get('content-type')).toContain('text/event-stream')
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let heard = ''
  let isOver = false
  const hear = async () => {
    const part = await reader?.read()
    heard += part?.value ?? ''
    isOver = part?.done ?? true
  }
  return {
    leave: () => end.abort(),
    async until(word: string): Promise<string> {
      while (!isOver && !heard.includes(word)) await hear()
      expect(heard).toContain(word)
      return heard
    },
    async over(): Promise<string> {
      while (!isOver) await hear()
      return heard
    },
  }
}

describe('the live tail', () => {
  test('tells of each event as it happens, in words, and of none twice', async () => {
    const head = await site.head()
    const live = await listen(admin, head)
    await live.until('still here')
    const { email } = await site.invited()
    const heard = await live.until('MailSent')
    live.leave()
    const ids = [...heard.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id))
    const events = await site.house.history.page({}, { limit: 100, afterPosition: head })
    expect(ids).toStrictEqual(events.slice(0, ids.length).map(({ position }) => position))
    const lines = [...heard.matchAll(/^data: (.+)$/gm)].map(([, line = '']) => JSON.parse(line) as object)
    const issued = events.find(({ type }) => type === 'InviteIssued')
    expect(lines).toContainEqual({
      position: issued?.position,
      type: 'InviteIssued',
      at: issued?.at,
      when: expect.stringContaining('UTC'),
      words: `An invite to ${email} was issued, as a member.`,
      actor: 'admin@example.org',
    })
  })

  test('goes on from where a browser was cut off', async () => {
    const live = await listen(admin, 1, site, { 'last-event-id': '3' })
    const heard = await live.until('id: 4')
    live.leave()
    expect(heard).not.toContain('id: 3\n')
  })

  test('shows auditors nothing personal', async () => {
    const live = await listen(auditor, await site.head())
    const { email } = await site.invited()
    const heard = await live.until('MailSent')
    live.leave()
    expect(heard).toContain('An invite to ••• was issued')
    expect(heard).not.toContain(email)
  })

  test('ends with the session', async () => {
    const visitor = await site.signedInAdmin()
    const live = await listen(visitor, await site.head())
    await live.until('still here')
    await visitor.submit(await visitor.get('/'), '/logout')
    expect(await live.over()).not.toContain('UserLoggedOut')
  })

  test('ends when its reader may no longer see the history', async () => {
    const { id, visitor } = await newAuditor()
    const live = await listen(visitor, await site.head())
    await live.until('still here')
    await site.house.execute(revokeRole, { userId: id, role: 'auditor', keepSessionId: null }, operator())
    expect(await live.over()).not.toContain('RoleRevoked')
  })

  test('is open to a reader five times at once, and no more', async () => {
    const { visitor } = await newAuditor()
    const lives = await Promise.all(Array.from({ length: 5 }, () => listen(visitor, 0)))
    for (const live of lives) await live.until('still here')
    const refused = await visitor.get('/history/live')
    expect([refused.status, refused.headers.get('retry-after')]).toStrictEqual([429, '60'])
    for (const live of lives) live.leave()
    const again = await vi.waitFor(() => listen(visitor, 0))
    await again.until('still here')
    again.leave()
  })

  test('lets the service end', async () => {
    const house = await openSite()
    const visitor = await house.signedInAdmin()
    const live = await listen(visitor, 0, house)
    await live.until('UserLoggedIn')
    await house.dispose()
    await live.over()
  })
})

describe('why', () => {
  test('a dead invite is dead stands beside it: the event, when, and who did it', async () => {
    const { email } = await site.invited()
    const { id = '' } =
      (await site.house.reads.invites.list({ email }, { now: site.clock(), limit: 1 }))[0] ?? {}
    const path = `/admin/invites?search=${id}`
    expect((await admin.get(path)).html).not.toContain('class="why"')
    await admin.submit(await admin.get(path), `/admin/invites/${id}/revoke`)
    const [revoked] = await site.house.history.page(
      { tag: `invite:${id}`, types: ['InviteRevoked'] },
      { limit: 1 },
    )
    expect((await admin.get(path)).html).toContain(
      `<a class="why" href="/history/${revoked?.position}">event ${revoked?.position}</a>`,
    )
  })

  test('a user has a role, and a confirmed address, stands on their page', async () => {
    const { html } = await admin.get(`/admin/users/${auditorId}`)
    for (const type of ['UserRegistered', 'EmailVerified', 'RoleGranted']) {
      const [event] = await site.house.history.page(
        { tag: `user:${auditorId}`, types: [type as never] },
        { limit: 1 },
      )
      expect(html).toContain(`<a class="why" href="/history/${event?.position}">`)
    }
  })
})
