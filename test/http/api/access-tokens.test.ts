import { createHmac, generateKeyPairSync } from 'node:crypto'
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Api, type Json, type Tokens } from './client.ts'

let api: Awaited<ReturnType<typeof Api.open>>
let admin: Tokens

beforeAll(async () => {
  api = await Api.open()
  admin = await api.signIn()
})
afterAll(() => api.app.dispose())

const withHeader = (authorization: string) => api.refusal('GET', '/me', { headers: { authorization } })
const withToken = (token: string) => withHeader(`Bearer ${token}`)

const partsOf = (token: string) => {
  const [header = '', payload = '', signature = ''] = token.split('.')
  return { header, payload, signature }
}
const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const decoded = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Json

describe('the Authorization header', () => {
  test('without one, or in another scheme, the caller is nobody and is told the way in', async () => {
    for (const headers of [{}, { authorization: 'Basic YWRtaW46YWRtaW4=' }, { authorization: '' }]) {
      const answer = await api.call('GET', '/me', { headers })
      expect([answer.status, answer.body['code']]).toStrictEqual([401, 'unauthenticated'])
      expect(answer.headers.get('www-authenticate')).toBe('Bearer')
    }
  })

  test('a wrong token is challenged as the standard says (RFC 6750)', async () => {
    const answer = await api.call('GET', '/me', { token: 'wrong' })
    expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"')
  })

  test.each([
    'Bearer',
    'Bearer ',
    'Bearer  ',
    'Bearer a b',
    'Bearer .',
    'Bearer ..',
    'Bearer a.b.c',
    'Bearer null',
    'Bearer [object Object]',
    'Bearer "quoted"',
    `Bearer ${'x'.repeat(8000)}`,
    `Bearer ${'.'.repeat(3000)}`,
    'Bearer e30.e30.e30',
    'Bearer eyJhbGciOiJFZERTQSJ9..',
  ])('%s is refused and is no error of ours', async (header) => {
    const [status, code] = await withHeader(header)
    expect([status, code]).toStrictEqual([401, 'token_invalid'])
  })

  test('the name of the scheme may be written in any case', async () => {
    expect(await withHeader(`bearer ${admin.accessToken}`)).toStrictEqual([200, undefined])
  })

  test('a cookie of the pages is no way in', async () => {
    const page = await fetch(api.app.address)
    const cookie = page.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ')
    const refused = await api.refusal('GET', '/me', {
      headers: { cookie: `${cookie}; sid=${admin.accessToken}` },
    })
    expect(refused).toStrictEqual([401, 'unauthenticated'])
  })
})

describe('a token that is not ours', () => {
  const claims = () => decoded(partsOf(admin.accessToken).payload)
  const kid = () => String(decoded(partsOf(admin.accessToken).header)['kid'])

  test('unsigned, it is refused', async () => {
    const { payload } = partsOf(admin.accessToken)
    for (const alg of ['none', 'None', 'NONE']) {
      expect(await withToken(`${encoded({ alg, typ: 'at+jwt' })}.${payload}.`)).toStrictEqual([
        401,
        'token_invalid',
      ])
    }
  })

  test('signed by HMAC with our public key as its secret, it is refused', async () => {
    const jwks = (await (await fetch(`${api.app.address}/.well-known/jwks.json`)).json()) as { keys: Json[] }
    const { payload } = partsOf(admin.accessToken)
    const head = `${encoded({ alg: 'HS256', typ: 'at+jwt', kid: kid() })}.${payload}`
    const signature = createHmac('sha256', String(jwks.keys[0]?.['x'])).update(head).digest('base64url')
    expect(await withToken(`${head}.${signature}`)).toStrictEqual([401, 'token_invalid'])
  })

  test('signed by somebody else, who brings the key along, it is refused', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    const jwk = publicKey.export({ format: 'jwk' })
    for (const header of [
      {},
      { kid: kid() },
      { jwk },
      { jku: 'http://127.0.0.1/keys' },
      { x5u: 'http://127.0.0.1/c' },
    ]) {
      const token = await new SignJWT(claims())
        .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', ...header })
        .sign(privateKey)
      expect(await withToken(token)).toStrictEqual([401, 'token_invalid'])
    }
  })

  test('altered in a single letter of any part, it is refused', async () => {
    const { header, payload, signature } = partsOf(admin.accessToken)
    const bend = (text: string, at: number) =>
      text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)
    for (const altered of [
      `${bend(header, 5)}.${payload}.${signature}`,
      `${header}.${bend(payload, 20)}.${signature}`,
      `${header}.${payload}.${bend(signature, 40)}`,
      `${header}.${encoded({ ...claims(), sub: '01JNZ8K3V5Q2W9X7T4R6Y1M0AB' })}.${signature}`,
      `${header}.${payload}`,
      admin.accessToken.slice(0, -2),
      `${admin.accessToken}.${signature}`,
    ]) {
      expect(await withToken(altered)).toStrictEqual([401, 'token_invalid'])
    }
  })

  test('of another service with the same secret but another address, it is refused', async () => {
    const other = await Api.open({ PUBLIC_URL: 'http://other.example.org' })
    try {
      const { accessToken } = await other.signIn()
      expect(await withToken(accessToken)).toStrictEqual([401, 'token_invalid'])
    } finally {
      await other.app.dispose()
    }
  })

  describe('T34 though signed with our very key, it is refused', () => {
    const now = () => Math.floor(Date.parse(api.app.clock()) / 1000)
    /** What only we could make: a signature of ours over whatever is wished. */
    const signedByUs = (header: Json, payload: Json) => {
      const head = `${encoded({ alg: 'EdDSA', typ: 'at+jwt', kid: kid(), ...header })}.${encoded({ ...claims(), ...payload })}`
      const signature = api.app.house.oidc.signer.sign(Buffer.from(head))
      return `${head}.${Buffer.from(signature).toString('base64url')}`
    }

    test('unless it is as it should be', async () =>
      expect(await withToken(signedByUs({}, {}))).toStrictEqual([200, undefined]))

    test.each<[string, Json, Json]>([
      ['another kid', { kid: 'another-key' }, {}],
      ['no kid', { kid: undefined }, {}],
      ['an ID token’s type', { typ: 'JWT' }, {}],
      ['no type', { typ: undefined }, {}],
      ['another algorithm', { alg: 'ES256' }, {}],
      ['an extension that must be understood', { crit: ['b64'], b64: false }, {}],
      ['another audience', {}, { aud: 'https://app.example' }],
      ['no audience', {}, { aud: undefined }],
      ['another issuer', {}, { iss: 'https://other.example' }],
      ['no issuer', {}, { iss: undefined }],
      ['no subject', {}, { sub: undefined }],
      ['another subject than the session’s', {}, { sub: '01JNZ8K3V5Q2W9X7T4R6Y1M0AB' }],
      ['no session', {}, { sid: undefined }],
      ['a session that is no text', {}, { sid: 7 }],
      ['a session that is not there', {}, { sid: '01JNZ8K3V5Q2W9X7T4R6Y1M0AB' }],
      ['no end', {}, { exp: undefined }],
      ['an end that is no number', {}, { exp: 'never' }],
    ])('with %s', async (_, header, payload) =>
      expect(await withToken(signedByUs(header, payload))).toStrictEqual([401, 'token_invalid']),
    )

    test('before its time, or after it', async () => {
      const early = signedByUs({}, { nbf: now() + 60 })
      expect(await withToken(early)).toStrictEqual([401, 'token_invalid'])
      expect(await withToken(signedByUs({}, { exp: now() }))).toStrictEqual([401, 'token_expired'])
      expect(await withToken(signedByUs({}, { exp: now() - 3600 }))).toStrictEqual([401, 'token_expired'])
    })
  })

  test('signed by HMAC with our public key in any other spelling, it is refused', async () => {
    const { publicKey } = api.app.house.oidc.signer
    const secrets = [
      publicKey.export({ format: 'pem', type: 'spki' }),
      publicKey.export({ format: 'der', type: 'spki' }),
      Buffer.from(String(publicKey.export({ format: 'jwk' }).x), 'base64url'),
      JSON.stringify(publicKey.export({ format: 'jwk' })),
    ]
    const { payload } = partsOf(admin.accessToken)
    for (const secret of secrets) {
      for (const alg of ['HS256', 'HS512']) {
        const head = `${encoded({ alg, typ: 'at+jwt', kid: kid() })}.${payload}`
        const hash = alg === 'HS256' ? 'sha256' : 'sha512'
        const signature = createHmac(hash, secret).update(head).digest('base64url')
        expect(await withToken(`${head}.${signature}`)).toStrictEqual([401, 'token_invalid'])
      }
    }
  })

  test('a refresh token or an invite token is no access token', async () => {
    await api.issue(admin.accessToken, 'wrong.purpose@example.org')
    for (const token of [admin.refreshToken, await api.inviteToken('wrong.purpose@example.org')]) {
      expect(await withToken(token)).toStrictEqual([401, 'token_invalid'])
    }
  })
})

describe('our own token', () => {
  test('can be verified by anybody with the published key alone, and says who, where and until when', async () => {
    const jwks = (await (await fetch(`${api.app.address}/.well-known/jwks.json`)).json()) as { keys: Json[] }
    expect(jwks.keys).toHaveLength(1)
    expect(jwks.keys[0]).not.toHaveProperty('d')
    const issuer = api.app.floor.settings.publicUrl
    const { payload, protectedHeader } = await jwtVerify(
      admin.accessToken,
      createLocalJWKSet(jwks as never),
      {
        issuer,
        audience: issuer,
        currentDate: new Date(api.app.clock()),
      },
    )
    expect(protectedHeader).toStrictEqual({ alg: 'EdDSA', typ: 'at+jwt', kid: jwks.keys[0]?.['kid'] })
    expect(payload.sub).toBe(api.adminId)
    expect(payload['roles']).toStrictEqual(['member', 'admin'])
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(600)
    expect(JSON.stringify(payload)).not.toContain('@example.org')
    expect(decodeProtectedHeader(admin.accessToken).alg).toBe('EdDSA')
  })

  test('works until its last second and not a moment longer, also when it has been seen before', async () => {
    const { accessToken } = await api.signIn()
    expect(await withToken(accessToken)).toStrictEqual([200, undefined])
    api.app.clock.advance(599_000)
    expect(await withToken(accessToken)).toStrictEqual([200, undefined])
    api.app.clock.advance(1000)
    expect(await withToken(accessToken)).toStrictEqual([401, 'token_expired'])
  })

  test('stops working with the very next request once its session or its user is stopped', async () => {
    admin = await api.signIn()
    const { accessToken, userId } = await api.member(admin.accessToken, 'stopped@example.org')
    const suspension = `/users/${userId}/suspension`
    expect(await withToken(accessToken)).toStrictEqual([200, undefined])
    await api.call('PUT', suspension, { token: admin.accessToken })
    expect(await withToken(accessToken)).toStrictEqual([401, 'token_invalid'])
    await api.call('DELETE', suspension, { token: admin.accessToken })
    expect(await withToken(accessToken), 'the session has ended for good').toStrictEqual([
      401,
      'token_invalid',
    ])
  })

  test('T35 stops working once its user signed out, was demoted or is erased; so does the refresh token', async () => {
    admin = await api.signIn()
    const refreshed = (refreshToken: string) =>
      api.refusal('POST', '/sessions/refresh', { body: { refreshToken } })
    const endings: Readonly<Record<string, (who: Tokens) => Promise<{ status: number }>>> = {
      'signed-out': ({ accessToken: token }) => api.call('DELETE', '/sessions/current', { token }),
      demoted: ({ userId }) =>
        api.call('DELETE', `/users/${userId}/roles/auditor`, { token: admin.accessToken }),
      erased: ({ userId }) => api.call('DELETE', `/users/${userId}`, { token: admin.accessToken }),
    }
    for (const [name, end] of Object.entries(endings)) {
      const { userId, ...first } = await api.member(admin.accessToken, `${name}@example.org`)
      await api.call('PUT', `/users/${userId}/roles/auditor`, { token: admin.accessToken })
      const tokens = { userId, ...first }
      expect([name, ...(await withToken(tokens.accessToken))]).toStrictEqual([name, 200, undefined])
      expect((await end(tokens)).status, name).toBeLessThan(300)
      expect([name, ...(await withToken(tokens.accessToken))]).toStrictEqual([name, 401, 'token_invalid'])
      expect([name, ...(await refreshed(tokens.refreshToken))]).toStrictEqual([name, 401, 'token_invalid'])
    }
  })

  test('roles are those of now, not those in the token', async () => {
    admin = await api.signIn()
    const { accessToken, userId } = await api.member(admin.accessToken, 'promoted@example.org')
    expect(await api.refusal('GET', '/users', { token: accessToken })).toStrictEqual([403, 'forbidden'])
    await api.call('PUT', `/users/${userId}/roles/auditor`, { token: admin.accessToken })
    expect(await api.refusal('GET', '/users', { token: accessToken })).toStrictEqual([200, undefined])
  })
})
