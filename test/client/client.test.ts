import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Latchkey, memoryStore, Refusal } from '../../client/src/index.ts'
import { ADMIN, enrolAdmin } from '../support/admin.ts'
import { clientFile, clientSource } from '../support/client-source.ts'
import { MINUTE, openTestApp, type TestApp } from '../support/house.ts'

test('the client’s operations are those that the API describes: `npm run client` writes them', () => {
  const file = fileURLToPath(clientFile)
  const biome = ['node_modules/.bin/biome', 'format', `--stdin-file-path=${file}`]
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const { stdout } = spawnSync(process.execPath, biome, {
    cwd: root,
    input: clientSource(),
    encoding: 'utf8',
  })
  expect(readFileSync(file, 'utf8')).toBe(stdout)
})

let app: TestApp
beforeAll(async () => {
  app = await openTestApp()
  await enrolAdmin(app.floor)
})
afterAll(() => app.dispose())

let sent: { method: string; path: string }[]
/** Loses the answer to requests of a path: they arrive, and nobody hears what came of them. */
let losing: { path: string; times: number } | null
beforeEach(() => {
  sent = []
  losing = null
})
const wire: typeof fetch = async (input, init) => {
  const path = new URL(input instanceof Request ? input.url : input).pathname.replace('/api/v1', '')
  sent.push({ method: init?.method ?? 'GET', path })
  const response = await fetch(input, init)
  if (losing?.path !== path || losing.times-- <= 0) return response
  throw new TypeError('fetch failed')
}
const open = (tokens = memoryStore()) =>
  new Latchkey({ url: `${app.address}/`, fetch: wire, tokens, language: 'ru' })
const signedIn = async (tokens = memoryStore()) => {
  const client = open(tokens)
  await client.login({ body: ADMIN })
  return client
}
const refusal = async (call: Promise<unknown>): Promise<Refusal> => {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(Refusal)
  return error as Refusal
}

describe('the client', () => {
  test('signs in, stays signed in, and signs out', async () => {
    const tokens = memoryStore()
    const client = await signedIn(tokens)
    expect((await client.getMe()).email).toBe(ADMIN.email)
    await client.logout()
    expect(await tokens.get()).toBeNull()
    expect((await refusal(client.getMe())).code).toBe('unauthenticated')
  })

  test('says why it is a no, in the reader’s language', async () => {
    const { status, code, message, requestId } = await refusal(
      open().login({ body: { ...ADMIN, password: 'wrong' } }),
    )
    expect({ status, code }).toStrictEqual({ status: 401, code: 'credentials_wrong' })
    expect(message).toMatch(/[а-я]/)
    expect(requestId).toMatch(/./)
    const client = await signedIn()
    const { errors } = await refusal(client.issueInvite({ body: { email: 'nobody' } }))
    expect(errors.map(({ pointer }) => pointer)).toStrictEqual(['/email'])
  })

  test('renews what has expired, once for all who wait', async () => {
    const tokens = memoryStore()
    const client = await signedIn(tokens)
    const before = await tokens.get()
    app.clock.advance(11 * MINUTE)
    const people = await Promise.all([client.getMe(), client.getMe(), client.getMe()])
    expect(people.map(({ email }) => email)).toStrictEqual(Array(3).fill(ADMIN.email))
    expect(sent.filter(({ path }) => path === '/sessions/refresh')).toHaveLength(1)
    expect((await tokens.get())?.refreshToken).not.toBe(before?.refreshToken)
  })

  test('renews ahead of time what is about to expire', async () => {
    const tokens = memoryStore()
    const client = await signedIn(tokens)
    const kept = await tokens.get()
    if (kept) await tokens.set({ ...kept, expiresAt: Date.now() + 5000 })
    await client.getMe()
    expect(sent.map(({ path }) => path)).toStrictEqual(['/sessions', '/sessions/refresh', '/me'])
  })

  test('asks for a renewal again whose answer was lost, and keeps the session', async () => {
    const tokens = memoryStore()
    const client = await signedIn(tokens)
    app.clock.advance(11 * MINUTE)
    losing = { path: '/sessions/refresh', times: 1 }
    expect((await client.getMe()).email).toBe(ADMIN.email)
    app.clock.advance(11 * MINUTE)
    expect((await client.getMe()).email).toBe(ADMIN.email)
    expect(sent.filter(({ path }) => path === '/sessions/refresh')).toHaveLength(3)
  })

  test('forgets a session that has ended', async () => {
    const tokens = memoryStore()
    const client = await signedIn(tokens)
    const kept = await tokens.get()
    await client.logout()
    await tokens.set(kept)
    app.clock.advance(11 * MINUTE)
    expect((await refusal(client.getMe())).status).toBe(401)
    expect(await tokens.get()).toBeNull()
  })

  test('does once what it has to say twice: the answer was lost, the invite is issued once', async () => {
    const client = await signedIn()
    losing = { path: '/invites', times: 2 }
    const email = 'once@example.org'
    const invite = await client.issueInvite({ body: { email } })
    expect(sent.filter(({ path }) => path === '/invites')).toHaveLength(3)
    expect((await client.listInvites({ email })).items.map(({ id }) => id)).toStrictEqual([invite.id])
  })

  test('gives up in the end, and at once where twice would be once too often', async () => {
    const client = await signedIn()
    losing = { path: '/me', times: 9 }
    await expect(client.getMe()).rejects.toThrow(TypeError)
    expect(sent.filter(({ path }) => path === '/me')).toHaveLength(3)
    losing = { path: '/sessions', times: 1 }
    await expect(client.login({ body: ADMIN })).rejects.toThrow(TypeError)
  })

  test('takes the caller’s own key for a wish', async () => {
    const client = await signedIn()
    const wish = { body: { email: 'keyed@example.org' } }
    const first = await client.issueInvite(wish, { idempotencyKey: 'one-wish' })
    expect(await client.issueInvite(wish, { idempotencyKey: 'one-wish' })).toStrictEqual(first)
  })

  test('goes through a list page by page, as far as it is asked', async () => {
    const client = await signedIn()
    for (const name of ['a', 'b', 'c', 'd', 'e'])
      await client.issueInvite({ body: { email: `${name}.listed@example.org` } })
    sent = []
    const emails: (string | null)[] = []
    for await (const { email } of client.each('listInvites', { limit: 2 })) {
      emails.push(email)
      if (emails.length === 5) break
    }
    expect(emails.toSorted().at(0)).toMatch(/listed|keyed|once/)
    expect(sent.filter(({ path }) => path === '/invites')).toHaveLength(3)
    const all: string[] = []
    for await (const { id } of client.each('listInvites', { limit: 2 })) all.push(id)
    expect([new Set(all).size, all.length >= 5]).toStrictEqual([all.length, true])
  })

  test('registers somebody, by the registration’s own token', async () => {
    const client = open()
    const { id, registrationToken } = await client.registerUser({ body: { email: 'new@example.org' } })
    const code = /Code: (\d{6})/.exec((await app.mailsTo('new@example.org'))[0]?.text ?? '')?.[1] ?? ''
    const token = { token: registrationToken }
    const verified = await client.verifyEmail({ id, body: { code } }, token)
    expect(verified.emailVerified).toBe(true)
    await client.completeRegistration({ id, body: { password: 'a password of their own' } }, token)
    await client.login({ body: { email: 'new@example.org', password: 'a password of their own' } })
    expect((await client.getMe()).roles).toStrictEqual(['member'])
  })

  test('stops when it is told to', async () => {
    const client = await signedIn()
    await expect(client.getMe({}, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i)
  })
})
