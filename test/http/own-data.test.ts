import { afterEach, beforeEach, expect, test } from 'vitest'
import { ADMIN } from '../support/admin.ts'
import { HOUR } from '../support/house.ts'
import { Api } from './api/client.ts'
import { openSite, type Site } from './pages/site.ts'

const MEMBER = 'grace@example.org'

test('T48 somebody takes a copy of everything about them; nobody else’s person is in it, and the password is asked for', async () => {
  const api = await Api.open()
  try {
    const { accessToken: admin } = await api.signIn()
    const { accessToken, userId } = await api.member(admin, MEMBER)
    const currentPassword = await api.firstPassword(MEMBER)
    const reason = { token: admin, body: { reason: 'wrote twice' } }
    await api.call('PUT', `/users/${userId}/suspension`, reason)
    await api.call('DELETE', `/users/${userId}/suspension`, { token: admin })
    expect(accessToken).not.toBe('')
    const { accessToken: token } = await api.signIn({ email: MEMBER, password: currentPassword })
    const next = { currentPassword, newPassword: 'a-long-way-to-tipperary' }
    await api.call('PUT', '/me/password', { token, body: next })
    expect(await api.refusal('POST', '/me/export', { token })).toStrictEqual([401, 'credentials_wrong'])
    const proof = { currentPassword: next.newPassword }
    const { status, body } = await api.call('POST', '/me/export', { token, body: proof })
    expect(status).toBe(200)
    expect(body['profile']).toMatchObject({ id: userId, email: MEMBER })
    const templates = (body['mails'] as { template: string }[]).map(({ template }) => template)
    expect(templates).toContain('invite')
    expect(body['invites']).toMatchObject([{ email: MEMBER, state: 'redeemed' }])
    const events = body['events'] as { type: string; by: string; data: Record<string, unknown> }[]
    const of = (type: string) => events.filter((event) => event.type === type)
    expect(of('InviteIssued')).toMatchObject([{ by: 'another user', data: { email: MEMBER } }])
    expect(of('UserRegistered')).toMatchObject([{ data: { email: MEMBER } }])
    expect(of('UserSuspended')).toMatchObject([{ by: 'another user', data: { reason: '•••' } }])
    expect(of('PasswordChanged')).toMatchObject([{ by: 'you' }])
    expect(JSON.stringify(body)).not.toContain(ADMIN.email)
  } finally {
    await api.app.dispose()
  }
})

let site: Site
beforeEach(async () => {
  site = await openSite()
})
afterEach(() => site.dispose())

test('the profile offers the copy as a file, after the password where it was not shown lately', async () => {
  const admin = await site.signedInAdmin()
  const page = await admin.get('/profile/data')
  expect((await admin.get('/profile')).html).toContain('href="/profile/data"')
  const file = await admin.submit(page, '/profile/data')
  expect([
    file.status,
    file.headers.get('content-disposition'),
    file.headers.get('cache-control'),
  ]).toStrictEqual([200, 'attachment; filename="my-data.json"', 'no-store'])
  expect(JSON.parse(file.html)).toMatchObject({ profile: { email: ADMIN.email }, roles: ['admin'] })
  site.clock.advance(HOUR / 2)
  const asked = await admin.get('/profile/data')
  expect(asked.html).toContain('type="password"')
  expect((await admin.submit(asked, '/profile/data', { current: 'wrong' })).status).toBe(422)
  expect((await admin.submit(asked, '/profile/data', { current: ADMIN.password })).status).toBe(200)
  expect((await site.visitor().get('/profile/data')).location).toBe('/?next=/profile/data')
})

test('T48 before somebody is erased, the page says what will be forgotten and what stays', async () => {
  const { id, email, visitor } = await site.member()
  const admin = await site.signedInAdmin()
  const { html } = await admin.get(`/admin/users/${id}/erase`)
  for (const said of [
    `The user ${email}: name`,
    'Sessions with their devices and network addresses: 1',
    'Addresses and reasons in invites to them: 1',
    'Events about them in the history, by number: ',
  ]) {
    expect(html).toContain(said)
  }
  expect((await visitor.get('/profile/erase')).html).toContain(`The user ${email}`)
})
