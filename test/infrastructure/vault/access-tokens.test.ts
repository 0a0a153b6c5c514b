import { createPrivateKey, createPublicKey, generateKeyPairSync, hkdfSync } from 'node:crypto'
import fc from 'fast-check'
import { createLocalJWKSet, exportJWK, type JWTPayload, jwtVerify, SignJWT, UnsecuredJWT } from 'jose'
import { beforeEach, describe, expect, test } from 'vitest'
import { AccessTokens } from '../../../src/infrastructure/vault/access-tokens.ts'
import { BEN, NOW, SESSION } from '../../support/controls.ts'
import { MINUTE, type TestClock, testClock } from '../../support/house.ts'

const ISSUER = 'https://id.example.org'
const vaultKey = Buffer.alloc(32, 7)
const claims = { userId: BEN, sessionId: SESSION }

// The private key as AccessTokens derives it: here in the hands of a tester who forges what we ourselves would never sign.
const ours = createPrivateKey({
  key: Buffer.concat([
    Buffer.from('302e020100300506032b657004220420', 'hex'),
    Buffer.from(hkdfSync('sha256', vaultKey, '', 'latchkey access tokens', 32)),
  ]),
  format: 'der',
  type: 'pkcs8',
})
const theirs = generateKeyPairSync('ed25519')

let clock: TestClock
let tokens: AccessTokens
beforeEach(() => {
  clock = testClock(NOW)
  tokens = new AccessTokens(vaultKey, ISSUER, clock, 600)
})

const SECONDS = Date.parse(NOW) / 1000
const payload: JWTPayload = {
  iss: ISSUER,
  aud: ISSUER,
  sub: BEN,
  sid: SESSION,
  roles: ['member'],
  iat: SECONDS,
  exp: SECONDS + 600,
}
const forge = (changes: JWTPayload, header: object = {}, key = ours) =>
  new SignJWT({ ...payload, ...changes })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: tokens.signer.kid, ...header })
    .sign(key)
const issue = async () => (await tokens.issue({ ...claims, roles: ['member'] })).token

describe('an access token', () => {
  test('S4-32 carries user, session and roles, and says no more about them when it is read', async () => {
    const { token, expiresIn } = await tokens.issue({ ...claims, roles: ['member', 'admin'] })
    expect(expiresIn).toBe(600)
    expect(await tokens.read(token)).toStrictEqual(claims)
    expect(await tokens.read(token)).toStrictEqual(claims)
    const [header, body] = token.split('.').map((part) => Buffer.from(part, 'base64url').toString())
    expect(JSON.parse(header ?? '')).toStrictEqual({
      alg: 'EdDSA',
      typ: 'at+jwt',
      kid: (await tokens.jwks()).keys[0]?.kid,
    })
    expect(JSON.parse(body ?? '')).toStrictEqual({ ...payload, roles: ['member', 'admin'] })
  })

  test('is verified by others with the published key alone, in which there is nothing private', async () => {
    const { keys } = await tokens.jwks()
    expect(keys.map(({ kid, x, ...rest }) => [typeof kid, typeof x, rest])).toStrictEqual([
      ['string', 'string', { kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig' }],
    ])
    const { payload: read } = await jwtVerify(await issue(), createLocalJWKSet({ keys }), {
      issuer: ISSUER,
      audience: ISSUER,
      currentDate: new Date(NOW),
    })
    expect(read.sub).toBe(BEN)
  })

  test('is read by every process that has the same key, and by no other house', async () => {
    const token = await issue()
    expect(await new AccessTokens(vaultKey, ISSUER, clock, 600).read(token)).toStrictEqual(claims)
    expect(await new AccessTokens(Buffer.alloc(32, 8), ISSUER, clock, 600).read(token)).toBe('token_invalid')
    expect(await new AccessTokens(vaultKey, 'https://other.example', clock, 600).read(token)).toBe(
      'token_invalid',
    )
  })

  test('S1-9 ends after ten minutes to the second, whether it was read before or not', async () => {
    const [known, unknown] = [await issue(), await forge({})]
    await tokens.read(known)
    clock.advance(10 * MINUTE - 1)
    expect(await tokens.read(known)).toStrictEqual(claims)
    clock.advance(1)
    expect([await tokens.read(known), await tokens.read(unknown)]).toStrictEqual([
      'token_expired',
      'token_expired',
    ])
  })
})

describe('T34 what is refused, although it looks like one', () => {
  test('the forger’s tools work: what he makes unaltered is read', async () => {
    expect(await tokens.read(await forge({}))).toStrictEqual(claims)
  })

  test.each<[string, JWTPayload]>([
    ['another issuer', { iss: 'https://evil.example' }],
    ['another audience', { aud: 'https://other.example' }],
    ['no audience', { aud: undefined as never }],
    ['no user', { sub: undefined as never }],
    ['no session', { sid: undefined }],
    ['a session that is no text', { sid: 7 }],
    ['no end', { exp: undefined as never }],
    ['an end that is no number', { exp: 'never' as never }],
    ['a beginning in the future', { nbf: SECONDS + 60 }],
  ])('%s', async (_, changes) => expect(await tokens.read(await forge(changes))).toBe('token_invalid'))

  test.each([
    ['another type', { typ: 'JWT' }],
    ['no type', { typ: undefined }],
    ['the name of another key', { kid: 'another' }],
    ['the name of no key', { kid: undefined }],
    ['an extension that we don’t know', { crit: ['exp'] }],
  ])('%s', async (_, header) => {
    const token = await forge({}, header).catch(async () => {
      const [, body, signature] = (await forge({})).split('.')
      return `${encode({ alg: 'EdDSA', typ: 'at+jwt', kid: tokens.signer.kid, ...header })}.${body}.${signature}`
    })
    expect(await tokens.read(token)).toBe('token_invalid')
  })

  test('a key of somebody else, under our key’s name or brought along in the header', async () => {
    const kid = (await tokens.jwks()).keys[0]?.kid
    const jwk = await exportJWK(theirs.publicKey)
    for (const header of [
      {},
      { kid },
      { kid: 'another' },
      { jwk },
      { jku: 'https://evil.example/jwks.json' },
    ]) {
      expect(await tokens.read(await forge({}, header, theirs.privateKey))).toBe('token_invalid')
    }
  })

  test('no signature at all', async () => {
    const unsigned = new UnsecuredJWT(payload).encode()
    const [, body, signature] = (await issue()).split('.')
    for (const token of [
      unsigned,
      `${encode({ alg: 'none', typ: 'at+jwt' })}.${body}.`,
      `${encode({ alg: 'none', typ: 'at+jwt' })}.${body}.${signature}`,
    ]) {
      expect(await tokens.read(token)).toBe('token_invalid')
    }
  })

  test('HS256, with our public key in any of its forms as the secret', async () => {
    const publicKey = createPublicKey(ours)
    const secrets = [
      publicKey.export({ format: 'pem', type: 'spki' }).toString(),
      publicKey.export({ format: 'der', type: 'spki' }),
      Buffer.from((await exportJWK(publicKey)).x ?? '', 'base64url'),
    ]
    for (const secret of secrets) {
      const token = await new SignJWT(payload)
        .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
        .sign(Buffer.from(secret))
      expect(await tokens.read(token)).toBe('token_invalid')
    }
  })

  test('an altered payload or header under our signature, and any altered character', async () => {
    const token = await issue()
    const [header = '', body = '', signature = ''] = token.split('.')
    const admin = encode({ ...payload, roles: ['admin'] })
    const forged = [`${header}.${admin}.${signature}`, `${encode({ alg: 'EdDSA' })}.${body}.${signature}`]
    for (let at = 0; at < token.length - 1; at++) {
      const letter = token.charAt(at) === 'A' ? 'B' : 'A'
      forged.push(token.slice(0, at) + letter + token.slice(at + 1))
    }
    const answers = new Set(await Promise.all(forged.map((text) => tokens.read(text))))
    expect(answers).toStrictEqual(new Set(['token_invalid']))
  })

  test('any text: it is never an error of ours', async () => {
    const part = fc.oneof(
      fc.base64String(),
      fc.json().map((json) => Buffer.from(json).toString('base64url')),
      fc.constantFrom('', encode({ alg: 'EdDSA', typ: 'at+jwt' }), encode([]), encode(payload)),
    )
    const texts = fc.oneof(
      fc.string(),
      fc.array(part, { maxLength: 6 }).map((parts) => parts.join('.')),
    )
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        expect(await tokens.read(text)).toBe('token_invalid')
      }),
    )
  })
})

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}
