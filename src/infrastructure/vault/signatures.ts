import { createHmac, timingSafeEqual } from 'node:crypto'
import { deriveKey, type RootSecrets } from './root-secret.ts'

/** Keyed digests for forms and cookies: proof that we made a text, for one purpose only. */
export class Signatures {
  readonly #keys: readonly Buffer[]

  constructor(roots: RootSecrets) {
    this.#keys = roots.map((root) => deriveKey(root, 'signatures'))
  }

  sign(purpose: string, text: string): string {
    return this.#mac(this.#keys[0] ?? Buffer.alloc(0), purpose, text)
  }

  /** Compares the signatures' texts: their bytes could be spelt in several ways. */
  verify(purpose: string, text: string, signature: string): boolean {
    const given = Buffer.from(signature)
    return this.#keys
      .map((key) => Buffer.from(this.#mac(key, purpose, text)))
      .some((expected) => expected.length === given.length && timingSafeEqual(expected, given))
  }

  #mac(key: Buffer, purpose: string, text: string): string {
    return createHmac('sha256', key).update(`${purpose}\n${text}`).digest('base64url')
  }
}
