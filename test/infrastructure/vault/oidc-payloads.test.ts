import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { registerClient } from '../../../src/domain/clients/register-client.ts'
import { removeClient } from '../../../src/domain/clients/remove-client.ts'
import { login } from '../../../src/domain/sessions/login.ts'
import { logout } from '../../../src/domain/sessions/logout.ts'
import type { Foundation } from '../../../src/foundation.ts'
import { oidcPayloads } from '../../../src/infrastructure/vault/oidc-payloads.ts'
import { enrolAdmin } from '../../support/admin.ts'
import { DAY, MINUTE, openTestFloor, rawSqlite, type TestClock, testClock } from '../../support/house.ts'

let clock: TestClock
let floor: Awaited<ReturnType<typeof openTestFloor>>
let payloads: ReturnType<typeof oidcPayloads>
beforeEach(async () => {
  clock = testClock()
  floor = await openTestFloor({ clock })
  payloads = oidcPayloads({
    ...floor.database,
    clock,
  })
})
afterEach(() => floor.dispose())

const CODE = 'a-code-that-only-its-holder-knows'
const rows = () =>
  rawSqlite(floor).db.prepare('select * from oidc_payloads').all() as Record<string, unknown>[]
const operator = (of: Foundation) => ({ actor: 'operator', correlation: of.ids() }) as const

describe('the rows behind OpenID Connect', () => {
  test('are found by what their holder shows, of which they keep the digest only', async () => {
    const payload = { jti: CODE, accountId: 'somebody', returnTo: `/oidc/auth/${CODE}` }
    await payloads.put('Interaction', CODE, payload, { lifetimeMs: MINUTE })
    expect(await payloads.find('Interaction', CODE)).toStrictEqual(payload)
    expect(await payloads.find('Interaction', 'another')).toBeUndefined()
    expect(await payloads.find('AccessToken', CODE)).toBeUndefined()
    expect(JSON.stringify(rows())).not.toContain(CODE)
  })

  test('are replaced by what is put under the same id', async () => {
    await payloads.put('Session', CODE, { jti: CODE, uid: 'first' }, { lifetimeMs: MINUTE })
    await payloads.put('Session', CODE, { jti: CODE, uid: 'second' }, { lifetimeMs: MINUTE })
    expect(await payloads.findByUid('Session', 'first')).toBeUndefined()
    expect(await payloads.findByUid('Session', 'second')).toStrictEqual({ jti: '', uid: 'second' })
  })

  test('are gone once their time is over, and swept away by the next', async () => {
    await payloads.put('AuthorizationCode', CODE, { jti: CODE }, { lifetimeMs: MINUTE })
    clock.advance(MINUTE - 1)
    expect(await payloads.find('AuthorizationCode', CODE)).toBeDefined()
    clock.advance(1)
    expect(await payloads.find('AuthorizationCode', CODE)).toBeUndefined()
    expect(rows()).toHaveLength(1)
    await payloads.put('AuthorizationCode', 'another', {}, { lifetimeMs: MINUTE })
    expect(rows()).toHaveLength(1)
  })

  test('T36 are used up by exactly one of all who try, and remember it', async () => {
    await payloads.put('AuthorizationCode', CODE, { jti: CODE }, { lifetimeMs: MINUTE })
    const tries = await Promise.all(
      Array.from({ length: 16 }, () => payloads.consume('AuthorizationCode', CODE)),
    )
    expect(tries.filter(Boolean)).toHaveLength(1)
    expect(await payloads.find('AuthorizationCode', CODE)).toStrictEqual({
      jti: CODE,
      consumed: Date.parse(clock()) / 1000,
    })
    expect(await payloads.consume('AuthorizationCode', 'another')).toBe(false)
  })

  test('of a consent go together, a kind at a time', async () => {
    for (const [id, grantId] of [
      ['one', 'consent'],
      ['two', 'consent'],
      ['three', 'other'],
    ] as const)
      await payloads.put('AccessToken', id, { grantId }, { lifetimeMs: MINUTE })
    await payloads.put('RefreshToken', 'four', { grantId: 'consent' }, { lifetimeMs: MINUTE })
    await payloads.removeOfGrant('AccessToken', 'consent')
    expect(await payloads.find('AccessToken', 'one')).toBeUndefined()
    expect(await payloads.find('AccessToken', 'two')).toBeUndefined()
    expect(await payloads.find('AccessToken', 'three')).toBeDefined()
    expect(await payloads.find('RefreshToken', 'four')).toBeDefined()
  })

  test('that hang on a session are there while it lives, and its client is registered', async () => {
    const userId = await enrolAdmin(floor)
    const { credentialId } = (await floor.reads.users.credential(userId)) ?? {}
    const [clientId, sessionId] = [floor.ids(), floor.ids()]
    const client = { clientId, name: 'App', kind: 'public' as const, redirectUris: ['https://app.example/'] }
    await floor.execute(registerClient, client, operator(floor))
    const session = {
      sessionId,
      carrier: 'page' as const,
      expiresAt: new Date(Date.parse(clock()) + DAY).toISOString(),
      userAgent: null,
      ip: null,
    }
    const by = { actor: `user:${userId}`, correlation: floor.ids() } as const
    const wish = { userId, provenCredentialId: credentialId ?? null, session, isNewDevice: false }
    expect((await floor.execute(login, wish, by)).outcome).toBe('accepted')

    const put = (id: string) => payloads.put('Grant', id, { clientId }, { lifetimeMs: 30 * DAY, sessionId })
    await put('signed-out')
    expect(await payloads.find('Grant', 'signed-out')).toBeDefined()
    await floor.execute(logout, { sessionId }, by)
    expect(await payloads.find('Grant', 'signed-out')).toBeUndefined()

    const again = { ...wish, session: { ...session, sessionId: floor.ids() } }
    await floor.execute(login, again, by)
    const later = { lifetimeMs: 30 * DAY, sessionId: again.session.sessionId }
    await payloads.put('Grant', 'removed', { clientId }, later)
    expect(await payloads.find('Grant', 'removed')).toBeDefined()
    await floor.execute(removeClient, { clientId }, operator(floor))
    expect(await payloads.find('Grant', 'removed')).toBeUndefined()
  })
})
