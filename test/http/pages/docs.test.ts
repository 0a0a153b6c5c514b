import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventTypes } from '../../../src/domain/catalogue.ts'
import { adviceOf, problemCodes, statusOf, wordingOf } from '../../../src/http/problems.ts'
import { openSite, type Site } from './site.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.dispose())

const unescaped = (html: string) =>
  html
    .replaceAll(/&#x([\da-f]+);/gi, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)))
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
const idsOf = (html: string) => [...html.matchAll(/ id="([^"]+)"/g)].map(([, id = '']) => id)

describe('the documentation in the product', () => {
  test('its index leads to the API, the events and the refusals, all of which are there', async () => {
    const { status, html } = await site.visitor().get('/docs')
    expect(status).toBe(200)
    for (const path of ['/docs/api', '/api/v1/openapi.json', '/docs/events', '/docs/refusals']) {
      expect(html).toContain(`href="${path}"`)
      expect((await fetch(site.address + path)).status, path).toBe(200)
    }
  })

  test.each(['en', 'ru'])('every type of event has a place of its own (%s)', async (locale) => {
    const { html } = await site.visitor().get(`/docs/events?lang=${locale}`)
    const ids = idsOf(html)
    expect(ids).toHaveLength(new Set(ids).size)
    for (const type of eventTypes) {
      expect(ids).toContain(type)
      expect(html).toContain(`href="#${type}"`)
    }
  })

  test('an event says what it holds, what of it is personal, and what comes of it', async () => {
    const { html } = await site.visitor().get('/docs/events')
    const text = unescaped(/<section[^>]*id="InviteIssued"[\s\S]*?<\/section>/.exec(html)?.[0] ?? '')
      .replaceAll(/<[^>]+>/g, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim()
    expect(text).toBe(
      "InviteIssued version 1 inviteId ulid email string | null personal role 'member' | 'auditor' locale 'en' | 'ru' " +
        'expiresAt instant Read tables invites mails May call for a mail.',
    )
    expect(html).toMatch(/id="UserErased"[\s\S]*?Destroys the keys[\s\S]*?<\/section>/)
  })

  test.each(['en', 'ru'] as const)(
    'every reason for a no has its code, its status and its words (%s)',
    async (locale) => {
      const { html } = await site.visitor().get(`/docs/refusals?lang=${locale}`)
      for (const code of problemCodes) {
        const row = unescaped(new RegExp(`<tr id="${code}">[\\s\\S]*?</tr>`).exec(html)?.[0] ?? '')
        for (const said of [`>${statusOf(code)}<`, wordingOf(code, locale), adviceOf(code, locale) ?? ''])
          expect(row, code).toContain(said)
      }
    },
  )

  test('admins are led there, and nobody is bothered with it who has no use for it', async () => {
    expect((await (await site.signedInAdmin()).get('/admin')).html).toContain('href="/docs"')
    const { visitor } = await site.member()
    for (const somebody of [visitor, site.visitor()])
      expect((await somebody.get('/')).html).not.toContain('href="/docs"')
  })
})
