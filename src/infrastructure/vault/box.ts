import { createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto'

const NONCE_BYTES = 12
const TAG_BYTES = 16
const POOL_BYTES = 12 * 512

const pool = Buffer.alloc(POOL_BYTES)
let used = POOL_BYTES

const freshNonce = (): Buffer => {
  if (used === POOL_BYTES) {
    randomFillSync(pool)
    used = 0
  }
  used += NONCE_BYTES
  return pool.subarray(used - NONCE_BYTES, used)
}

/** AES-256-GCM with a random 96-bit nonce: base64url of nonce, ciphertext and tag. `context` is bound to it, not contained. */
export const seal = (key: Buffer, plain: string | Buffer, context: string): string => {
  const nonce = freshNonce()
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(Buffer.from(context))
  const body = typeof plain === 'string' ? cipher.update(plain, 'utf8') : cipher.update(plain)
  cipher.final()
  return Buffer.concat([nonce, body, cipher.getAuthTag()]).toString('base64url')
}

/** Opens what `seal` made; throws when key, context or a single bit differ. */
export const open = (key: Buffer, sealed: string, context: string): Buffer => {
  const bytes = Buffer.from(sealed, 'base64url')
  if (bytes.length < NONCE_BYTES + TAG_BYTES) throw new Error('sealed value is too short')
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  })
  decipher.setAAD(Buffer.from(context))
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
  return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()])
}
