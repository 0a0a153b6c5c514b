import { createHmac, timingSafeEqual } from 'node:crypto'
import { deriveKey, type RootSecrets } from './root-secret.ts'

/** What a token is good for is bound into it: a sign-in link can't redeem an invite. */
export type Purpose =
  | 'invite'
  | 'sign-in'
  | 'refresh'
  | 'verification'
  | 'registration'
  | 'password-reset'
  | 'client-secret'

const ROOT_ID_BYTES = 4
const MAC_BYTES = 32
const ULID_LENGTH = 26
const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/

/**
 * One-time links and refresh tokens: derived from the root secret and an id whenever needed, stored nowhere.
 * A token is base64url(root id, id, generation, HMAC-SHA-256 over purpose, id and generation): 256 bits that
 * nobody can guess, and the id in front so that it needs no look-up table.
 */
export class DerivedTokens {
  readonly #keys: ReadonlyMap<string, Buffer>
  readonly #current: string

  constructor(roots: RootSecrets) {
    this.#keys = new Map(roots.map((root) => [root.id, deriveKey(root, 'links')]))
    this.#current = roots[0].id
  }

  make(purpose: Purpose, id: string, generation = 0): string {
    const body = Buffer.alloc(ROOT_ID_BYTES + ULID_LENGTH + 4)
    body.write(this.#current, 0, 'hex')
    body.write(id, ROOT_ID_BYTES, 'latin1')
    body.writeUInt32BE(generation, ROOT_ID_BYTES + ULID_LENGTH)
    return Buffer.concat([body, this.#mac(this.#current, purpose, body)]).toString('base64url')
  }

  /** The id and generation a token was made for, or null for whatever this house did not make for this purpose. */
  read(purpose: Purpose, token: string): { readonly id: string; readonly generation: number } | null {
    const bytes = Buffer.from(token, 'base64url')
    const bodyLength = ROOT_ID_BYTES + ULID_LENGTH + 4
    const wellFormed = bytes.length === bodyLength + MAC_BYTES && bytes.toString('base64url') === token
    // A malformed token costs the same comparison as a forged one.
    const whole = wellFormed ? bytes : Buffer.alloc(bodyLength + MAC_BYTES)
    const body = whole.subarray(0, bodyLength)
    const rootId = body.toString('hex', 0, ROOT_ID_BYTES)
    const expected = this.#mac(this.#keys.has(rootId) ? rootId : this.#current, purpose, body)
    const genuine = timingSafeEqual(expected, whole.subarray(bodyLength))
    const id = body.toString('latin1', ROOT_ID_BYTES, ROOT_ID_BYTES + ULID_LENGTH)
    if (!wellFormed || !genuine || !this.#keys.has(rootId) || !ULID.test(id)) return null
    return { id, generation: body.readUInt32BE(ROOT_ID_BYTES + ULID_LENGTH) }
  }

  #mac(rootId: string, purpose: Purpose, body: Buffer): Buffer {
    const key = this.#keys.get(rootId)
    if (!key) throw new Error('unknown root secret')
    return createHmac('sha256', key).update(`${purpose}\n`).update(body).digest()
  }
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567' // RFC 4648
const FIRST_PASSWORD_LENGTH = 24 // 120 bits

/**
 * First passwords: made again from the credential's id when the mail is written and when one is checked, never
 * stored and never hashed. Older generations of the root secret still know the ones they made.
 */
export class FirstPasswords {
  readonly #keys: readonly Buffer[]

  constructor(roots: RootSecrets) {
    this.#keys = roots.map((root) => deriveKey(root, 'first passwords'))
  }

  make(credentialId: string): string {
    return this.#derive(this.#keys[0] ?? Buffer.alloc(0), credentialId)
  }

  matches(credentialId: string, password: string): boolean {
    const given = Buffer.from(password)
    return this.#keys
      .map((key) => Buffer.from(this.#derive(key, credentialId)))
      .some((expected) => expected.length === given.length && timingSafeEqual(expected, given))
  }

  #derive(key: Buffer, credentialId: string): string {
    const bytes = createHmac('sha256', key).update(credentialId).digest()
    return Array.from(bytes.subarray(0, FIRST_PASSWORD_LENGTH), (byte) => BASE32.charAt(byte % 32)).join('')
  }
}

const CODES = 1_000_000n

/** Six-digit codes: made again from the verification's id when the mail is written and when one is checked, never stored. */
export class VerificationCodes {
  readonly #keys: readonly Buffer[]

  constructor(roots: RootSecrets) {
    this.#keys = roots.map((root) => deriveKey(root, 'verification codes'))
  }

  make(verificationId: string): string {
    return this.#derive(this.#keys[0] ?? Buffer.alloc(0), verificationId)
  }

  matches(verificationId: string, code: string): boolean {
    const given = Buffer.from(code)
    return this.#keys
      .map((key) => Buffer.from(this.#derive(key, verificationId)))
      .some((expected) => expected.length === given.length && timingSafeEqual(expected, given))
  }

  #derive(key: Buffer, verificationId: string): string {
    const number = createHmac('sha256', key).update(verificationId).digest().readBigUInt64BE()
    return String(number % CODES).padStart(6, '0')
  }
}
