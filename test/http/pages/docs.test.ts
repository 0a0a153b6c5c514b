import { readFileSync } from 'node:fs'
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
  test('its index leads to the API, the events, the refusals and the design, all of which are there', async () => {
    const { status, html } = await site.visitor().get('/docs')
    expect(status).toBe(200)
    for (const path of [
      '/docs/api',
      '/api/v1/openapi.json',
      '/docs/events',
      '/docs/refusals',
      '/docs/design',
    ]) {
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
      expect(html).toContain(`<summary>${type} `)
    }
  })

  test('an event says what it holds, what of it is personal, and what comes of it', async () => {
    const { html } = await site.visitor().get('/docs/events')
    const text = unescaped(/<div id="InviteIssued"[\s\S]*?<\/div>/.exec(html)?.[0] ?? '')
      .replaceAll(/<[^>]+>/g, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim()
    expect(text).toBe(
      "inviteId ulid email string | null personal role 'member' | 'auditor' locale 'en' | 'ru' " +
        'expiresAt instant Read tables invites mails May call for a mail.',
    )
    expect(html).toMatch(/id="UserErased"[\s\S]*?Destroys the keys[\s\S]*?<\/div>/)
  })

  test.each(['en', 'ru'] as const)(
    'every reason for a no has its code, its status and its words (%s)',
    async (locale) => {
      const { html } = await site.visitor().get(`/docs/refusals?lang=${locale}`)
      for (const code of problemCodes) {
        const entry = new RegExp(`<summary><code>${code}</code>[\\s\\S]*?</details>`).exec(html)
        const row = unescaped(entry?.[0] ?? '')
        for (const said of [
          `id="${code}"`,
          `>${statusOf(code)}<`,
          wordingOf(code, locale),
          adviceOf(code, locale) ?? '',
        ])
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

  test.each(['en', 'ru'])(
    'the design shows every colour of the style sheet in both themes (%s)',
    async (locale) => {
      const { html } = await site.visitor().get(`/docs/design?lang=${locale}`)
      const css = readFileSync(
        new URL('../../../src/http/public/styles/1-tokens.css', import.meta.url),
        'utf8',
      )
      const colours = [...css.matchAll(/#[0-9a-f]{6}\b/g)].map(([colour]) => colour)
      const shown = [...html.matchAll(/ fill="(#[0-9a-f]{6})"/g)].map(([, colour = '']) => colour)
      expect(new Set(shown)).toStrictEqual(new Set(colours))
      expect(shown).toHaveLength(colours.length)
      const ids = idsOf(html)
      expect(ids).toHaveLength(new Set(ids).size)
    },
  )

  test('whatever is written on something can be read by everybody, in both themes', async () => {
    const { html } = await site.visitor().get('/docs/design')
    const ratios = [...html.matchAll(/<td>(\d+(?:\.\d)?)<\/td>/g)].map(([, ratio]) => Number(ratio))
    expect(ratios.length).toBeGreaterThan(10)
    expect(Math.min(...ratios)).toBeGreaterThanOrEqual(4.5)
  })

  test.each([
    ['', '10:00 UTC'],
    ['zone=America%2FNew_York', '05:00 GMT-5'],
    ['zone=Nowhere%2FLand', '10:00 UTC'],
    ['zone=%2B05%3A00', '10:00 UTC'],
    ['zone=%zz', '10:00 UTC'],
    [`zone=${'x'.repeat(500)}`, '10:00 UTC'],
  ])('a browser that has noted %j reads the time in its zone, or in UTC', async (cookie, told) => {
    const { html } = await site.visitor().request('GET', '/docs/design', { headers: { cookie } })
    expect(html).toContain(`<time datetime="2026-03-01T10:00:00.000Z">1 Mar 2026, ${told}</time>`)
  })
})
