import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ADMIN } from '../../support/admin.ts'
import { MINUTE } from '../../support/house.ts'
import type { Visitor } from '../../support/visitor.ts'
import { openSite, type Site } from './site.ts'

let site: Site
let admin: Visitor
let somebody: Awaited<ReturnType<Site['member']>>

beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.dispose())
beforeEach(async () => {
  admin = await site.signedInAdmin()
  somebody = await site.member()
})

const erase = async (fields: Record<string, string> = {}) => {
  const path = `/admin/users/${somebody.id}/erase`
  return admin.submit(await admin.get(path), path, fields)
}
const makeAdmin = async (fields: Record<string, string> = {}) =>
  admin.submit(await admin.get(`/admin/users/${somebody.id}`), `/admin/users/${somebody.id}/grant`, {
    role: 'admin',
    ...fields,
  })
const isThere = async () => (await site.house.reads.users.get(somebody.id)) !== null
const isAdmin = async () => (await site.house.reads.users.get(somebody.id))?.roles.includes('admin')

describe('T49: what cannot be taken back', () => {
  test('asks for no password within ten minutes of the sign-in', async () => {
    site.clock.advance(10 * MINUTE)
    expect((await admin.get(`/admin/users/${somebody.id}/erase`)).html).not.toContain('name="current"')
    expect((await erase()).status).toBe(303)
    expect(await isThere()).toBe(false)
  })

  test('asks for it later, and does nothing without it or with a wrong one', async () => {
    site.clock.advance(10 * MINUTE + 1)
    expect((await admin.get(`/admin/users/${somebody.id}/erase`)).html).toContain('name="current"')
    const before = await site.head()
    for (const current of ['', 'not-the-password', somebody.firstPassword]) {
      for (const act of [erase, makeAdmin]) {
        const answer = await act({ current })
        expect(answer.status).toBe(422)
        expect(answer.html).toContain(current === '' ? 'This field is required.' : 'This is not your current')
        if (current !== '') expect(answer.html).not.toContain(current)
      }
    }
    expect(await site.head()).toBe(before)
  })

  test('is asked for by the service, not only by the page', async () => {
    const shown = await admin.get(`/admin/users/${somebody.id}/erase`)
    site.clock.advance(11 * MINUTE)
    expect((await admin.submit(shown, `/admin/users/${somebody.id}/erase`)).status).toBe(422)
    expect(await isThere()).toBe(true)
  })

  test('is done with the right password, and for ten minutes without asking again; then it asks again', async () => {
    site.clock.advance(11 * MINUTE)
    expect((await makeAdmin({ current: ADMIN.password })).status).toBe(303)
    expect(await isAdmin()).toBe(true)
    site.clock.advance(9 * MINUTE)
    somebody = await site.member()
    expect((await makeAdmin()).status).toBe(303)
    site.clock.advance(2 * MINUTE)
    expect((await erase()).status).toBe(422)
  })

  test('T22: goes on under a new cookie once the password was shown; the old one is nobody’s', async () => {
    site.clock.advance(11 * MINUTE)
    const before = admin.cookie('sid')
    const thief = admin.stolenBy('Admin/1.0')
    await makeAdmin({ current: ADMIN.password })
    expect(admin.cookie('sid')).not.toBe(before)
    expect((await admin.get('/admin')).status).toBe(200)
    expect((await thief.get('/admin')).location).toBe('/')
  })

  test('leaves what can be taken back alone', async () => {
    site.clock.advance(11 * MINUTE)
    const page = await admin.get(`/admin/users/${somebody.id}`)
    for (const [verb, fields] of [
      ['grant', { role: 'auditor' }],
      ['suspend', {}],
    ] as const) {
      expect((await admin.submit(page, `/admin/users/${somebody.id}/${verb}`, fields)).status).toBe(303)
    }
  })
})
