import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { open, seal } from '../../../src/infrastructure/vault/box.ts'
import { SubjectKeys } from '../../../src/infrastructure/vault/subject-keys.ts'
import { ADA, BEN } from '../../support/controls.ts'

const key = Buffer.alloc(32, 3)

describe('a sealed box', () => {
  test('gives back what was put in, whatever it is', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.string(), fc.string(), (bytes, text, context) => {
        const plain = Buffer.from(bytes)
        expect(open(key, seal(key, plain, context), context)).toStrictEqual(plain)
        expect(open(key, seal(key, text, context), context)).toStrictEqual(Buffer.from(text))
      }),
    )
  })

  test('opens with its own key and context only', () => {
    const box = seal(key, 'Ada', 'context')
    expect(() => open(key, box, 'Context')).toThrow()
    expect(() => open(Buffer.alloc(32, 4), box, 'context')).toThrow()
  })

  test('does not open when a single bit is turned, or a byte is missing', () => {
    const bytes = Buffer.from(seal(key, 'Ada', 'context'), 'base64url')
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const turned = Buffer.from(bytes)
      turned.writeUInt8(turned.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      expect(() => open(key, turned.toString('base64url'), 'context')).toThrow()
    }
    for (let length = 0; length < bytes.length; length++) {
      expect(() => open(key, bytes.subarray(0, length).toString('base64url'), 'context')).toThrow()
    }
  })

  test('never looks like another one: 5,000 boxes have 5,000 nonces', () => {
    const nonces = Array.from({ length: 5000 }, () => seal(key, 'Ada', 'context').slice(0, 16))
    expect(new Set(nonces).size).toBe(5000)
  })
})

describe('subject keys', () => {
  test('each subject has its own, and a wrapped one opens for nobody else', () => {
    const keys = new SubjectKeys(key)
    const made = Array.from({ length: 300 }, () => keys.create(`user:${BEN}`))
    expect(new Set(made.map((one) => one.key.toString('hex'))).size).toBe(300)
    for (const one of made) expect(keys.unwrap(`user:${BEN}`, one.wrapped)).toStrictEqual(one.key)
    const [first] = made
    expect(() => keys.unwrap(`user:${ADA}`, first?.wrapped ?? '')).toThrow()
    expect(() => keys.unwrap(`invite:${BEN}`, first?.wrapped ?? '')).toThrow()
    expect(() => new SubjectKeys(Buffer.alloc(32, 4)).unwrap(`user:${BEN}`, first?.wrapped ?? '')).toThrow()
  })

  test('are remembered until they are forgotten', () => {
    const keys = new SubjectKeys(key)
    const { key: made } = keys.create(`user:${BEN}`)
    expect(keys.cached(`user:${BEN}`)).toBeUndefined()
    keys.remember(`user:${BEN}`, made)
    expect(keys.cached(`user:${BEN}`)).toStrictEqual(made)
    keys.forget(`user:${BEN}`)
    expect(keys.cached(`user:${BEN}`)).toBeUndefined()
  })
})
