import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rawSqlite } from '../../support/house.ts'
import { Api, type Json, type Reply } from './client.ts'

const GOOD = 'four plain grey stones'

let api: Awaited<ReturnType<typeof Api.open>>
beforeAll(async () => {
  api = await Api.open({ PUBLIC_URL: 'https://login.acme.example' })
})
afterAll(() => api.app.dispose())

type FieldProblem = { readonly pointer: string; readonly code: string; readonly detail: string }
const errorsOf = ({ status, body }: Reply) => [
  status,
  body['code'],
  ((body['errors'] ?? []) as FieldProblem[]).map(({ pointer, code }) => [pointer, code]),
]
const refusedAt = (pointer: string, code: string) => [422, 'invalid_input', [[pointer, code]]]

let people = 0
const newAddress = () => `winifred.${++people}@example.org`
const mailed = async (email: string, pattern: RegExp) => {
  const texts = (await api.app.mailsTo(email)).map(({ text }) => text)
  return pattern.exec(texts.join('\n'))?.[1] ?? ''
}

/** Each of the ways in which a password of one's own comes to be, up to the point where it is sent. */
const ways = {
  registerUser: async () => {
    const email = newAddress()
    return (password: string) =>
      api.call('POST', '/users', { body: { email, name: 'Winifred Oakenshaw', password } })
  },
  completeRegistration: async () => {
    const email = newAddress()
    const begun = await api.call('POST', '/users', { body: { email, name: 'Winifred Oakenshaw' } })
    const token = String(begun.body['registrationToken'])
    const id = String(begun.body['id'])
    const code = await mailed(email, /^Code: (\d{6})$/m)
    await api.call('PUT', `/users/${id}/email-verification`, { token, body: { code } })
    return (password: string) => api.call('PUT', `/users/${id}/registration`, { token, body: { password } })
  },
  changePassword: async () => {
    const { accessToken: token } = await api.member((await api.signIn()).accessToken, newAddress())
    await api.call('PATCH', '/me', { token, body: { name: 'Winifred Oakenshaw' } })
    return (newPassword: string) => api.call('PUT', '/me/password', { token, body: { newPassword } })
  },
  resetPassword: async () => {
    const email = newAddress()
    const { accessToken: token } = await api.member((await api.signIn()).accessToken, email)
    await api.call('PATCH', '/me', { token, body: { name: 'Winifred Oakenshaw' } })
    await api.call('POST', '/password-resets', { body: { email } })
    await api.app.settled()
    const link = await mailed(email, /\/password\/reset\/([\w-]+)/)
    return (newPassword: string) =>
      api.call('POST', '/password-resets/redemptions', { body: { token: link, newPassword } })
  },
} satisfies Record<string, () => Promise<(password: string) => Promise<Reply>>>

const fields = {
  registerUser: '/password',
  completeRegistration: '/password',
  changePassword: '/newPassword',
  resetPassword: '/newPassword',
} satisfies Record<keyof typeof ways, string>

describe('S1-47 a new password', () => {
  test.each(Object.keys(ways) as (keyof typeof ways)[])(
    '%s refuses one that is guessed, points at it, keeps nothing, and takes a good one',
    async (way) => {
      const send = await ways[way]()
      const pointer = fields[way]
      const before = await api.eventCount()
      for (const [password, code] of [
        ['seven77', 'password_length'],
        ['g'.repeat(129), 'password_length'],
        ['пароль123', 'password_common'],
        ['Passw0rd', 'password_common'],
        ['zzzzzzzzzzzz', 'password_weak'],
        ['winifred-1977', 'password_own'],
        ['Oakenshaw1977', 'password_own'],
        ['acme-latchkey', 'password_own'],
      ] as const) {
        expect([password, ...errorsOf(await send(password))]).toStrictEqual([
          password,
          ...refusedAt(pointer, code),
        ])
      }
      expect(await api.eventCount()).toBe(before)
      expect((await send(GOOD)).status).toBeLessThan(300)
    },
  )

  test('a refusal says what to do, and repeats neither the password nor the name', async () => {
    const send = await ways.changePassword()
    const { body } = await send('Oakenshaw1977')
    expect((body['errors'] as Json[])[0]?.['detail']).toBe(
      'This password is made of your own name or address, or of ours. Use other words.',
    )
    expect(JSON.stringify(body)).not.toMatch(/oakenshaw/i)
  })

  test('T12 the refusal is the same for an address that is known and one that is not', async () => {
    const known = newAddress()
    await api.member((await api.signIn()).accessToken, known)
    const register = async (email: string) => {
      const { status, body } = await api.call('POST', '/users', { body: { email, password: 'gfhjkm123' } })
      const { requestId: _, ...rest } = body
      return [status, rest]
    }
    expect(await register(known)).toStrictEqual(await register(newAddress()))
  })

  test('one that was kept before signs in as ever, however weak', async () => {
    const email = newAddress()
    const { userId } = await api.member((await api.signIn()).accessToken, email)
    const { floor } = api.app
    const first = await api.signIn({ email, password: await api.firstPassword(email) })
    await api.call('PUT', '/me/password', { token: first.accessToken, body: { newPassword: GOOD } })
    const hash = await floor.hasher.hash('password')
    rawSqlite(floor).db.prepare('update password_hashes set hash = ? where user_id = ?').run(hash, userId)
    expect((await api.signIn({ email, password: 'password' })).userId).toBe(userId)
  })
})
