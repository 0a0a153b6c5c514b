import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
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

/** The service while whoever asks has waited so long behind others; and, having let them go first, behind those who did the same. */
const behind = async (ms: number, afterOthers = 40) => {
  const error = (fields: object, message: string) =>
    void logged.push({ fields: fields as Record<string, unknown>, message })
  const over = await openOver(site.house, {
    pressure: { behind: () => ms, afterOthers: async () => afterOthers },
    turnedAway: () => void counted++,
    log: { debug: () => {}, info: () => {}, error },
  })
  close = over.close
  return (path: string, headers: Record<string, string> = {}, body?: object) =>
    fetch(over.address + path, {
      headers: { ...headers, ...(body ? { 'content-type': 'application/json' } : {}) },
      redirect: 'manual',
      ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
    })
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
  test.each(NEWCOMERS)('%s is told when to come again', async (_, path, headers, body) => {
    const ask = await behind(10)
    expect(await told(await ask(path, headers, body))).toStrictEqual([503, '2'])
  })

  test('whoever is signed in is served first: programs by their token, browsers by their cookie', async () => {
    const ask = await behind(200)
    expect((await ask('/api/v1/me', { authorization: `Bearer ${tokens.accessToken}` })).status).toBe(200)
    const cookie = `sid=${admin.cookie('sid')}`
    const page = await ask('/profile', { cookie, 'user-agent': admin.userAgent, accept: 'text/html' })
    expect(page.status).toBe(200)
    const { refreshToken } = tokens
    expect((await ask('/api/v1/sessions/refresh', {}, { refreshToken })).status).toBe(200)
  })

  test('where others have left room, whoever comes new is served, too', async () => {
    const ask = await behind(150, 30)
    expect((await ask('/', { accept: 'text/html' })).status).toBe(200)
  })

  test('but nobody waits for long only to be refused', async () => {
    const ask = await behind(201, 0)
    const answer = await ask('/api/v1/me', { authorization: `Bearer ${tokens.accessToken}` })
    expect(await told(answer)).toStrictEqual([503, '2'])
  })

  test('whoever looks after it is always answered', async () => {
    const ask = await behind(5000)
    for (const path of ['/livez', '/readyz']) expect((await ask(path)).status).toBe(200)
  })

  test('programs are told by a problem, people by a page in their language; nothing was done', async () => {
    const before = await site.head()
    const ask = await behind(60)
    const answer = await ask('/api/v1/sessions', {}, ADMIN)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(await answer.json()).toMatchObject({ code: 'overloaded', status: 503 })
    const page = await ask('/', { accept: 'text/html', 'accept-language': 'ru' })
    expect(await page.text()).toContain('Слишком занято')
    expect(await site.head()).toBe(before)
  })

  test('each is counted, and the log hears of the first', async () => {
    const ask = await behind(60)
    for (let n = 0; n < 5; n++) await (await ask('/')).text()
    expect(counted).toBe(5)
    expect(logged.map(({ message }) => message)).toStrictEqual([
      'too much to do: some are asked to come again',
    ])
  })
})
