import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { changeProfile } from '../../../src/domain/users/change-profile.ts'
import { ADMIN } from '../../support/admin.ts'
import type { Page, Visitor } from '../../support/visitor.ts'
import { openSite, type Site } from './site.ts'

let site: Site
let admin: Visitor
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.dispose())
beforeEach(async () => {
  admin = await site.signedInAdmin()
})

const NOBODY = '01JNZ8K3V5Q2W9X7T4R6Y1M0AB'
const change = async (id: string, verb: string, fields: Record<string, string> = {}) =>
  admin.submit(await admin.get(`/admin/users/${id}`), `/admin/users/${id}/${verb}`, fields)

const unescaped = (html: string) => html.replaceAll('&#x27;', "'").replaceAll('&quot;', '"')
/** The lines of a history as a page shows them: position, sentence, and who did it. */
const linesOf = ({ html }: Page) => {
  const table =
    /<table class="list history" aria-label="(?:History|История)">([\s\S]*?)<\/table>/.exec(html)?.[1] ?? ''
  return [...table.matchAll(/<tr>\s*<td><time[\s\S]*?<\/tr>/g)].map(([row]) => ({
    words: unescaped(/<th scope="row">([^<]*)</.exec(row)?.[1] ?? ''),
    actor: /<td data-label="(?:Who did it|Кто)">(?:<a [^>]*>)?([^<]*)</.exec(row)?.[1],
    url: /<a href="(\/admin[^"]*)"/.exec(row)?.[1],
    position: Number(/<code>(\d+)<\/code>/.exec(row)?.[1]),
  }))
}

describe('the history of a user', () => {
  test('tells everything that happened to them, the newest first, with who did it and where it stands', async () => {
    const { id, email, visitor } = await site.member()
    await change(id, 'profile', { name: 'Ada' })
    await change(id, 'suspend', { reason: 'on leave' })
    await change(id, 'reinstate')
    await visitor.get('/')
    const lines = linesOf(await admin.get(`/admin/users/${id}/history`))
    expect(lines.map(({ words }) => words)).toStrictEqual([
      'Was reinstated.',
      'All sessions ended because of the suspension.',
      'Was suspended. Reason: on leave',
      'Changed the name to Ada.',
      'A mail was sent: login and first password.',
      'Signed in by following an invite.',
      'A first password was made, to be mailed.',
      `${email} was confirmed by following the invite.`,
      `Came in by an invite, with ${email}.`,
      `Redeemed the invite to ${email}.`,
    ])
    expect(lines[0]).toMatchObject({ actor: ADMIN.email, url: `/admin/users/${site.adminId}` })
    expect(lines[4]).toMatchObject({ actor: 'the service', url: undefined })
    for (const { position, words } of lines) {
      const event = await site.floor.store.get(position)
      expect([words, JSON.stringify(event?.data).includes(id) || event?.type === 'MailSent']).toStrictEqual([
        words,
        true,
      ])
    }
  })

  test('is told in Russian to whoever reads Russian', async () => {
    const { id } = await site.member()
    await change(id, 'profile', { name: 'Зоя', locale: 'ru' })
    const [line] = linesOf(await admin.get(`/admin/users/${id}/history?lang=ru`))
    expect(line?.words).toBe('Новое имя: Зоя. Новый язык: русский.')
    await admin.get('/?lang=en')
  })

  test('shows its newest lines on the user’s page', async () => {
    const { id } = await site.member()
    await change(id, 'profile', { name: 'Ada' })
    const page = linesOf(await admin.get(`/admin/users/${id}`))
    const whole = linesOf(await admin.get(`/admin/users/${id}/history`))
    expect(page.length).toBeGreaterThan(3)
    expect(page).toStrictEqual(whole.slice(0, page.length))
  })

  test('comes in pages that hold each event once, also while more happens', async () => {
    const { id } = await site.member()
    const rename = (n: number) =>
      site.house.execute(
        changeProfile,
        { userId: id, name: `Ada ${n}`, locale: null },
        { actor: 'operator', correlation: site.house.newId() },
      )
    for (let n = 0; n < 120; n++) await rename(n)
    const all: number[] = []
    for await (const { position } of site.floor.store.read({ tag: `user:${id}` })) all.unshift(position)
    const seen: number[] = []
    let page = await admin.get(`/admin/users/${id}/history`)
    for (let n = 0; ; n++) {
      seen.push(...linesOf(page).map(({ position }) => position))
      await rename(1000 + n)
      const next = /rel="next" href="([^"]+)"/.exec(page.html)?.[1]
      if (next === undefined) break
      page = await admin.get(next.replaceAll('&#x3D;', '=').replaceAll('&amp;', '&'))
    }
    expect(seen).toStrictEqual(all)
    expect(page.html).toContain(`href="/admin/users/${id}/history">Newest`)
  })

  test('outlives the user: the facts stay, and nobody is in them', async () => {
    const { id, email } = await site.member()
    await change(id, 'profile', { name: 'Zacharias Unmistakable' })
    await admin.submit(await admin.get(`/admin/users/${id}/erase`), `/admin/users/${id}/erase`)
    const page = await admin.get(`/admin/users/${id}/history`)
    expect(page.status).toBe(200)
    expect(page.html).not.toContain(email)
    expect(page.html).not.toContain('Unmistakable')
    const words = linesOf(page).map((line) => line.words)
    expect(words[0]).toBe('Was erased: the person is gone from this history, the facts stay.')
    expect(words).toContain('Came in by an invite, with a forgotten address.')
  })

  test('of somebody who never was, or of no id at all, is not found', async () => {
    for (const id of [NOBODY, 'nobody', "' or 1=1 --", 'email:admin@example.org']) {
      expect((await admin.get(`/admin/users/${encodeURIComponent(id)}/history`)).status).toBe(404)
    }
  })

  test.each(['0', '-1', '1e9', 'abc', '9'.repeat(40), ''])(
    'begins with the newest where the address asks for no place that there is: before=%s',
    async (before) => {
      const path = `/admin/users/${site.adminId}/history`
      const first = linesOf(await admin.get(path))
      expect(linesOf(await admin.get(`${path}?before=${before}`))).toStrictEqual(first)
    },
  )

  test('says so where nothing is earlier', async () => {
    const page = await admin.get(`/admin/users/${site.adminId}/history?before=1`)
    expect([page.status, page.html.includes('Nothing earlier.')]).toStrictEqual([200, true])
  })
})
