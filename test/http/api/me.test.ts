import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ADMIN } from '../../support/admin.ts'
import { Api, type Tokens } from './client.ts'

let api: Awaited<ReturnType<typeof Api.open>>
let admin: Tokens

beforeAll(async () => {
  api = await Api.open()
  admin = await api.signIn()
})
afterAll(() => api.app.dispose())

const errorsOf = async (method: string, path: string, token: string, body: unknown) => {
  const answer = await api.call(method, path, { token, body })
  return [
    answer.status,
    (answer.body['errors'] as { pointer: string; code: string }[]).map(({ pointer, code }) => [
      pointer,
      code,
    ]),
  ]
}

describe('the profile', () => {
  test('changes name and language, each alone or both; absent fields keep their value', async () => {
    const { accessToken: token } = await api.member(admin.accessToken, 'ada@example.org')
    const change = async (body: object) => {
      const answer = await api.call('PATCH', '/me', { token, body })
      expect(answer.status).toBe(200)
      expect((await api.call('GET', '/me', { token })).body).toStrictEqual(answer.body)
      return [answer.body['name'], answer.body['locale']]
    }
    expect(await change({ name: '  Ada Lovelace ' })).toStrictEqual(['Ada Lovelace', 'en'])
    expect(await change({ locale: 'ru' })).toStrictEqual(['Ada Lovelace', 'ru'])
    expect(await change({ name: 'Ada', locale: 'en' })).toStrictEqual(['Ada', 'en'])
    expect(await change({})).toStrictEqual(['Ada', 'en'])
  })

  test.each([
    ['an empty name', { name: '  ' }, [['/name', 'too_small']]],
    ['an over-long name', { name: 'x'.repeat(101) }, [['/name', 'too_big']]],
    ['a name with a line break', { name: 'Ada\r\nBcc: bob' }, [['/name', 'name_has_control_characters']]],
    ['a name that is a link', { name: 'see http://evil.example' }, [['/name', 'name_looks_like_a_link']]],
    ['a list for a name', { name: ['Ada'] }, [['/name', 'invalid_type']]],
    ['a language that is not spoken here', { locale: 'de' }, [['/locale', 'invalid_value']]],
    ['a role', { role: 'admin' }, [['/role', 'unknown_field']]],
    ['roles', { roles: ['admin'] }, [['/roles', 'unknown_field']]],
    ['somebody’s id', { id: '01JNZ8K3V5Q2W9X7T4R6Y1M0AB' }, [['/id', 'unknown_field']]],
    ['another address', { email: 'other@example.org' }, [['/email', 'unknown_field']]],
    ['a verified address', { emailVerified: true }, [['/emailVerified', 'unknown_field']]],
  ])('%s is refused and changes nothing', async (_, body, errors) => {
    const before = await api.eventCount()
    expect(await errorsOf('PATCH', '/me', admin.accessToken, body)).toStrictEqual([422, errors])
    expect(await api.eventCount()).toBe(before)
  })
})

describe('the password', () => {
  const change = (token: string, body: object) => api.call('PUT', '/me/password', { token, body })

  test('changes for whoever gives the current one; all other sessions end, this one goes on', async () => {
    const [here, elsewhere] = [await api.signIn(), await api.signIn()]
    const changed = await change(here.accessToken, {
      currentPassword: ADMIN.password,
      newPassword: 'another password',
    })
    expect(changed.status).toBe(204)
    expect(await api.refusal('GET', '/me', { token: here.accessToken })).toStrictEqual([200, undefined])
    expect(await api.refusal('GET', '/me', { token: elsewhere.accessToken })).toStrictEqual([
      401,
      'token_invalid',
    ])
    expect(await api.refusal('POST', '/sessions', { body: ADMIN })).toStrictEqual([401, 'credentials_wrong'])
    const back = await api.signIn({ ...ADMIN, password: 'another password' })
    await change(back.accessToken, { currentPassword: 'another password', newPassword: ADMIN.password })
    admin = await api.signIn()
  })

  test.each([
    ['a wrong current one', { currentPassword: 'wrong', newPassword: 'another password' }],
    ['no current one', { newPassword: 'another password' }],
  ])('does not change with %s', async (_, body) => {
    const answer = await change(admin.accessToken, body)
    expect([answer.status, answer.body['code']]).toStrictEqual([401, 'credentials_wrong'])
    await api.signIn()
  })

  test.each([
    ['too short', 'seven77'],
    ['too long', 'x'.repeat(129)],
    ['empty', ''],
  ])('a new one that is %s is refused', async (_, newPassword) => {
    const body = { currentPassword: ADMIN.password, newPassword }
    expect(await errorsOf('PUT', '/me/password', admin.accessToken, body)).toStrictEqual([
      422,
      [['/newPassword', 'password_length']],
    ])
  })

  test('of eight signs that nobody expects, or of 128 characters, is long enough and not too long', async () => {
    const { accessToken: token } = await api.member(admin.accessToken, 'long@example.org')
    const longest = `${'🔑'.repeat(107)} четыре серых камня й`
    for (const [current, next] of [
      [undefined, '🔑🌳🎈🐙🍋🚲🎻🧭'],
      ['🔑🌳🎈🐙🍋🚲🎻🧭', longest],
    ]) {
      const changed = await change(token, {
        ...(current ? { currentPassword: current } : {}),
        newPassword: next,
      })
      expect(changed.status).toBe(204)
    }
    // The same letter, composed or not, is the same password on every device.
    await api.signIn({ email: 'long@example.org', password: longest.normalize('NFD') })
  })

  test('stands in no answer, not even in the refusal of itself', async () => {
    const secret = 'sécret-that-is-far-too-long'.repeat(9)
    const answer = await change(admin.accessToken, { currentPassword: secret, newPassword: secret })
    expect(answer.status).toBe(422)
    expect(JSON.stringify(answer.body)).not.toContain('sécret')
  })
})
