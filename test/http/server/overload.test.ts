import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Waiter } from '../../../src/http/turns.ts'
import { ADMIN } from '../../support/admin.ts'
import type { Visitor } from '../../support/visitor.ts'
import { openSite, type Site } from '../pages/site.ts'
import { openOver } from './over.ts'

let site: Site
let admin: Visitor
let tokens: { accessToken: string; refreshToken: string }
let logged: { fields: Record<string, unknown>; message: string }[] = []
let counted = 0
let close: () => Promise<void> = async () => {}

beforeAll(async () => {
  site = await openSite()
  admin = await site.signedInAdmin()
  const answer = await fetch(`${site.address}/api/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(ADMIN),
  })
  tokens = (await answer.json()) as typeof tokens
})
afterEach(async () => {
  await close()
  logged = []
  counted = 0
})
afterAll(() => site.dispose())

/** The service while many wait; answers who has had to, too. Those who are named are told to come again. */
const crowded = async (...turnedAway: readonly Waiter[]) => {
  const error = (fields: object, message: string) =>
    void logged.push({ fields: fields as Record<string, unknown>, message })
  const waited: Waiter[] = []
  const over = await openOver(
    site.house,
    { turnedAway: () => void counted++, log: { debug: () => {}, info: () => {}, error } },
    {
      isFree: () => false,
      connected: () => {},
      wait: async (who) => {
        waited.push(who)
        return !turnedAway.includes(who)
      },
    },
  )
  close = over.close
  const ask = (path: string, headers: Record<string, string> = {}, body?: object) =>
    fetch(over.address + path, {
      headers: { ...headers, ...(body ? { 'content-type': 'application/json' } : {}) },
      redirect: 'manual',
      ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
    })
  return { ask, waited }
}
const told = async (response: Response) => [response.status, response.headers.get('retry-after')]

const NEWCOMERS = [
  ['the sign-in form', '/', { accept: 'text/html' }, undefined],
  ['a sign-in', '/api/v1/sessions', {}, ADMIN],
  ['a style sheet', '/assets/app.css', {}, undefined],
  ['an invite that is redeemed', '/api/v1/invite-redemptions', {}, { token: 'x' }],
  ['a token that we never made', '/api/v1/me', { authorization: 'Bearer x.y.z' }, undefined],
  ['a cookie that we never made', '/', { cookie: 'sid=x', accept: 'text/html' }, undefined],
] as const

describe('F19 when more come than can be served', () => {
  test.each(NEWCOMERS)(
    '%s waits as what comes new, and is told when to come again',
    async (_, path, headers, body) => {
      const { ask, waited } = await crowded('new')
      expect(await told(await ask(path, headers, body))).toStrictEqual([503, '2'])
      expect(waited).toStrictEqual(['new'])
    },
  )

  test('whoever is signed in waits as such: programs by their token, browsers by their cookie', async () => {
    const { ask, waited } = await crowded('new')
    const bearer = { authorization: `Bearer ${tokens.accessToken}` }
    const cookies = {
      cookie: `sid=${admin.cookie('sid')}`,
      'user-agent': admin.userAgent,
      accept: 'text/html',
    }
    const { refreshToken } = tokens
    const answers = [
      await ask('/api/v1/me', bearer),
      await ask('/profile', cookies),
      await ask('/api/v1/sessions/refresh', {}, { refreshToken }),
    ]
    expect(answers.map(({ status }) => status)).toStrictEqual([200, 200, 200])
    expect(waited).toStrictEqual(['signed in', 'signed in', 'signed in'])
  })

  test('and is told to come again only where even these are too many', async () => {
    const { ask } = await crowded('signed in')
    const answer = await ask('/api/v1/me', { authorization: `Bearer ${tokens.accessToken}` })
    expect(await told(answer)).toStrictEqual([503, '2'])
    expect((await ask('/', { accept: 'text/html' })).status).toBe(200)
  })

  test('whoever looks after it never waits', async () => {
    const { ask, waited } = await crowded('new')
    for (const path of ['/livez', '/readyz']) expect((await ask(path)).status).toBe(200)
    expect(waited).toStrictEqual([])
  })

  test('programs are told by a problem, people by a page in their language; nothing was done', async () => {
    const before = await site.head()
    const { ask } = await crowded('new')
    const answer = await ask('/api/v1/sessions', {}, ADMIN)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(await answer.json()).toMatchObject({ code: 'overloaded', status: 503 })
    const page = await ask('/', { accept: 'text/html', 'accept-language': 'ru' })
    expect(await page.text()).toContain('Слишком занято')
    expect(await site.head()).toBe(before)
  })

  test('each is counted, and the log hears of the first', async () => {
    const { ask } = await crowded('new')
    for (let n = 0; n < 5; n++) await (await ask('/')).text()
    expect(counted).toBe(5)
    expect(logged.map(({ message }) => message)).toStrictEqual([
      'too much to do: some are asked to come again',
    ])
  })
})
