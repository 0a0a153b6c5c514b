import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto'
import { deriveKey, type RootSecret, type RootSecrets } from './root-secret.ts'

const keyOf = (root: RootSecret): KeyObject => createSecretKey(deriveKey(root, 'signatures'))

/** Keyed digests for forms and cookies: proof that we made a text, for one purpose only. */
export class Signatures {
  readonly #keys: readonly [KeyObject, ...KeyObject[]]

  constructor([newest, ...older]: RootSecrets) {
    this.#keys = [keyOf(newest), ...older.map(keyOf)]
  }

  sign(purpose: string, text: string): string {
    return this.#mac(this.#keys[0], purpose, text)
  }

  /** Compares the signatures' texts: their bytes could be spelt in several ways. */
  verify(purpose: string, text: string, signature: string): boolean {
    const given = Buffer.from(signature)
    return this.#keys
      .map((key) => Buffer.from(this.#mac(key, purpose, text)))
      .some((expected) => expected.length === given.length && timingSafeEqual(expected, given))
  }

  #mac(key: KeyObject, purpose: string, text: string): string {
    return createHmac('sha256', key).update(`${purpose}\n${text}`).digest('base64url')
  }
}
