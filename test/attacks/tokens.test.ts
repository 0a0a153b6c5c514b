import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { revokeInvite } from '../../src/domain/invites/revoke-invite.ts'
import { Api } from '../http/api/client.ts'
import { openSite, type Site } from '../http/pages/site.ts'
import { ADMIN } from '../support/admin.ts'
import { MINUTE } from '../support/house.ts'
import { type Scene, setScene } from './scene.ts'

/** Where a token in an address opens something, and where a program sends one. */
const PAGES = ['/invites/', '/sign-in/', '/verify/', '/password/reset/'] as const
const SENDS = {
  '/invite-redemptions': (token: unknown) => ({ token }),
  '/invite-previews': (token: unknown) => ({ token }),
  '/password-resets/redemptions': (token: unknown) => ({ token, newPassword: 'a quiet place to sit' }),
  '/sessions/refresh': (refreshToken: unknown) => ({ refreshToken }),
} as const

let site: Site
let scene: Scene
let api: Awaited<ReturnType<typeof Api.open>>
beforeAll(async () => {
  site = await openSite()
  scene = await setScene(site, await site.signedInAdmin())
  api = await Api.open()
})
afterAll(async () => {
  await site.dispose()
  await api.app.dispose()
})

/** A page without what is another one each time: the token of its form and the marks of its browser. */
const plain = (html: string): string => html.replaceAll(/ (?:value|href|action)="[^"]*"/g, '')

describe('T01, T06: a token that nobody made', () => {
  test('is answered alike, whatever it is and wherever it is shown; and nothing happens', async () => {
    const before = await site.head()
    for (const page of PAGES) {
      const answers = new Set<string>()
      for (let n = 0; n < 25; n++) {
        const { status, html } = await site
          .visitor()
          .get(page + randomBytes(n % 2 === 0 ? 32 : 58).toString('base64url'))
        answers.add(`${status} ${plain(html)}`)
      }
      expect([page, answers.size, [...answers][0]?.slice(0, 4)]).toStrictEqual([page, 1, '404 '])
    }
    expect(await site.head()).toBe(before)
  })

  test('of another purpose is as good as none: each kind of link opens its own door only', async () => {
    const before = await site.head()
    const kinds = ['/invites/:token', '/sign-in/:token', '/verify/:token', '/password/reset/:token']
    for (const kind of kinds) {
      const token = scene.concrete(kind).split('/').at(-1) ?? ''
      for (const page of PAGES) {
        const { status } = await site.visitor().get(page + token)
        expect([kind, page, status]).toStrictEqual([kind, page, kind.startsWith(page) ? 200 : 404])
      }
    }
    expect(await site.head()).toBe(before)
  })

  test.each(Object.entries(SENDS))(
    '%s takes no null, list, object, number or empty text for one',
    async (path, bodyOf) => {
      const before = await api.eventCount()
      const { refreshToken } = await api.signIn()
      const seen: Record<string, [number, unknown]> = {}
      for (const token of [
        null,
        [],
        ['x'],
        {},
        0,
        true,
        '',
        ' ',
        '\u0000',
        'x'.repeat(201),
        refreshToken.slice(0, -1),
      ]) {
        const answer = await api.refusal('POST', path, { body: bodyOf(token) })
        seen[JSON.stringify(token).slice(0, 20)] = answer
        expect([400, 401, 404, 405, 422], `${path} ${JSON.stringify(token)}`).toContain(answer[0])
      }
      expect(await api.eventCount()).toBe(before + 1) // the sign-in
    },
  )
})

describe('T09: the page of an invite that has ended', () => {
  test('tells neither who was invited nor by whom, however it ended', async () => {
    const admin = { actor: `user:${site.adminId}`, correlation: site.house.newId() } as const
    const ways = {
      revoked: async (id: string) => {
        await site.house.execute(revokeInvite, { inviteId: id, reason: 'A private reason' }, admin)
      },
      expired: async () => site.clock.advance(2 * MINUTE),
    }
    for (const [way, end] of Object.entries(ways)) {
      const { email, path } = await site.invited({ email: `${way}-somebody@example.org`, ttlMs: MINUTE })
      const [invite] = await site.house.reads.invites.list({ email }, { now: site.clock(), limit: 1 })
      await end(invite?.id ?? '')
      const { status, html } = await site.visitor().get(path)
      expect([way, status]).toStrictEqual([way, 410])
      for (const word of [email, `${way}-`, 'example.org', ADMIN.email, invite?.id ?? '', 'private reason'])
        expect(html, way).not.toContain(word)
    }
  })
})

describe('T37: steps that were left out', () => {
  test('no password without the mail, no confirmation without the code, no new address without the password', async () => {
    const registered = await api.call('POST', '/users', { body: { email: 'skips@example.org' } })
    const token = String(registered.body['registrationToken'])
    const id = String(registered.body['id'])
    const { accessToken } = await api.member((await api.signIn()).accessToken, 'member@example.org')
    const changed = await api.call('PUT', '/me/password', {
      token: accessToken,
      body: { newPassword: 'a quiet place to sit' },
    })
    expect(changed.status).toBe(204)
    const before = await api.eventCount()
    const password = 'a quiet place to sit'
    expect(
      await api.refusal('PUT', `/users/${id}/registration`, { token, body: { password } }),
    ).toStrictEqual([403, 'email_not_verified'])
    expect(
      await api.refusal('POST', '/password-resets/redemptions', { body: { token, newPassword: password } }),
    ).toStrictEqual([404, 'link_not_found'])
    const wish = { email: 'elsewhere@example.org' }
    expect(await api.refusal('PUT', '/me/email', { token: accessToken, body: wish })).toStrictEqual([
      401,
      'credentials_wrong',
    ])
    expect(await api.eventCount()).toBe(before)
  })
})
