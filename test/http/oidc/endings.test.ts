import { generateKeyPairSync } from 'node:crypto'
import { SignJWT, UnsecuredJWT } from 'jose'
import * as client from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { changeClient } from '../../../src/domain/clients/change-client.ts'
import { removeClient } from '../../../src/domain/clients/remove-client.ts'
import { endSessions } from '../../../src/domain/sessions/end-sessions.ts'
import { eraseUser } from '../../../src/domain/users/erase-user.ts'
import { suspendUser } from '../../../src/domain/users/suspend-user.ts'
import { DAY } from '../../support/house.ts'
import { consented, type RelyingParty, registered, relyingParty } from '../../support/relying-party.ts'
import type { Visitor } from '../../support/visitor.ts'
import { openSite, type Site } from '../pages/site.ts'

let site: Site
let watcher: RelyingParty
beforeAll(async () => {
  site = await openSite()
  watcher = await relyingParty(site, await registered(site, { kind: 'confidential', name: 'Watcher' }))
})
afterAll(() => site.dispose())

const operator = () => ({ actor: 'operator', correlation: site.floor.ids() }) as const

type Held = {
  readonly app: RelyingParty
  readonly visitor: Visitor
  readonly email: string
  readonly userId: string
  readonly access: string
  readonly refresh: string
  readonly idToken: string
}

/** Somebody who has signed in to an application with us. */
const heldBySomebody = async (): Promise<Held> => {
  const app = await relyingParty(site, await registered(site))
  const { visitor, email, id } = await site.member()
  const attempt = await app.begin()
  const tokens = await app.exchange(await consented(visitor, attempt, site.address), attempt)
  return {
    app,
    visitor,
    email,
    userId: id,
    access: tokens.access_token,
    refresh: tokens.refresh_token ?? '',
    idToken: tokens.id_token ?? '',
  }
}

const userInfo = async (token: string): Promise<number> =>
  (await fetch(`${site.address}/oidc/me`, { headers: { authorization: `Bearer ${token}` } })).status

const introspect = (token: string) => client.tokenIntrospection(watcher.config, token)

const refreshed = async ({ app, refresh }: Held): Promise<number> =>
  (await app.tokens({ grant_type: 'refresh_token', refresh_token: refresh })).status

/** Whether the access token, the refresh token and what can be asked about both still say something. */
const live = async (held: Held) => ({
  userInfo: await userInfo(held.access),
  access: (await introspect(held.access)).active,
  refresh: (await introspect(held.refresh)).active,
})
const ALIVE = { userInfo: 200, access: true, refresh: true }
const DEAD = { userInfo: 401, access: false, refresh: false }

describe('tokens of an application stop working at once', () => {
  const endings: readonly [string, (held: Held) => Promise<unknown>][] = [
    [
      'when their user signs out of the house',
      async ({ visitor }) => visitor.submit(await visitor.get('/'), '/logout'),
    ],
    [
      'when all sessions of their user are ended',
      ({ userId }) =>
        site.floor.execute(
          endSessions,
          { userId, except: null, reason: 'signed-out-everywhere' },
          { actor: `user:${userId}`, correlation: site.floor.ids() },
        ),
    ],
    [
      'when their user is suspended',
      ({ userId }) => site.floor.execute(suspendUser, { userId, reason: null }, operator()),
    ],
    [
      'when their user is erased',
      ({ userId, email }) => site.floor.execute(eraseUser, { userId, email }, operator()),
    ],
    [
      'when the application is removed',
      ({ app }) => site.floor.execute(removeClient, { clientId: app.clientId }, operator()),
    ],
    [
      'when the application gives its refresh token back',
      ({ app, refresh }) => client.tokenRevocation(app.config, refresh),
    ],
    ['when the session they were given in has run out', async () => site.clock.advance(31 * DAY)],
  ]
  test.each(endings)('%s', async (_, end) => {
    const held = await heldBySomebody()
    expect(await live(held)).toStrictEqual(ALIVE)
    await end(held)
    expect(await live(held)).toStrictEqual(DEAD)
    expect([400, 401]).toContain(await refreshed(held))
  })

  test('and those of another session of theirs go on', async () => {
    const held = await heldBySomebody()
    const other = await heldBySomebody()
    await held.visitor.submit(await held.visitor.get('/'), '/logout')
    expect(await live(other)).toStrictEqual(ALIVE)
  })

  test('a code that was not traded in yet is worth nothing either', async () => {
    const app = await relyingParty(site, await registered(site))
    const { visitor, id } = await site.member()
    const attempt = await app.begin()
    const landed = await consented(visitor, attempt, site.address)
    await site.floor.execute(suspendUser, { userId: id, reason: null }, operator())
    await expect(app.exchange(landed, attempt)).rejects.toMatchObject({ error: 'invalid_grant' })
  })

  test('an access token that is given back takes nothing else with it but what it was given with', async () => {
    const held = await heldBySomebody()
    await client.tokenRevocation(held.app.config, held.access)
    expect(await userInfo(held.access)).toBe(401)
  })

  test('nobody gives back what was given to another application', async () => {
    const held = await heldBySomebody()
    await client.tokenRevocation(watcher.config, held.refresh)
    expect(await live(held)).toStrictEqual(ALIVE)
  })

  test('a redirect URI that was taken back gets no more codes, at once', async () => {
    const held = await heldBySomebody()
    const wish = { clientId: held.app.clientId, name: null, redirectUris: ['https://app.example/new'] }
    await site.floor.execute(changeClient, wish, operator())
    const page = await held.visitor.get((await held.app.begin()).path)
    expect([page.status, page.location]).toStrictEqual([400, null])
  })
})

describe('introspection (RFC 7662)', () => {
  test('shows nothing personal: whose token, for whom, what for and until when', async () => {
    const held = await heldBySomebody()
    for (const token of [held.access, held.refresh]) {
      expect(await introspect(token)).toStrictEqual({
        active: true,
        sub: held.userId,
        client_id: held.app.clientId,
        scope: 'openid profile email',
        exp: expect.any(Number),
      })
    }
  })

  test('says no more of what is no token of ours than that', async () => {
    for (const token of ['x', 'a'.repeat(43), (await heldBySomebody()).idToken]) {
      const answer = await introspect(token).catch(() => ({ active: false }))
      expect(answer).toStrictEqual({ active: false })
    }
  })

  test('is refused to whoever is no client, or shows a wrong secret', async () => {
    const { access } = await heldBySomebody()
    const ask = (headers: Record<string, string>) =>
      fetch(`${site.address}/oidc/token/introspection`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        body: new URLSearchParams({ token: access }),
      })
    expect((await ask({})).status).toBe(400)
    for (const secret of ['', 'derived', site.house.oidc.clientSecret(site.floor.ids())]) {
      const basic = { authorization: `Basic ${btoa(`${watcher.clientId}:${secret}`)}` }
      expect([400, 401]).toContain((await ask(basic)).status)
    }
  })

  test('a public client may ask about its own tokens only', async () => {
    const held = await heldBySomebody()
    const other = await relyingParty(site, await registered(site))
    expect(await client.tokenIntrospection(other.config, held.access)).toStrictEqual({ active: false })
    expect((await client.tokenIntrospection(held.app.config, held.access)).active).toBe(true)
  })
})

describe('tokens that we did not make', () => {
  const claims = ({ idToken }: Held) =>
    JSON.parse(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>

  test('with `alg` none, or by another key of the same name, open nothing', async () => {
    const held = await heldBySomebody()
    const { privateKey } = generateKeyPairSync('ed25519')
    const { kid } = site.house.oidc.signer
    const forged = [
      new UnsecuredJWT(claims(held)).encode(),
      await new SignJWT(claims(held)).setProtectedHeader({ alg: 'EdDSA', kid }).sign(privateKey),
      await new SignJWT(claims(held))
        .setProtectedHeader({ alg: 'HS256', kid })
        .sign(Buffer.from(JSON.stringify(await site.house.tokens.jwks()))),
    ]
    for (const token of forged) {
      expect(await userInfo(token)).toBe(401)
      const hinted = await held.app.begin({ prompt: 'none', id_token_hint: token })
      const landed = new URL((await held.visitor.get(hinted.path)).location ?? '')
      expect([landed.searchParams.get('error'), landed.searchParams.has('code')]).toStrictEqual([
        'invalid_request',
        false,
      ])
    }
  })

  test('of an application are no tokens for our own API, and ours none for userinfo', async () => {
    const held = await heldBySomebody()
    const me = (token: string) =>
      fetch(`${site.address}/api/v1/me`, { headers: { authorization: `Bearer ${token}` } })
    for (const token of [held.idToken, held.access]) expect((await me(token)).status).toBe(401)
    const session = (await site.floor.reads.sessions.ofUser(held.userId, 1))[0]?.id ?? ''
    const own = await site.house.tokens.issueAccess({ userId: held.userId, sessionId: session, roles: [] })
    expect((await me(own.token)).status).toBe(200)
    expect(await userInfo(own.token)).toBe(401)
  })

  test('the keys at the address that discovery names are the ones we sign with', async () => {
    const jwks = (await (await fetch(`${site.address}/oidc/jwks`)).json()) as { keys: { kid: string }[] }
    expect(jwks.keys).toStrictEqual([
      expect.objectContaining({ kid: site.house.oidc.signer.kid, kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA' }),
    ])
    expect(JSON.stringify(jwks)).not.toContain('"d"')
    expect(jwks.keys[0]?.kid).toBe(
      (await site.house.tokens.jwks()).keys.map((key) => (key as { kid: string }).kid)[0],
    )
  })
})
