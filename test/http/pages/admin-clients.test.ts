import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { grantRole } from '../../../src/domain/users/grant-role.ts'
import type { Visitor } from '../../support/visitor.ts'
import { openSite, type Site } from './site.ts'

const LIST = '/admin/clients'
const URI = 'https://app.example/callback'

let site: Site
let admin: Visitor
beforeAll(async () => {
  site = await openSite()
  admin = await site.signedInAdmin()
})
afterAll(() => site.dispose())

/** Ids are as old as their forms: each form a moment later than the one before, so that the newest is the last. */
const freshForm = () => {
  site.clock.advance(1)
  return admin.get(LIST)
}
const register = async (fields: Record<string, string> = {}) =>
  admin.submit(await freshForm(), LIST, { name: 'Example App', redirectUris: URI, ...fields })

const newest = async () => {
  const [client] = await site.floor.reads.clients.list({ limit: 1 })
  if (!client) throw new Error('nobody has registered a client')
  return client
}

describe('an admin', () => {
  test('registers an application and sees its secret, this once', async () => {
    const page = await register()
    const client = await newest()
    expect([page.status, client.kind, client.redirectUris]).toStrictEqual([201, 'confidential', [URI]])
    const secret = site.house.oidc.clientSecret(client.id)
    expect(page.html).toContain(secret)
    expect(page.headers.get('cache-control')).toBe('no-store')
    for (const path of [LIST, `${LIST}/${client.id}`]) {
      const later = await admin.get(path)
      expect(later.html).toContain(client.id)
      expect(later.html).not.toContain(secret)
    }
  })

  test('registers a public one, which has no secret', async () => {
    const page = await register({ kind: 'public' })
    expect((await newest()).kind).toBe('public')
    expect(page.html).not.toContain('Client secret')
  })

  test('registers nothing twice by sending the same form twice', async () => {
    const form = await freshForm()
    const fields = { name: 'Once', redirectUris: URI }
    const first = await admin.submit(form, LIST, fields)
    const head = await site.head()
    const second = await admin.submit(form, LIST, fields)
    expect([second.status, await site.head()]).toStrictEqual([201, head])
    const { id } = await newest()
    for (const page of [first, second]) expect(page.html).toContain(site.house.oidc.clientSecret(id))
  })

  test.each([
    ['no name', { name: ' ' }, 'This field is required.'],
    ['no redirect URI', { redirectUris: ' ' }, 'Give at least one, and at most ten.'],
    ['one in the clear', { redirectUris: `${URI}\nhttp://app.example/` }, 'Number 2 cannot be used'],
  ])('with %s is told what is wrong, and keeps what was typed', async (_, wrong, message) => {
    const head = await site.head()
    const page = await register({ name: 'Typed Name', kind: 'public', ...wrong })
    expect([page.status, await site.head()]).toStrictEqual([422, head])
    expect(page.html).toContain(message)
    expect(page.html).toMatch(/value="public" selected/)
  })

  test('changes name and redirect URIs', async () => {
    await register({ name: 'Before' })
    const { id } = await newest()
    const path = `${LIST}/${id}`
    const saved = await admin.submit(await admin.get(path), path, {
      name: 'After',
      redirectUris: `${URI}\r\n\r\nhttps://app.example/other`,
    })
    expect((await admin.follow(saved)).html).toContain('The application was saved.')
    expect(await newest()).toMatchObject({ name: 'After', redirectUris: [URI, 'https://app.example/other'] })

    const wrong = await admin.submit(await admin.get(path), path, { redirectUris: 'https://x.example/#' })
    expect(wrong.status).toBe(422)
    expect(wrong.html).toContain('Number 1 cannot be used')
  })

  test('removes it, after which its page is gone', async () => {
    await register({ name: 'Short-lived' })
    const { id } = await newest()
    const path = `${LIST}/${id}`
    const removed = await admin.submit(await admin.get(path), `${path}/remove`)
    expect((await admin.follow(removed)).html).toContain('The application was removed.')
    expect((await admin.get(path)).status).toBe(404)
  })

  test('pages through a long list, newest first', async () => {
    for (let n = 0; n < 26; n++) await register({ name: `App ${n}` })
    const first = await admin.get(LIST)
    expect(first.html).toContain('App 25')
    const older = /href="(\/admin\/clients\?after[^"]+)"/.exec(first.html)?.[1]?.replace('&#x3D;', '=')
    const page = await admin.get(older ?? '')
    expect(page.html).toContain('App 0<')
    expect(page.html).not.toContain('App 25')
  })
})

describe('others', () => {
  test('S3: an auditor sees the list and each application, and changes nothing', async () => {
    const { visitor, id: userId } = await site.member()
    const wish = { userId, role: 'auditor', enrol: null, newCredentialId: null } as const
    await site.floor.execute(grantRole, wish, { actor: 'operator', correlation: site.floor.ids() })
    const { id, name } = await newest()
    const list = await visitor.get(LIST)
    expect(list.html).toContain(name)
    expect(list.html).not.toContain('method="post" action="/admin/clients"')
    const one = await visitor.get(`${LIST}/${id}`)
    expect(one.html).toContain(id)
    expect(one.html).not.toContain(`method="post" action="${LIST}/${id}"`)
    const csrf = /name="_csrf" value="([^"]+)"/.exec(list.html)?.[1] ?? ''
    const head = await site.head()
    for (const path of [LIST, `${LIST}/${id}`, `${LIST}/${id}/remove`])
      expect((await visitor.post(path, { _csrf: csrf, name: 'Mine', redirectUris: URI })).status).toBe(403)
    expect(await site.head()).toBe(head)
  })

  test('members and strangers see none of it', async () => {
    const { visitor } = await site.member()
    for (const somebody of [visitor, site.visitor()]) {
      expect((await somebody.get(LIST)).location).toBe('/')
      expect((await somebody.get(`${LIST}/${(await newest()).id}`)).location).toBe('/')
    }
  })
})
