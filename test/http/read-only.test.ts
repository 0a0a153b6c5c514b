import pino from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type PastApp, serveAsOf } from '../../src/as-of.ts'
import type { NewEvent } from '../../src/domain/catalogue.ts'
import { accept } from '../../src/domain/decision.ts'
import * as cast from '../support/controls.ts'
import { HOUR, openTestFloor, rawSqlite, testClock } from '../support/house.ts'

const { BEN, BEN_ADDRESS, CYD, CYD_ADDRESS, INVITE } = cast

const clock = testClock()
let floor: Awaited<ReturnType<typeof openTestFloor>>
let past: PastApp
let then: string
beforeEach(async () => {
  clock.set(cast.NOW)
  floor = await openTestFloor({ clock })
  await append(
    cast.issued({ email: 'dan@example.org', expiresAt: new Date(Date.parse(cast.NOW) + HOUR).toISOString() }),
    ...cast.member(BEN, BEN_ADDRESS),
    ...cast.member(CYD, CYD_ADDRESS),
  )
  const position = await floor.store.head()
  then = clock()
  clock.advance(2 * HOUR)
  await append(cast.suspended(BEN), cast.erased(CYD), ...cast.admin(cast.ADA, cast.ADA_ADDRESS))
  past = await serveAsOf(floor, { position, at: then }, { port: 0, log: pino({ level: 'silent' }) })
})
afterEach(async () => {
  await past.close()
  await floor.dispose()
})

const append = (...events: NewEvent[]) =>
  floor.store.decide({ readings: {}, decide: () => accept(...events), actor: 'operator', correlation: 'C' })

const page = async (path: string) => {
  const answer = await fetch(past.address + path, { headers: { accept: 'text/html' }, redirect: 'manual' })
  return { status: answer.status, text: await answer.text() }
}
const api = async (path: string) => {
  const answer = await fetch(`${past.address}/api/v1${path}`)
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

test('the users of that moment are shown without signing in, with a banner that says which moment it is', async () => {
  const { status, text } = await page('/admin/users')
  expect(status).toBe(200)
  expect(text).toContain('As it was: ')
  expect(text).toContain(BEN_ADDRESS)
  expect(text).not.toContain(cast.ADA_ADDRESS)
})

test('the API answers as of that moment', async () => {
  expect(await api(`/users/${BEN}`)).toMatchObject({
    status: 200,
    body: { email: BEN_ADDRESS, suspendedAt: null },
  })
  expect(await api(`/users/${cast.ADA}`)).toMatchObject({ status: 404, body: { code: 'user_not_found' } })
})

test('events that came later are not in the history of that moment', async () => {
  const { status, text } = await page(`/admin/users/${BEN}/history`)
  expect(status).toBe(200)
  expect(text).not.toMatch(/suspended/i)
})

test('whoever was forgotten since is forgotten in the past, too', async () => {
  const { text } = await page('/admin/users')
  expect(text).not.toContain(CYD_ADDRESS)
  expect(await api(`/users/${CYD}`)).toMatchObject({ status: 200, body: { email: null } })
})

test('every request that would change something is refused, and nothing is written', async () => {
  const before = rawSqlite(floor).db.prepare('select count(*) from events').pluck().get()
  const changes = rawSqlite(floor).reader.pragma('data_version', { simple: true })
  for (const [method, path] of [
    ['POST', '/'],
    ['POST', `/admin/users/${BEN}/suspend`],
    ['POST', '/api/v1/invites'],
    ['POST', '/api/v1/sessions'],
    ['PATCH', '/api/v1/me'],
    ['DELETE', `/api/v1/invites/${INVITE}`],
  ] as const) {
    const answer = await fetch(past.address + path, { method, headers: { accept: 'application/json' } })
    expect([path, answer.status, ((await answer.json()) as { code: string }).code]).toStrictEqual([
      path,
      403,
      'read_only',
    ])
  }
  expect(rawSqlite(floor).db.prepare('select count(*) from events').pluck().get()).toBe(before)
  expect(rawSqlite(floor).reader.pragma('data_version', { simple: true })).toBe(changes)
})

test('reading every page of an auditor writes nothing', async () => {
  const changes = rawSqlite(floor).reader.pragma('data_version', { simple: true })
  for (const path of [
    '/',
    '/admin/users',
    `/admin/users/${BEN}`,
    '/admin/referrals',
    '/admin/mails',
    '/admin/clients',
    '/admin/webhooks',
    '/api/v1/users',
    '/api/v1/history',
  ]) {
    expect([path, (await page(path)).status]).toStrictEqual([path, 200])
  }
  expect(rawSqlite(floor).reader.pragma('data_version', { simple: true })).toBe(changes)
})
