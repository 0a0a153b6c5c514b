import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { grantRole } from '../../../src/domain/users/grant-role.ts'
import { HOUR, MINUTE, rawSqlite } from '../../support/house.ts'
import { Api, type Json, type Tokens, tokensOf } from './client.ts'

let api: Awaited<ReturnType<typeof Api.open>>
let admin: Tokens
let auditor: Tokens
let invite: Json & { readonly id: string }

beforeAll(async () => {
  api = await Api.open()
  admin = await api.signIn()
  auditor = await api.member(admin.accessToken, 'auditor@example.org')
  const grant = { userId: auditor.userId, role: 'auditor', enrol: null, newCredentialId: null } as const
  await api.app.house.execute(grantRole, grant, { actor: 'operator', correlation: api.app.house.newId() })
  invite = await api.issue(admin.accessToken, 'grace@example.org')
})
afterAll(() => api.app.dispose())

type Event = Json & { readonly position: number; readonly type: string; readonly data: Json }

const list = async (query: string, { accessToken } = admin) => {
  const answer = await api.call('GET', `/history${query}`, { token: accessToken })
  expect(answer.status).toBe(200)
  return { ...answer, items: answer.body['items'] as readonly Event[] }
}
const show = async (position: number, { accessToken } = admin) => {
  const answer = await api.call('GET', `/history/${position}`, { token: accessToken })
  expect(answer.status).toBe(200)
  return answer.body as Event
}
const places = (events: readonly { readonly position: number }[]) => events.map(({ position }) => position)
const typesIn = (events: readonly Event[]) => [...new Set(events.map(({ type }) => type))]
const newest = async (query: string) => {
  const [event] = (await list(query)).items
  if (!event) throw new Error(`no event for ${query}`)
  return event
}

const refreshed = async ({ refreshToken }: Tokens): Promise<Tokens> =>
  tokensOf(await api.call('POST', '/sessions/refresh', { body: { refreshToken } }))

describe('listEvents', () => {
  test('answers every event, the newest first, page by page, each once', async () => {
    const seen: number[] = []
    let next = '/history?limit=7'
    const pages = []
    for (;;) {
      const answer = await api.call('GET', next, { token: admin.accessToken })
      pages.push(answer)
      seen.push(...places(answer.body['items'] as Event[]))
      const link = /^<\/api\/v1(.+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1]
      expect(answer.body['nextCursor'] === null).toBe(link === undefined)
      if (link === undefined) break
      next = link
    }
    const head = await api.eventCount()
    expect(pages.length).toBeGreaterThan(2)
    expect(seen).toStrictEqual(Array.from({ length: head }, (_, n) => head - n))
  })

  test('with `after` answers the oldest first, so that the history can be followed', async () => {
    const first = await list('?after=0&limit=3')
    expect(places(first.items)).toStrictEqual([1, 2, 3])
    expect(first.headers.get('link')).toBe('</api/v1/history?limit=3&after=3>; rel="next"')
    expect(places((await list('?after=3&limit=2')).items)).toStrictEqual([4, 5])
    const head = await api.eventCount()
    expect((await list(`?after=${head}`)).items).toStrictEqual([])
  })

  test('by type, by what it is about and by who did it, alone and together', async () => {
    expect(typesIn((await list('?type=InviteIssued')).items)).toStrictEqual(['InviteIssued'])
    const about = (await list(`?tag=invite:${invite.id}`)).items
    expect(about.map(({ data }) => data['inviteId'])).toStrictEqual([invite.id])
    const byAdmin = (await list(`?actor=user:${admin.userId}`)).items
    expect([...new Set(byAdmin.map((event) => event['actor']))]).toStrictEqual([`user:${admin.userId}`])
    const both = (await list(`?actor=${admin.userId}&tag=invite:${invite.id}&type=InviteIssued`)).items
    expect(both).toHaveLength(1)
    expect((await list(`?actor=operator&tag=invite:${invite.id}`)).items).toStrictEqual([])
  })

  test('by an address, however it is spelled: no address stands in the index itself', async () => {
    for (const tag of ['email:grace@example.org', 'Grace@Example.ORG']) {
      const { items } = await list(`?tag=${encodeURIComponent(tag)}`)
      expect(items.map(({ type, data }) => [type, data['email']])).toStrictEqual([
        ['InviteIssued', 'grace@example.org'],
      ])
    }
    const tags = rawSqlite(api.app.floor).reader.prepare('select tag from event_tags').pluck().all().join(' ')
    expect(tags).toContain('email:')
    expect(tags).not.toContain('@')
  })

  test('by time: from a moment on, and before another', async () => {
    const before = await api.eventCount()
    api.app.clock.advance(MINUTE)
    const moment = api.app.clock()
    await api.issue(admin.accessToken, 'late@example.org')
    const { items } = await list(`?since=${moment}`)
    expect(items.map(({ type }) => type)).toStrictEqual(['InviteIssued'])
    expect(places((await list(`?before=${moment}&limit=1`)).items)).toStrictEqual([before])
    expect((await list('?since=2027-01-01')).items).toStrictEqual([])
  })

  test('by request: all that belongs together', async () => {
    const redeemed = await newest('?type=InviteRedeemed')
    const { items } = await list(`?correlation=${String(redeemed['correlation'])}`)
    expect(typesIn(items)).toEqual(
      expect.arrayContaining(['InviteRedeemed', 'UserRegistered', 'EmailVerified', 'UserLoggedIn']),
    )
    expect(typesIn(items)).not.toContain('InviteIssued')
  })

  test.each([
    ['type', 'NoSuchEvent'],
    ['tag', 'nothing'],
    ['actor', 'somebody'],
    ['since', 'yesterday'],
    ['limit', '0'],
    ['after', '3&cursor=3'],
  ])('refuses %s=%s', async (name, value) => {
    expect(await api.refusal('GET', `/history?${name}=${value}`, { token: admin.accessToken })).toStrictEqual(
      [422, 'invalid_input'],
    )
  })
})

describe('getEvent', () => {
  test('shows an event, the digest of its bytes, what it follows from and what follows from it', async () => {
    const { position } = await newest('?type=InviteRedeemed')
    const event = await show(position)
    const stored = rawSqlite(api.app.floor)
      .reader.prepare('select bytes from events where position = ?')
      .pluck()
      .get(position)
    expect(event['sha256']).toBe(createHash('sha256').update(String(stored)).digest('hex'))
    const issued = event['cause'] as Event
    expect(issued.type).toBe('InviteIssued')
    const effects = (await show(issued.position))['effects'] as Event[]
    expect(places(effects)).toContain(position)
    expect(effects.map(({ type }) => type)).toContain('MailSent')
  })

  test('names an address to admins, and to auditors only that there is one', async () => {
    const { position } = await newest(`?tag=invite:${invite.id}`)
    const [full, masked] = [await show(position), await show(position, auditor)]
    expect([full.data['email'], full['personal'], full['forgotten']]).toStrictEqual([
      'grace@example.org',
      ['email'],
      false,
    ])
    expect(full['tags']).toStrictEqual([`invite:${invite.id}`, 'email:grace@example.org'])
    expect(masked.data['email']).toBe('•••')
    expect(masked['tags']).toStrictEqual([`invite:${invite.id}`])
    const everything = (await list('?limit=100', auditor)).items
    expect(JSON.stringify([masked, everything])).not.toContain('@')
  })

  test('says of who was erased that they are forgotten, to everybody', async () => {
    const { userId } = await api.member(admin.accessToken, 'erased@example.org')
    await api.call('DELETE', `/users/${userId}`, { token: admin.accessToken })
    const { position } = await newest(`?tag=user:${userId}&type=UserRegistered`)
    for (const reader of [admin, auditor]) {
      const event = await show(position, reader)
      expect([event.data['email'], event['forgotten']]).toStrictEqual([null, true])
    }
    expect((await list('?tag=email:erased@example.org')).items).toStrictEqual([])
  })

  test('knows nothing of a place where no event stands', async () => {
    for (const place of ['999999', '0', 'nowhere', '-1']) {
      expect(await api.refusal('GET', `/history/${place}`, { token: admin.accessToken })).toStrictEqual([
        404,
        'not_found',
      ])
    }
  })
})

describe('reading the history', () => {
  const views = async (userId: string) => (await list(`?type=HistoryViewed&actor=${userId}`)).items

  test('is noted in it once an hour and reader, and that is all it does', async () => {
    api.app.clock.advance(HOUR)
    ;[admin, auditor] = [await refreshed(admin), await refreshed(auditor)]
    const { userId } = auditor
    const before = await views(userId)
    await list('', auditor)
    await list('', auditor)
    await show(1, auditor)
    const after = await views(userId)
    expect(after).toHaveLength(before.length + 1)
    expect(after[0]?.data).toStrictEqual({ viewerId: userId, hour: '2026-03-01T10:00:00.000Z' })
  })
})

describe('why', () => {
  test('an invite is what it is: the event that ended it, or set its deadline', async () => {
    const { accessToken: token } = admin
    const { id } = await api.issue(token, 'why@example.org')
    const why = async () => {
      const { body } = await api.call('GET', `/invites/${id}`, { token })
      return [body['state'], (body['why'] as Json)['type'], (body['why'] as Json)['actor']]
    }
    expect(await why()).toStrictEqual(['open', 'InviteIssued', `user:${admin.userId}`])
    await api.call('DELETE', `/invites/${id}`, { token })
    expect(await why()).toStrictEqual(['revoked', 'InviteRevoked', `user:${admin.userId}`])
  })

  test('a user is what they are, for admins and auditors; users themselves are not told who did it', async () => {
    const { accessToken: token } = admin
    const path = `/users/${auditor.userId}`
    const typeOf = (cause: unknown) => (cause as Json)['type']
    const { body } = await api.call('GET', path, { token })
    const { state, verified, roles } = body['why'] as Record<string, Json> & { roles: Json[] }
    expect([typeOf(state), typeOf(verified)]).toStrictEqual(['UserRegistered', 'EmailVerified'])
    expect(roles.map(({ role, cause }) => [role, typeOf(cause)])).toStrictEqual([['auditor', 'RoleGranted']])
    await api.call('PUT', `${path}/suspension`, { token })
    const later = await api.call('GET', path, { token })
    expect(typeOf((later.body['why'] as Json)['state'])).toBe('UserSuspended')
    const somebody = await api.member(token, 'somebody@example.org')
    const own = await api.call('GET', `/users/${somebody.userId}`, { token: somebody.accessToken })
    expect([own.status, own.body['why']]).toStrictEqual([200, null])
  })
})
