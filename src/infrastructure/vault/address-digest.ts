import { createHmac } from 'node:crypto'
import { LRUCache } from 'lru-cache'

const MAX_CACHED = 2000

/** HMAC-SHA-256 of an address tag: a bare hash of an address could be guessed by hashing all likely ones. */
export const addressDigest = (key: Buffer): ((text: string) => string) => {
  const recent = new LRUCache<string, string>({ max: MAX_CACHED }) // a command asks for the same address several times
  return (text) => {
    const known = recent.get(text)
    if (known !== undefined) return known
    const digest = createHmac('sha256', key).update(text).digest('base64url')
    recent.set(text, digest)
    return digest
  }
}
