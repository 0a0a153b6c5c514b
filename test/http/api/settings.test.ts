import pino from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serveAsOf } from '../../../src/as-of.ts'
import { changeSettings } from '../../../src/domain/settings/change-settings.ts'
import { openFoundation } from '../../../src/foundation.ts'
import { expectProjectionsEqualRebuild } from '../../support/rebuild.ts'
import { Api, type Json, type Tokens } from './client.ts'

let api: Awaited<ReturnType<typeof Api.open>>
let admin: Tokens
beforeAll(async () => {
  api = await Api.open()
  admin = await api.signIn()
})
afterAll(async () => {
  await expectProjectionsEqualRebuild(api.app.floor)
  await api.app.dispose()
})

const asAdmin = (body?: unknown) => ({
  token: admin.accessToken,
  ...(body === undefined ? {} : { body }),
})
const itemsOf = ({ body }: { body: Json }) => body['items'] as readonly Json[]
const named = (items: readonly Json[], name: string) => items.find((item) => item['name'] === name)
const change = (changes: object) => api.call('PATCH', '/settings', asAdmin(changes))
const register = (email: string) =>
  api.refusal('POST', '/users', { body: { email, password: 'a password of their own' } })

describe('settings through the API', () => {
  test('an admin reads them, changes them, and takes a change back', async () => {
    expect(named(itemsOf(await api.call('GET', '/settings', asAdmin())), 'registration.mode')).toStrictEqual({
      name: 'registration.mode',
      value: 'open',
      source: 'built-in',
    })
    const changed = await change({ 'registration.mode': 'invite', 'brand.name': 'Ours' })
    expect(changed.status).toBe(200)
    expect(named(itemsOf(changed), 'registration.mode')).toStrictEqual({
      name: 'registration.mode',
      value: 'invite',
      source: 'history',
    })
    expect(await register('one@example.org')).toStrictEqual([403, 'registration_closed'])

    const changes = itemsOf(await api.call('GET', '/settings/changes', asAdmin()))
    expect(changes.map(({ setting, value, before, actor }) => [setting, before, value, actor])).toStrictEqual(
      [
        ['brand.name', null, 'Ours', `user:${api.adminId}`],
        ['registration.mode', null, 'invite', `user:${api.adminId}`],
      ],
    )
    for (const { id } of changes) {
      expect((await api.call('DELETE', `/settings/changes/${String(id)}`, asAdmin())).status).toBe(200)
      const head = await api.eventCount()
      // Once more is the same once more.
      expect((await api.call('DELETE', `/settings/changes/${String(id)}`, asAdmin())).status).toBe(200)
      expect(await api.eventCount()).toBe(head)
    }
    expect((await register('one@example.org'))[0]).toBe(201)
  })

  test.each([
    [{ 'no.such.setting': 'x' }, [404, 'setting_unknown']],
    [{ 'registration.mode': 'closed' }, [422, 'setting_invalid']],
    [{ 'registration.mode': 7 }, [422, 'invalid_input']],
    [{ 'mail.invite.en.lead': '{nobody}' }, [422, 'setting_invalid']],
  ])('%j is refused', async (changes, expected) =>
    expect(await api.refusal('PATCH', '/settings', asAdmin(changes))).toStrictEqual(expected),
  )

  test('a refusal says which setting, why, and what would do', async () => {
    const { body } = await change({ 'mail.invite.en.lead': 'Dear {name}' })
    expect(body).toMatchObject({
      setting: 'mail.invite.en.lead',
      reason: 'placeholder_unknown',
      placeholder: 'name',
      known: '{service}, {login}, {until}',
    })
  })

  test('invites that say nothing of their own are as admins have set it', async () => {
    await change({ 'invite.lifetime': '2d', 'invite.role': 'auditor', 'invite.language': 'ru' })
    const { body } = await api.call('POST', '/invites', asAdmin({ email: 'usual@example.org' }))
    expect(body['role']).toBe('auditor')
    expect(Date.parse(String(body['expiresAt'])) - Date.parse(api.app.clock())).toBe(2 * 86_400_000)
    const spoken = await api.call('POST', '/invites', asAdmin({ email: 'own@example.org', role: 'member' }))
    expect(spoken.body['role']).toBe('member')
    expect((await api.app.mailsTo('usual@example.org')).map(({ subject }) => subject)).toStrictEqual([
      'Вас пригласили',
    ])
    await change({ 'invite.lifetime': null, 'invite.role': null, 'invite.language': null })
  })
})

test('what another process sets counts with the very next request', async () => {
  const other = await openFoundation(api.app.floor.settings, { clock: api.app.clock })
  try {
    for (const mode of ['invite', 'referral', 'open'] as const) {
      await other.execute(
        changeSettings,
        { changes: [{ setting: 'registration.mode', value: mode }], pinned: [] },
        { actor: 'operator', correlation: other.ids() },
      )
      const [status, code] = await register(`${mode}@example.org`)
      expect([status, code ?? null]).toStrictEqual(
        {
          invite: [403, 'registration_closed'],
          referral: [403, 'referral_code_required'],
          open: [201, null],
        }[mode],
      )
    }
  } finally {
    await other.close()
  }
})

test('the past is shown as it was: its brand, its mode, its words', async () => {
  await change({ 'brand.name': 'The old name', 'registration.mode': 'invite' })
  const position = await api.app.floor.store.head()
  const at = api.app.clock()
  await change({ 'brand.name': 'The new name', 'registration.mode': 'open' })
  const past = await serveAsOf(api.app.floor, { position, at }, { port: 0, log: pino({ level: 'silent' }) })
  try {
    const html = await (await fetch(past.address)).text()
    expect(html).toContain('· The old name</title>')
    expect(html).not.toContain('href="/register"')
    const page = await (await fetch(`${past.address}/admin/settings`)).text()
    expect(page).toContain('The old name')
    expect(page).not.toContain('The new name')
  } finally {
    await past.close()
  }
  expect(await (await fetch(api.app.address)).text()).toContain('· The new name</title>')
})
