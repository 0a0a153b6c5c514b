import { createHmac } from 'node:crypto'
import { deriveKey, type RootSecrets } from './root-secret.ts'

const PREFIX = 'whsec_'

/**
 * Signing secrets of webhooks (Standard Webhooks, symmetric): derived from the root secret and an id whenever needed,
 * stored nowhere. Older generations of the root secret sign as well, so that receivers need not notice a new one.
 */
export class WebhookSecrets {
  readonly #keys: readonly Buffer[]

  constructor(roots: RootSecrets) {
    this.#keys = roots.map((root) => deriveKey(root, 'webhook secrets'))
  }

  /** As its owner keeps it. */
  make(secretId: string): string {
    return `${PREFIX}${this.#derive(this.#keys[0] ?? Buffer.alloc(0), secretId).toString('base64')}`
  }

  /** What `webhook-signature` says: one signature for each secret that is good now. */
  sign(secretIds: readonly string[], messageId: string, seconds: number, body: string): string {
    return secretIds
      .flatMap((secretId) => this.#keys.map((key) => this.#derive(key, secretId)))
      .map((secret) =>
        createHmac('sha256', secret).update(`${messageId}.${seconds}.${body}`).digest('base64'),
      )
      .map((signature) => `v1,${signature}`)
      .join(' ')
  }

  #derive(key: Buffer, secretId: string): Buffer {
    return createHmac('sha256', key).update(secretId).digest()
  }
}
