import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { NewEvent } from '../../../src/domain/catalogue.ts'
import { accept } from '../../../src/domain/decision.ts'
import { eraseUser } from '../../../src/domain/users/erase-user.ts'
import { HOUR } from '../../support/house.ts'
import { Api, type Json } from './client.ts'

let api: Awaited<ReturnType<typeof Api.open>>
let admin: string
let invite: Json & { readonly id: string }
let ben: { readonly userId: string; readonly accessToken: string }
let before: number
let instant: string

const at = (where: number | string) => `at=${encodeURIComponent(String(where))}`
const get = (path: string, token: string | undefined = admin) => api.call('GET', path, { token })

beforeAll(async () => {
  api = await Api.open()
  admin = (await api.signIn()).accessToken
  ben = await api.member(admin, 'ben@example.org')
  invite = await api.issue(admin, 'dan@example.org')
  before = await api.eventCount()
  instant = api.app.clock()
  api.app.clock.advance(HOUR)
  admin = (await api.signIn()).accessToken
  await api.call('DELETE', `/invites/${invite.id}`, { token: admin })
  await api.call('PUT', `/users/${ben.userId}/suspension`, { token: admin })
})
afterAll(() => api.app.dispose())

describe('the API as of a moment', () => {
  test('answers an invite as it was, and why it was so', async () => {
    expect(await get(`/invites/${invite.id}`)).toMatchObject({ body: { state: 'revoked' } })
    for (const moment of [before, instant]) {
      const { status, body } = await get(`/invites/${invite.id}?${at(moment)}`)
      expect(status).toBe(200)
      expect(body).toMatchObject({ state: 'open', revokedAt: null, why: { type: 'InviteIssued' } })
    }
    const earlier =
      Number((body(await get(`/invites/${invite.id}?${at(before)}`))['why'] as Json)['position']) - 1
    expect(await get(`/invites/${invite.id}?${at(earlier)}`)).toMatchObject({
      status: 404,
      body: { code: 'invite_not_found' },
    })
  })

  test('answers a user as they were', async () => {
    expect(body(await get(`/users/${ben.userId}?${at(before)}`))['suspendedAt']).toBeNull()
    expect(body(await get(`/users/${ben.userId}`))['suspendedAt']).not.toBeNull()
  })

  test('lists what there was, and the next page is of the same moment', async () => {
    const first = await get(`/users?limit=1&${at(before)}`)
    expect(first.body['items']).toHaveLength(1)
    const link = /<([^>]+)>/.exec(first.headers.get('link') ?? '')?.[1] ?? ''
    expect(new URLSearchParams(link.split('?')[1]).get('at')).toBe(String(before))
    const second = await get(link.replace('/api/v1', ''))
    expect(second.status).toBe(200)
    expect(second.body['items']).toHaveLength(1)
    expect(await get(`/invites?state=revoked&${at(before)}`)).toMatchObject({ body: { items: [] } })
    expect((await get('/invites?state=revoked')).body['items']).toHaveLength(1)
    expect(await get(`/users/${ben.userId}/referrals?${at(before)}`)).toMatchObject({ body: { items: [] } })
  })

  test('is for admins and auditors: a user is not shown even their own past', async () => {
    const cyd = await api.member(admin, 'cyd@example.org')
    const here = await api.eventCount()
    for (const path of [`/users/${cyd.userId}`, '/users', '/invites', `/users/${cyd.userId}/referrals`]) {
      expect(await api.refusal('GET', `${path}?${at(here)}`, { token: cyd.accessToken })).toStrictEqual([
        403,
        'forbidden',
      ])
      expect(await api.refusal('GET', `${path}?${at(here)}`)).toStrictEqual([401, 'unauthenticated'])
    }
  })

  test.each([
    ['yesterday', 'moment_malformed'],
    ['', 'moment_malformed'],
    ['1e3', 'moment_malformed'],
    ['99999999', 'moment_in_future'],
    ['2100-01-01T00:00:00Z', 'moment_in_future'],
  ])('%j is refused', async (typed, code) => {
    const answer = await get(`/users?${at(typed)}`)
    expect([answer.status, answer.body['code']]).toStrictEqual([400, code])
    expect(String(answer.body['detail'])).toMatch(/^Give a /)
  })

  test('an instant may be written with its offset from UTC', async () => {
    const written = instant.replace('.000Z', '+00:00')
    expect((await get(`/users/${ben.userId}?${at(written)}`)).status).toBe(200)
  })

  test('operations that have no past know no moment', async () => {
    expect(await api.refusal('GET', `/history?${at(before)}`, { token: admin })).toStrictEqual([
      422,
      'invalid_input',
    ])
  })
})

const body = ({ body: answered }: { body: Json }): Json => answered

describe('a long history', () => {
  const LONG = 6000

  test('is built beside the service: whoever asks is told how far it is, others are answered meanwhile', async () => {
    const sent: NewEvent = {
      type: 'LoginFailed',
      data: { userId: ben.userId, carrier: 'api', userAgent: null, ip: null },
    } as never
    for (let n = 0; n < LONG; n += 500) {
      const decision = accept(...Array<NewEvent>(500).fill(sent))
      await api.app.floor.store.decide({
        readings: {},
        decide: () => decision,
        actor: 'system',
        correlation: 'C',
      })
    }
    const head = await api.eventCount()
    let answer = await get(`/users?${at(head)}`)
    let tries = 0
    while (answer.status === 503 && tries++ < 100) {
      expect(answer.body['code']).toBe('past_being_prepared')
      expect(answer.headers.get('retry-after')).toBe('2')
      expect(Number(answer.body['percent'])).toBeLessThanOrEqual(100)
      answer = await get(`/users?${at(head)}`)
    }
    expect(answer.status).toBe(200)
    expect(answer.body['items']).toStrictEqual((await get('/users')).body['items'])
    const folders = () =>
      readdirSync(tmpdir()).filter((name) => name.startsWith(`latchkey-past-${process.pid}-`))
    expect(folders().flatMap((name) => readdirSync(`${tmpdir()}/${name}`))).not.toStrictEqual([])

    // Somebody is forgotten: nothing that was built with them in it is shown or kept any more.
    const eve = await api.member(admin, 'eve@example.org')
    const withEve = await api.eventCount()
    while ((await get(`/users?${at(withEve)}`)).status === 503);
    expect(JSON.stringify((await get(`/users?${at(withEve)}`)).body)).toContain('eve@example.org')
    const by = { actor: 'operator', correlation: 'C' } as const
    await api.app.house.execute(eraseUser, { userId: eve.userId, email: 'eve@example.org' }, by)
    await expect.poll(() => folders().flatMap((name) => readdirSync(`${tmpdir()}/${name}`))).toStrictEqual([])
    while ((await get(`/users?${at(withEve)}`)).status === 503);
    expect(JSON.stringify((await get(`/users?${at(withEve)}`)).body)).not.toContain('eve@example.org')

    // The page of one user needs no more than what stands about them.
    const began = performance.now()
    expect((await get(`/invites/${invite.id}?${at(head - 1)}`)).status).toBe(200)
    expect(performance.now() - began).toBeLessThan(2000)
  }, 120_000)
})
