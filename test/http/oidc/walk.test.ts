import * as client from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ADMIN } from '../../support/admin.ts'
import { DAY } from '../../support/house.ts'
import { CALLBACK, consented, followHere, registered, relyingParty } from '../../support/relying-party.ts'
import { openSite, type Site } from '../pages/site.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.dispose())

const subjectOf = (tokens: { claims: () => { sub: string } | undefined }) => tokens.claims()?.sub ?? ''

describe.each(['public', 'confidential'] as const)(
  'an application that is %s, by a client library',
  (kind) => {
    test('walks discovery, code with PKCE, our sign-in form, consent, tokens, userinfo, refresh and revocation', async () => {
      const app = await relyingParty(site, await registered(site, { kind }))
      expect(app.config.serverMetadata()).toMatchObject({
        issuer: `${site.floor.settings.publicUrl}/oidc`,
        response_types_supported: ['code'],
        response_modes_supported: ['query'],
        grant_types_supported: ['authorization_code', 'refresh_token'],
        code_challenge_methods_supported: ['S256'],
        id_token_signing_alg_values_supported: ['EdDSA'],
        scopes_supported: ['openid', 'profile', 'email'],
      })

      // Nobody is signed in: our own form, and from there back to where it began.
      const visitor = site.visitor()
      const attempt = await app.begin()
      const form = await followHere(visitor, await visitor.get(attempt.path), site.address)
      expect(form.url).toMatch(/^\/\?next=%2Finteraction%2F/)
      const signedIn = await visitor.submit(form, '/', { login: ADMIN.email, password: ADMIN.password })
      const asked = await followHere(visitor, signedIn, site.address)
      expect(asked.status).toBe(200)
      for (const words of ['Example App', 'app.example', ADMIN.email, 'your e-mail address', 'your name'])
        expect(asked.html).toContain(words)
      expect(asked.headers.get('content-security-policy')).toContain(
        "form-action 'self' https://app.example;",
      )

      const allowed = await visitor.submit(asked, /^\/interaction\//, { choice: 'allow' })
      const landed = (await followHere(visitor, allowed, site.address)).location ?? ''
      expect(landed.startsWith(`${CALLBACK}?code=`)).toBe(true)

      const tokens = await app.exchange(landed, attempt)
      expect([subjectOf(tokens), tokens.expires_in, tokens.scope]).toStrictEqual([
        site.adminId,
        600,
        'openid profile email',
      ])
      expect(await client.fetchUserInfo(app.config, tokens.access_token, site.adminId)).toStrictEqual({
        sub: site.adminId,
        locale: 'en',
        email: ADMIN.email,
        email_verified: true,
      })

      const next = await client.refreshTokenGrant(app.config, tokens.refresh_token ?? '')
      expect(next.refresh_token).not.toBe(tokens.refresh_token)
      await client.fetchUserInfo(app.config, next.access_token, site.adminId)

      await client.tokenRevocation(app.config, next.refresh_token ?? '')
      await expect(client.refreshTokenGrant(app.config, next.refresh_token ?? '')).rejects.toMatchObject({
        error: 'invalid_grant',
      })
      await expect(client.fetchUserInfo(app.config, next.access_token, site.adminId)).rejects.toThrow()
    })
  },
)

describe('consent', () => {
  test('is asked for once in a session, and anew in the next', async () => {
    const app = await relyingParty(site, await registered(site))
    const visitor = await site.signedInAdmin()
    await consented(visitor, await app.begin(), site.address)
    const again = await app.begin()
    const straight = await followHere(visitor, await visitor.get(again.path), site.address)
    await app.exchange(straight.location ?? '', again)

    await visitor.submit(await visitor.get('/'), '/logout')
    await visitor.signIn(ADMIN.email, ADMIN.password)
    const asked = await followHere(visitor, await visitor.get((await app.begin()).path), site.address)
    expect(asked.html).toContain('value="allow"')
  })

  test('can be denied: the application hears so, and gets nothing', async () => {
    const app = await relyingParty(site, await registered(site))
    const visitor = await site.signedInAdmin()
    const asked = await followHere(visitor, await visitor.get((await app.begin()).path), site.address)
    const denied = await visitor.submit(asked, /^\/interaction\//, { choice: 'deny' })
    const landed = new URL((await followHere(visitor, denied, site.address)).location ?? '')
    expect(landed.origin + landed.pathname).toBe(CALLBACK)
    expect(landed.searchParams.get('error')).toBe('access_denied')
    expect(landed.searchParams.has('code')).toBe(false)
  })

  test('tells of what is asked for, and only that is learnt', async () => {
    const app = await relyingParty(site, await registered(site))
    const visitor = await site.signedInAdmin()
    const attempt = await app.begin({ scope: 'openid' })
    const asked = await followHere(visitor, await visitor.get(attempt.path), site.address)
    expect(asked.html).not.toContain('your e-mail address')
    const tokens = await app.exchange(await consented(visitor, attempt, site.address), attempt)
    expect(await client.fetchUserInfo(app.config, tokens.access_token, site.adminId)).toStrictEqual({
      sub: site.adminId,
    })
  })

  test('takes a form of ours: without its token nothing is allowed', async () => {
    const app = await relyingParty(site, await registered(site))
    const visitor = await site.signedInAdmin()
    const asked = await followHere(visitor, await visitor.get((await app.begin()).path), site.address)
    expect((await visitor.post(asked.url, { choice: 'allow' })).status).toBe(403)
    expect((await visitor.submit(asked, asked.url, { choice: 'allow', _csrf: 'x' })).status).toBe(403)
  })

  test('belongs to the browser that asked: elsewhere the page is over', async () => {
    const app = await relyingParty(site, await registered(site))
    const visitor = await site.signedInAdmin()
    const asked = await followHere(visitor, await visitor.get((await app.begin()).path), site.address)
    const other = await site.signedInAdmin()
    expect((await other.get(asked.url)).status).toBe(410)
  })

  test('belongs to who was asked: somebody else who signs in meanwhile begins again', async () => {
    const app = await relyingParty(site, await registered(site))
    const { visitor, email } = await site.member()
    await visitor.get('/')
    const asked = await followHere(visitor, await visitor.get((await app.begin()).path), site.address)
    expect(asked.html).toContain(email)
    await visitor.submit(asked, '/logout')
    await visitor.signIn(ADMIN.email, ADMIN.password)
    expect((await visitor.get(asked.url)).status).toBe(410)
    // And what the authorization server remembers of the first is nothing to the second.
    const attempt = await app.begin()
    const tokens = await app.exchange(await consented(visitor, attempt, site.address), attempt)
    expect(subjectOf(tokens)).toBe(site.adminId)
  })

  test('the page speaks Russian, too', async () => {
    const app = await relyingParty(site, await registered(site))
    const visitor = await site.signedInAdmin()
    const asked = await followHere(visitor, await visitor.get((await app.begin()).path), site.address)
    expect((await visitor.get(`${asked.url}?lang=ru`)).html).toContain('Разрешить')
  })
})

describe('who is there', () => {
  test('without a session, an application that must not ask hears that it would have to', async () => {
    const app = await relyingParty(site, await registered(site))
    const { path } = await app.begin({ prompt: 'none' })
    const landed = new URL((await site.visitor().get(path)).location ?? '')
    expect(landed.searchParams.get('error')).toBe('login_required')
  })

  test('after signing out here, nobody: an earlier sign-in to the application counts no more', async () => {
    const app = await relyingParty(site, await registered(site))
    const visitor = await site.signedInAdmin()
    await consented(visitor, await app.begin(), site.address)
    await visitor.submit(await visitor.get('/'), '/logout')
    const landed = new URL((await visitor.get((await app.begin({ prompt: 'none' })).path)).location ?? '')
    expect(landed.searchParams.get('error')).toBe('login_required')
  })

  test.each([
    ['wants a sign-in of its own', { prompt: 'login' }],
    ['wants a fresher one', { max_age: '60' }],
  ])('an application that %s gets one', async (_, parameters) => {
    const app = await relyingParty(site, await registered(site))
    const visitor = await site.signedInAdmin()
    site.clock.advance(2 * 60_000)
    const attempt = await app.begin(parameters)
    const form = await followHere(visitor, await visitor.get(attempt.path), site.address)
    expect(form.html).toContain('Sign in again')
    expect((await visitor.get(form.url)).html).toContain('Sign in again')
    const anew = await visitor.submit(form, '/', { login: ADMIN.email, password: ADMIN.password })
    const asked = await followHere(visitor, anew, site.address)
    const allowed = await visitor.submit(asked, /^\/interaction\//, { choice: 'allow' })
    const landed = await followHere(visitor, allowed, site.address)
    const tokens = await app.exchange(landed.location ?? '', attempt)
    expect(subjectOf(tokens)).toBe(site.adminId)
  })

  test('who came with a first password chooses their own before consenting', async () => {
    const app = await relyingParty(site, await registered(site))
    const { email, firstPassword } = await site.member()
    const visitor = site.visitor()
    await visitor.signIn(email, firstPassword)
    const led = await followHere(visitor, await visitor.get((await app.begin()).path), site.address)
    expect(led.url).toBe('/password/change')
  })

  test('a page of a sign-in that was never begun, or is long over, says so', async () => {
    expect((await (await site.signedInAdmin()).get('/interaction/abc')).status).toBe(410)
    const app = await relyingParty(site, await registered(site))
    const visitor = await site.signedInAdmin()
    const asked = await followHere(visitor, await visitor.get((await app.begin()).path), site.address)
    site.clock.advance(DAY)
    await visitor.signIn(ADMIN.email, ADMIN.password)
    expect((await visitor.get(asked.url)).status).toBe(410)
  })
})
