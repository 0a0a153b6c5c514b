import { createHash, createPrivateKey, createPublicKey, hkdfSync, type KeyObject, sign } from 'node:crypto'
import { errors, exportJWK, type JWK, jwtVerify, SignJWT } from 'jose'
import { LRUCache } from 'lru-cache'
import type { Clock } from '../clock.ts'

const ALGORITHM = 'EdDSA'
const TYPE = 'at+jwt' // RFC 9068
const MAX_CACHED = 10_000
/** So far ahead another node's clock may be. A token from further ahead was made while a clock was wrong, and would live too long. */
const SKEW_MS = 60_000
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex') // RFC 8410: the header before the 32-byte seed

export type AccessClaims = { readonly userId: string; readonly sessionId: string }

type Verified = { readonly claims: AccessClaims; readonly from: number; readonly until: number }

export type Signer = {
  readonly kid: string
  readonly algorithm: 'EdDSA'
  readonly publicKey: KeyObject
  readonly sign: (bytes: Uint8Array) => Uint8Array
}

const ed25519FromSeed = (seed: Buffer): KeyObject =>
  createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, seed]), format: 'der', type: 'pkcs8' })

/** Access tokens: short-lived JWTs signed with Ed25519; other services verify them with the public key alone. */
export class AccessTokens {
  readonly #issuer: string
  readonly #clock: Clock
  readonly #private: KeyObject
  readonly #public: KeyObject
  readonly #kid: string
  readonly #lifetime: number
  // A checked signature stays checked; what is looked at anew each time is the time, and (elsewhere) the session.
  readonly #verified = new LRUCache<string, Verified>({ max: MAX_CACHED })

  constructor(signingKey: Buffer, issuer: string, clock: Clock, lifetimeSeconds: number) {
    this.#issuer = issuer
    this.#clock = clock
    this.#lifetime = lifetimeSeconds
    const seed = Buffer.from(hkdfSync('sha256', signingKey, Buffer.alloc(0), 'latchkey access tokens', 32))
    this.#private = ed25519FromSeed(seed)
    this.#public = createPublicKey(this.#private)
    const spki = this.#public.export({ format: 'der', type: 'spki' })
    this.#kid = createHash('sha256').update(spki).digest('base64url').slice(0, 16)
  }

  async issue({
    userId,
    sessionId,
    roles,
  }: AccessClaims & { readonly roles: readonly string[] }): Promise<{ token: string; expiresIn: number }> {
    const issuedAt = Math.floor(Date.parse(this.#clock()) / 1000)
    const token = await new SignJWT({ sid: sessionId, roles: [...roles] })
      .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid: this.#kid })
      .setIssuer(this.#issuer)
      .setAudience(this.#issuer)
      .setSubject(userId)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + this.#lifetime)
      .sign(this.#private)
    return { token, expiresIn: this.#lifetime }
  }

  /** RFC 8725: one algorithm, our own key only, type, issuer and audience checked. */
  async read(token: string): Promise<AccessClaims | 'token_expired' | 'token_invalid'> {
    const now = Date.parse(this.#clock())
    const known = this.#verified.get(token)
    if (known && known.from > now) return 'token_invalid'
    if (known) return known.until > now ? known.claims : 'token_expired'
    try {
      const { payload, protectedHeader } = await jwtVerify(token, this.#public, {
        algorithms: [ALGORITHM],
        typ: TYPE,
        issuer: this.#issuer,
        audience: this.#issuer,
        currentDate: new Date(now),
        requiredClaims: ['sub', 'sid', 'iat', 'exp'],
      })
      const { sub, iat, exp } = payload
      const sid = payload['sid']
      if (protectedHeader.kid !== this.#kid) return 'token_invalid'
      if (sub === undefined || iat === undefined || exp === undefined || typeof sid !== 'string')
        return 'token_invalid'
      const claims = { userId: sub, sessionId: sid }
      const from = iat * 1000 - SKEW_MS
      if (from > now) return 'token_invalid'
      this.#verified.set(token, { claims, from, until: exp * 1000 })
      return claims
    } catch (error) {
      if (error instanceof errors.JWTExpired) return 'token_expired'
      if (error instanceof errors.JOSEError) return 'token_invalid'
      throw error
    }
  }

  /** The same key for what else is signed in our name (ID tokens): the private half does not leave this class. */
  get signer(): Signer {
    return {
      kid: this.#kid,
      algorithm: ALGORITHM,
      publicKey: this.#public,
      sign: (bytes) => sign(null, bytes, this.#private),
    }
  }

  /** The public keys (RFC 7517) that other services verify our tokens with. */
  async jwks(): Promise<{ keys: JWK[] }> {
    const key = await exportJWK(this.#public)
    return { keys: [{ ...key, kid: this.#kid, alg: ALGORITHM, use: 'sig' }] }
  }
}
