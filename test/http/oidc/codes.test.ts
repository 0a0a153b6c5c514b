import * as client from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type Attempt,
  CALLBACK,
  consented,
  followHere,
  type RelyingParty,
  registered,
  relyingParty,
} from '../../support/relying-party.ts'
import type { Visitor } from '../../support/visitor.ts'
import { openSite, type Site } from '../pages/site.ts'

let site: Site
let app: RelyingParty
let visitor: Visitor
beforeAll(async () => {
  site = await openSite()
  app = await relyingParty(site, await registered(site))
  visitor = await site.signedInAdmin()
})
afterAll(() => site.dispose())

/** A code that was given out a moment ago, and what trades it in. */
const freshCode = async (): Promise<Record<string, string>> => {
  const attempt = await app.begin()
  const landed = new URL(await consented(visitor, attempt, site.address))
  return {
    grant_type: 'authorization_code',
    code: landed.searchParams.get('code') ?? '',
    redirect_uri: CALLBACK,
    code_verifier: attempt.verifier,
  }
}

type Tokens = { readonly access_token: string; readonly refresh_token: string }
const bodyOf = async (response: Response): Promise<Record<string, unknown>> =>
  (await response.json()) as Record<string, unknown>
const refusalOf = async (response: Response) => [response.status, (await bodyOf(response))['error']]
const userInfo = (token: string) =>
  fetch(`${site.address}/oidc/me`, { headers: { authorization: `Bearer ${token}` } })

describe('T36 a code', () => {
  test('is good once: the second time it is refused, and everything that came of it is void', async () => {
    const code = await freshCode()
    const tokens = (await bodyOf(await app.tokens(code))) as Tokens
    expect((await userInfo(tokens.access_token)).status).toBe(200)

    expect(await refusalOf(await app.tokens(code))).toStrictEqual([400, 'invalid_grant'])
    expect((await userInfo(tokens.access_token)).status).toBe(401)
    const refresh = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token }
    expect(await refusalOf(await app.tokens(refresh))).toStrictEqual([400, 'invalid_grant'])
  })

  test('of 16 who trade it in at the same moment exactly one gets tokens, and those are void', async () => {
    const code = await freshCode()
    const answers = await Promise.all(Array.from({ length: 16 }, () => app.tokens(code)))
    expect(answers.map(({ status }) => status).toSorted()).toStrictEqual([
      200,
      ...Array<number>(15).fill(400),
    ])
    const winner = answers.find(({ status }) => status === 200)
    if (!winner) throw new Error('nobody won')
    expect((await userInfo(((await bodyOf(winner)) as Tokens).access_token)).status).toBe(401)
    for (const loser of answers.filter((answer) => answer !== winner))
      expect((await bodyOf(loser))['error']).toBe('invalid_grant')
  })

  test('lives 60 seconds', async () => {
    const late = await freshCode()
    site.clock.advance(60_000)
    expect(await refusalOf(await app.tokens(late))).toStrictEqual([400, 'invalid_grant'])
    const inTime = await freshCode()
    site.clock.advance(59_000)
    expect((await app.tokens(inTime)).status).toBe(200)
  })

  test.each([
    ['another verifier', { code_verifier: client.randomPKCECodeVerifier() }],
    ['no verifier', { code_verifier: '' }],
    ['another redirect URI', { redirect_uri: `${CALLBACK}/` }],
    ['another client', { client_id: '01JNZ8K3V5Q2W9X7T4R6Y1M0AB' }],
  ])('is nothing with %s, and still good with the right one', async (_, wrong) => {
    const code = await freshCode()
    const refused = await app.tokens({ ...code, ...wrong })
    expect([400, 401]).toContain(refused.status)
    expect((await app.tokens(code)).status).toBe(200)
  })

  test('of one client is nothing to another', async () => {
    const other = await relyingParty(site, await registered(site, { kind: 'confidential' }))
    expect(await refusalOf(await other.tokens(await freshCode()))).toStrictEqual([400, 'invalid_grant'])
  })
})

describe('T36 a refresh token', () => {
  const tokens = async () => (await bodyOf(await app.tokens(await freshCode()))) as Tokens
  const refresh = (token: string) => app.tokens({ grant_type: 'refresh_token', refresh_token: token })

  test('is good once: used again, it takes everything with it', async () => {
    const first = await tokens()
    const second = (await bodyOf(await refresh(first.refresh_token))) as Tokens
    expect((await userInfo(second.access_token)).status).toBe(200)
    expect(await refusalOf(await refresh(first.refresh_token))).toStrictEqual([400, 'invalid_grant'])
    expect((await userInfo(second.access_token)).status).toBe(401)
    expect(await refusalOf(await refresh(second.refresh_token))).toStrictEqual([400, 'invalid_grant'])
  })

  test('of 16 who use it at the same moment at most one gets another', async () => {
    const { refresh_token: token } = await tokens()
    const answers = await Promise.all(Array.from({ length: 16 }, () => refresh(token)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(15)
  })

  test('is no access token, nor the other way round', async () => {
    const held = await tokens()
    expect((await userInfo(held.refresh_token)).status).toBe(401)
    expect(await refusalOf(await refresh(held.access_token))).toStrictEqual([400, 'invalid_grant'])
  })

  test('asks for no more than was allowed', async () => {
    const attempt = await app.begin({ scope: 'openid' })
    const other = await site.signedInAdmin()
    const held = await app.exchange(await consented(other, attempt, site.address), attempt)
    const more = {
      grant_type: 'refresh_token',
      refresh_token: held.refresh_token ?? '',
      scope: 'openid email',
    }
    expect(await refusalOf(await app.tokens(more))).toStrictEqual([400, 'invalid_scope'])
  })
})

describe('T36 what is asked for', () => {
  const landed = async ({ path }: Pick<Attempt, 'path'>): Promise<URL> => {
    const page = await followHere(visitor, await visitor.get(path), site.address)
    return new URL(page.location ?? '', site.address)
  }
  const errorAt = async (parameters: Record<string, string>) => {
    const { origin, searchParams } = await landed(await app.begin(parameters))
    return [origin, searchParams.get('error'), searchParams.get('code')]
  }
  const refused = (error: string) => [new URL(CALLBACK).origin, error, null]

  test('is a code, with a challenge of S256: plain is refused, and none', async () => {
    expect(await errorAt({ code_challenge_method: 'plain' })).toStrictEqual(refused('invalid_request'))
    const { path } = await app.begin()
    const url = new URL(path, site.address)
    url.searchParams.delete('code_challenge')
    url.searchParams.delete('code_challenge_method')
    const { searchParams } = await landed({ path: url.pathname + url.search })
    expect(searchParams.get('error')).toBe('invalid_request')
    expect(searchParams.get('error_description')).toContain('PKCE')
  })

  test.each(['token', 'id_token', 'code id_token', 'code token', 'none'])('is never %s', async (type) => {
    const { path } = await app.begin({ response_type: type })
    const page = await visitor.get(path)
    expect(page.location).toMatch(/[?#]error=(invalid_request|unsupported_response_type)&/)
    expect(page.location).not.toMatch(/[?#&](code|access_token|id_token)=/)
  })

  test.each(['password', 'client_credentials', 'implicit', 'urn:ietf:params:oauth:grant-type:device_code'])(
    'is no grant of the type %s',
    async (type) => {
      const asked = { grant_type: type, username: 'admin@example.org', password: 'correct-horse-battery' }
      expect((await refusalOf(await app.tokens(asked)))[0]).toBe(400)
    },
  )

  test.each(['fragment', 'form_post', 'web_message', 'jwt'])('is no answer by %s', async (mode) => {
    const page = await visitor.get((await app.begin({ response_mode: mode })).path)
    expect([page.status, page.location]).toStrictEqual([400, null])
  })
})

describe('T36 a redirect URI that is not exactly the one that was registered', () => {
  test.each([
    ['has more at its end', `${CALLBACK}/more`],
    ['ends in a slash', `${CALLBACK}/`],
    ['has a query', `${CALLBACK}?next=1`],
    ['has a fragment', `${CALLBACK}#`],
    ['begins the same', 'https://app.example/call'],
    ['climbs', 'https://app.example/callback/../callback'],
    ['is encoded', 'https://app.example/%63allback'],
    ['has a port', 'https://app.example:8443/callback'],
    ['says the port that goes without saying', 'https://app.example:443/callback'],
    ['shouts', 'https://APP.example/callback'],
    ['shouts in its path', 'https://app.example/Callback'],
    ['is in the clear', 'http://app.example/callback'],
    ['has a host that only begins the same', 'https://app.example.attacker.example/callback'],
    ['has a host that only ends the same', 'https://attacker-app.example/callback'],
    ['hides its host behind a user', 'https://app.example@attacker.example/callback'],
    ['runs', 'javascript:alert(1)'],
    ['is none', ''],
  ])('and %s leads nowhere', async (_, uri) => {
    const page = await visitor.get((await app.begin({ redirect_uri: uri })).path)
    expect([page.status, page.location]).toStrictEqual([400, null])
    expect(page.html).toContain('An application asked for something that is not possible here.')
  })

  test('leads nowhere for a loopback address with another port either', async () => {
    const local = await relyingParty(
      site,
      await registered(site, { redirectUris: ['http://127.0.0.1:8080/callback'] }),
    )
    const page = await visitor.get(
      (await local.begin({ redirect_uri: 'http://127.0.0.1:8081/callback' })).path,
    )
    expect([page.status, page.location]).toStrictEqual([400, null])
  })

  test('a client that nobody registered leads nowhere', async () => {
    const page = await visitor.get((await app.begin({ client_id: '01JNZ8K3V5Q2W9X7T4R6Y1M0AB' })).path)
    expect([page.status, page.location]).toStrictEqual([400, null])
  })
})
