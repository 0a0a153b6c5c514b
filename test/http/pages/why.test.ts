import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { codeOf, plant } from '../../support/grove.ts'
import { runVerifier } from '../../support/sealed.ts'
import type { Visitor } from '../../support/visitor.ts'
import { Api, type Json } from '../api/client.ts'
import { openSite, type Site } from './site.ts'

let site: Site
let admin: Visitor

beforeAll(async () => {
  site = await openSite()
  admin = await site.signedInAdmin()
})
afterAll(() => site.dispose())

const newest = async (type: 'UserReferred' | 'ReferralCodeCreated' | 'UserLoggedIn', id: string) => {
  const [event] = await site.house.history.page({ types: [type], tag: `user:${id}` }, { limit: 1 })
  return event?.position
}

test('a user’s page says by which events they were brought, have a code, and began a session', async () => {
  const ben = await plant(site, { email: 'ben@example.org' })
  const code = await codeOf(site, ben)
  const cyd = await plant(site, { email: 'cyd@example.org', code })
  const brought = (await admin.get(`/admin/users/${cyd.id}`)).html
  expect(brought).toContain(`href="/history/${await newest('UserReferred', cyd.id)}"`)
  expect(brought).toContain(`Brought by <a href="/admin/users/${ben.id}">`)
  const owner = (await admin.get(`/admin/users/${ben.id}`)).html
  expect(owner).toContain(`href="/history/${await newest('ReferralCodeCreated', ben.id)}"`)
  const self = (await admin.get(`/admin/users/${site.adminId}`)).html
  expect(self).toContain(`href="/history/${await newest('UserLoggedIn', site.adminId)}"`)
})

test('an invite’s page says how it stands, why, and everything that happened to it', async () => {
  const { id } = await site.member()
  const inviteId = (await site.house.reads.users.get(id))?.inviteId ?? ''
  const { status, html } = await admin.get(`/admin/invites/${inviteId}`)
  expect(status).toBe(200)
  const redemption = await site.house.proofs.redemption(inviteId)
  expect(html).toContain('badge redeemed')
  expect(html).toContain(`<a class="why" href="/history/${redemption?.position}">`)
  expect(html).toContain(`href="/admin/users/${id}"`)
  expect((await admin.get('/admin/invites/01JNZ8K3V5Q2W9X7T4R6Y1M0AB')).status).toBe(404)
  expect((await site.visitor().get(`/admin/invites/${inviteId}`)).location).toBe('/')
})

test('whoever redeemed an invite takes a receipt from their profile that the shipped verifier accepts', async () => {
  const { visitor, id } = await site.member()
  expect((await visitor.get('/profile')).html).toContain('href="/profile/receipt"')
  expect((await visitor.get('/profile/receipt')).status).toBe(409)
  await site.sealer.seal()
  const { status, headers, html } = await visitor.get('/profile/receipt')
  expect([status, headers.get('content-type')]).toStrictEqual([200, 'application/json; charset=utf-8'])
  expect(headers.get('content-disposition')).toMatch(/^attachment; filename="latchkey-receipt-\d+\.json"$/)
  expect(JSON.parse((JSON.parse(html) as { event: string }).event)).toMatchObject({
    type: 'InviteRedeemed',
    data: { userId: id },
  })
  const file = join(site.folder, 'receipt.json')
  writeFileSync(file, html)
  expect(runVerifier(['--receipt', file]).status).toBe(0)
})

test('there is no receipt for who was not invited, or is not signed in', async () => {
  expect((await admin.get('/profile')).html).not.toContain('/profile/receipt')
  expect((await admin.get('/profile/receipt')).status).toBe(404)
  expect((await site.visitor().get('/profile/receipt')).location).toBe('/?next=/profile')
})

test('the API names the events behind verification, code, referrer and suspended subtrees', async () => {
  const api = await Api.open()
  const token = (await api.signIn()).accessToken
  const ben = await plant(api.app, { email: 'ben@example.org' })
  const cyd = await plant(api.app, { email: 'cyd@example.org', code: await codeOf(api.app, ben) })
  const why = async (id: string) => (await api.call('GET', `/users/${id}`, { token })).body['why'] as Json
  expect(await why(ben.id)).toMatchObject({
    verification: { type: 'EmailVerified' },
    referralCode: { type: 'ReferralCodeCreated' },
    referrer: null,
  })
  expect(await why(cyd.id)).toMatchObject({ referralCode: null, referrer: { type: 'UserReferred' } })
  const done = await api.call('POST', `/users/${ben.id}/subtree-suspensions`, { token })
  expect(done.body).toMatchObject({ why: { type: 'SubtreeSuspended' } })
  const undone = await api.call('DELETE', `/subtree-suspensions/${String(done.body['id'])}`, { token })
  expect(undone.body).toMatchObject({ why: { type: 'SubtreeReinstated' } })
  await api.app.dispose()
})
