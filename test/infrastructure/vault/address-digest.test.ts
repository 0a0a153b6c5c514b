import { createHash, createHmac } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addressDigest } from '../../../src/infrastructure/vault/address-digest.ts'

const key = Buffer.alloc(32, 1)

test('an address is known again by its digest under the house’s own key, however often it is asked for', () => {
  const digest = addressDigest(key)
  fc.assert(
    fc.property(fc.string(), (text) => {
      const expected = createHmac('sha256', key).update(text).digest('base64url')
      expect([digest(text), digest(text)]).toStrictEqual([expected, expected])
    }),
  )
})

test('whoever has the digests but not the key can’t find an address by trying', () => {
  const tag = 'email:ada@example.org'
  const digest = addressDigest(key)(tag)
  expect(addressDigest(Buffer.alloc(32, 2))(tag)).not.toBe(digest)
  expect(createHash('sha256').update(tag).digest('base64url')).not.toBe(digest)
})
