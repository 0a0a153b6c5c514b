import { afterEach, expect, test } from 'vitest'
import { Api, type Json } from './client.ts'

let api: Awaited<ReturnType<typeof Api.open>>

afterEach(() => api.app.dispose())

test('shows the mails to an address as their receiver would read them, newest first, to everybody on this machine', async () => {
  api = await Api.open({ DEV_MAILBOX: 'on' })
  const { accessToken } = await api.signIn()
  await api.issue(accessToken, 'ada@example.org')
  api.app.clock.advance(1000)
  await api.issue(accessToken, 'ada@example.org', { locale: 'ru' })
  await api.issue(accessToken, 'bob@example.org')
  await api.app.outbox.sendDue()
  const answer = await api.call('GET', '/mailbox?email=ADA%40example.org')
  const items = answer.body['items'] as Json[]
  expect([answer.status, answer.body['nextCursor']]).toStrictEqual([200, null])
  expect(items.map(({ to, subject, status }) => [to, subject, status])).toStrictEqual([
    ['ada@example.org', 'Вас пригласили', 'sent'],
    ['ada@example.org', 'You are invited', 'sent'],
  ])
  expect(items[1]?.['text']).toContain(`${api.app.floor.settings.publicUrl}/invites/`)
  expect((await api.call('GET', '/mailbox?email=nobody@example.org')).body['items']).toStrictEqual([])
})

test.each([[''], ['?email='], ['?email=nobody'], ['?email=a@example.org&email=b@example.org']])(
  'without one whole address (%j) it is refused',
  async (query) => {
    api = await Api.open({ DEV_MAILBOX: 'on' })
    expect(await api.refusal('GET', `/mailbox${query}`)).toStrictEqual([422, 'invalid_input'])
  },
)

test('on a machine that others can reach it is for admins', async () => {
  api = await Api.open({ DEV_MAILBOX: 'on', HOST: '0.0.0.0' })
  const admin = await api.signIn()
  const member = await api.member(admin.accessToken, 'ada@example.org')
  const read = (token?: string) => api.refusal('GET', '/mailbox?email=ada@example.org', { token })
  expect(await read()).toStrictEqual([401, 'unauthenticated'])
  expect(await read('wrong')).toStrictEqual([401, 'token_invalid'])
  expect(await read(member.accessToken)).toStrictEqual([403, 'forbidden'])
  expect(await read(admin.accessToken)).toStrictEqual([200, undefined])
})

test('while it is off there is nothing at its address, and nothing in the description', async () => {
  api = await Api.open({ DEV_MAILBOX: 'off' })
  const { accessToken: token } = await api.signIn()
  expect(await api.refusal('GET', '/mailbox?email=ada@example.org', { token })).toStrictEqual([
    404,
    'not_found',
  ])
  expect(JSON.stringify(api.contract.document)).not.toMatch(/mailbox/i)
})
