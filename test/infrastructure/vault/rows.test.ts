import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { NewEvent } from '../../../src/domain/catalogue.ts'
import { accept } from '../../../src/domain/decision.ts'
import { idempotencyKeys } from '../../../src/infrastructure/vault/idempotency-keys.ts'
import { pageSessions } from '../../../src/infrastructure/vault/page-sessions.ts'
import { refreshTokens } from '../../../src/infrastructure/vault/refresh-tokens.ts'
import * as cast from '../../support/controls.ts'
import { DAY, MINUTE, openTestFloor, rawSqlite, type TestClock, testClock } from '../../support/house.ts'

const { BEN, OTHER_SESSION, SESSION } = cast

let clock: TestClock
let floor: Awaited<ReturnType<typeof openTestFloor>>
beforeEach(async () => {
  clock = testClock(cast.NOW)
  floor = await openTestFloor({ clock })
})
afterEach(() => floor.dispose())

const parts = () => ({
  ...floor.database,
  clock,
})
const record = (...events: readonly NewEvent[]) =>
  floor.store.decide({ readings: {}, decide: () => accept(...events), actor: 'operator', correlation: 'C' })
/** Everything in a table, as one text. */
const contents = (table: string) =>
  JSON.stringify(rawSqlite(floor).db.prepare(`select * from ${table}`).all())

describe('T35 refresh tokens', () => {
  const started = async (sessionId = SESSION) => {
    const refresh = refreshTokens(parts(), floor.tokens, 14 * DAY)
    const { token, alongside } = refresh.first(sessionId)
    await floor.store.decide({
      readings: {},
      decide: () => accept(cast.loggedIn('password', { sessionId })),
      actor: 'operator',
      correlation: 'C',
      alongside: [alongside],
    })
    const next = async (from: string): Promise<string> => {
      const rotation = await refresh.rotate(from)
      expect(rotation.outcome).toBe('rotated')
      return rotation.outcome === 'rotated' ? rotation.token : ''
    }
    return { refresh, token, next }
  }

  test('each gives the next one, and all of them are different', async () => {
    const { token, next } = await started()
    const seen = [token]
    for (let n = 0; n < 5; n++) seen.push(await next(seen.at(-1) ?? ''))
    expect(new Set(seen).size).toBe(6)
  })

  test('for ten seconds the parent gives the same successor again: an answer was lost', async () => {
    const { token, next } = await started()
    const second = await next(token)
    clock.advance(9999)
    expect(await next(token)).toBe(second)
  })

  test('two at once get the same successor', async () => {
    const { token, next } = await started()
    const [a, b] = await Promise.all([next(token), next(token)])
    expect(a).toBe(b)
  })

  test('later the parent is a stolen one', async () => {
    const { refresh, token, next } = await started()
    await next(token)
    clock.advance(10_000)
    expect(await refresh.rotate(token)).toStrictEqual({ outcome: 'reused', sessionId: SESSION })
  })

  test('a grandparent is a stolen one at any time', async () => {
    const { refresh, token, next } = await started()
    await next(await next(token))
    expect(await refresh.rotate(token)).toStrictEqual({ outcome: 'reused', sessionId: SESSION })
  })

  test('a lost answer’s second asking does not stretch the ten seconds', async () => {
    const { refresh, token, next } = await started()
    await next(token)
    clock.advance(6000)
    await next(token)
    clock.advance(6000)
    expect((await refresh.rotate(token)).outcome).toBe('reused')
  })

  test('one of another purpose, of another session, of the future or of nobody is none', async () => {
    const { refresh, token } = await started()
    const { tokens } = floor
    const none = [
      tokens.make('invite', SESSION, 1),
      tokens.make('refresh', OTHER_SESSION, 1),
      tokens.make('refresh', SESSION, 2),
      `${token}A`,
      '',
    ]
    for (const text of none) expect(await refresh.rotate(text)).toStrictEqual({ outcome: 'invalid' })
  })

  test('T02 the database knows their number and not a letter of them', async () => {
    const { token, next } = await started()
    const second = await next(token)
    const rows = contents('refresh_generations')
    expect(rows).toContain('"generation":2')
    for (const one of [token, second]) expect(rows).not.toContain(one.slice(48))
  })
})

describe('T47 idempotency keys', () => {
  const answer = { status: 201, headers: { location: '/api/v1/invites/1' }, body: '{"id":"1"}' }

  test('the first request goes on; the same again waits, then hears the same answer; another one is told so', async () => {
    const keys = idempotencyKeys(parts())
    expect(await keys.begin('key', 'body')).toStrictEqual({ kind: 'fresh' })
    expect(await keys.begin('key', 'body')).toStrictEqual({ kind: 'running' })
    expect(await keys.begin('key', 'other')).toStrictEqual({ kind: 'mismatch' })
    await keys.keep('key', answer)
    expect(await keys.begin('key', 'body')).toStrictEqual({ kind: 'stored', answer })
    expect(await keys.begin('key', 'other')).toStrictEqual({ kind: 'mismatch' })
    expect(await keys.begin('another key', 'body')).toStrictEqual({ kind: 'fresh' })
  })

  test('of 50 at once one goes on', async () => {
    const keys = idempotencyKeys(parts())
    const begun = await Promise.all(Array.from({ length: 50 }, () => keys.begin('key', 'body')))
    expect(begun.map(({ kind }) => kind).toSorted()).toStrictEqual([
      'fresh',
      ...Array<string>(49).fill('running'),
    ])
  })

  test('an answer is kept for a day, and dropping the key does not take it away', async () => {
    const keys = idempotencyKeys(parts())
    await keys.begin('key', 'body')
    await keys.keep('key', answer)
    await keys.drop('key')
    clock.advance(DAY - 1)
    expect((await keys.begin('key', 'body')).kind).toBe('stored')
    clock.advance(1)
    expect((await keys.begin('key', 'body')).kind).toBe('fresh')
  })

  test('a request that failed, or never came back, may be made again', async () => {
    const keys = idempotencyKeys(parts())
    await keys.begin('failed', 'body')
    await keys.drop('failed')
    expect((await keys.begin('failed', 'body')).kind).toBe('fresh')
    clock.advance(MINUTE - 1)
    expect((await keys.begin('failed', 'body')).kind).toBe('running')
    clock.advance(1)
    expect((await keys.begin('failed', 'body')).kind).toBe('fresh')
  })

  test('neither key nor request is kept in clear', async () => {
    await idempotencyKeys(parts()).begin('a-key-of-theirs', 'ada@example.org')
    expect(contents('idempotency_keys')).not.toMatch(/a-key-of-theirs|ada@/)
  })
})

describe('page sessions', () => {
  const signedIn = async (sessionId = SESSION, changes = {}) => {
    const sessions = pageSessions(parts())
    await record(cast.loggedIn('password', { sessionId, ...changes }))
    await sessions.set(`cookie of ${sessionId}`, { sessionId, csrf: 'x' }, DAY)
    return { sessions, look: () => sessions.get(`cookie of ${sessionId}`) }
  }

  test('come back as they were left, until their time is over', async () => {
    const sessions = pageSessions(parts())
    await sessions.set('cookie', { notice: 'inviteSent' }, MINUTE)
    clock.advance(MINUTE - 1)
    expect(await sessions.get('cookie')).toStrictEqual({ notice: 'inviteSent' })
    await sessions.set('cookie', { notice: 'another' }, MINUTE)
    clock.advance(MINUTE - 1)
    expect(await sessions.get('cookie')).toStrictEqual({ notice: 'another' })
    clock.advance(1)
    expect(await sessions.get('cookie')).toBeNull()
  })

  test('T22 their cookie is kept as a digest; another cookie, or the digest itself, opens nothing', async () => {
    const sessions = pageSessions(parts())
    await sessions.set('cookie', { notice: 'x' }, MINUTE)
    const [{ cookie_digest: digest } = {}] = rawSqlite(floor)
      .db.prepare('select * from page_sessions')
      .all() as {
      cookie_digest: string
    }[]
    expect(digest).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect([
      await sessions.get('Cookie'),
      await sessions.get(digest ?? ''),
      await sessions.get(''),
    ]).toStrictEqual([null, null, null])
  })

  test('one of a user who signed out comes back without its user', async () => {
    const { look } = await signedIn()
    expect(await look()).toStrictEqual({ sessionId: SESSION, csrf: 'x' })
    await record(cast.loggedOut)
    expect(await look()).toStrictEqual({ csrf: 'x' })
  })

  test('T23 ending all sessions but one ends all but that one', async () => {
    const [one, other] = [await signedIn(SESSION), await signedIn(OTHER_SESSION)]
    await record(cast.sessionsEnded('password-changed', OTHER_SESSION))
    expect(await one.look()).toStrictEqual({ csrf: 'x' })
    expect(await other.look()).toStrictEqual({ sessionId: OTHER_SESSION, csrf: 'x' })
  })

  test('one whose session has reached its end, or never was, comes back without its user', async () => {
    const { sessions, look } = await signedIn(SESSION, { expiresAt: cast.IN_A_DAY })
    await sessions.set('forged', { sessionId: BEN }, 2 * DAY)
    await sessions.set(`cookie of ${SESSION}`, { sessionId: SESSION, csrf: 'x' }, 2 * DAY)
    expect(await sessions.get('forged')).toStrictEqual({})
    clock.advance(DAY)
    expect(await look()).toStrictEqual({ csrf: 'x' })
  })

  test('one that is destroyed is gone, and those that are over are swept away', async () => {
    const sessions = pageSessions(parts())
    await sessions.set('short', {}, MINUTE)
    await sessions.set('long', {}, DAY)
    await sessions.destroy('long')
    expect(await sessions.get('long')).toBeNull()
    clock.advance(MINUTE)
    await sessions.set('new', {}, MINUTE)
    expect(rawSqlite(floor).db.prepare('select count(*) from page_sessions').pluck().get()).toBe(1)
  })
})
