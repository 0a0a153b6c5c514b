import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { randomIds } from '../../../src/infrastructure/ids.ts'
import {
  DerivedTokens,
  FirstPasswords,
  type Purpose,
  VerificationCodes,
} from '../../../src/infrastructure/vault/derived-tokens.ts'
import { parseRootSecrets } from '../../../src/infrastructure/vault/root-secret.ts'
import { Signatures } from '../../../src/infrastructure/vault/signatures.ts'
import { ADA, BEN } from '../../support/controls.ts'
import { testClock } from '../../support/house.ts'

const OLD = 'the old root secret, long enough for all'
const NEW = 'the new root secret, long enough for all'
const roots = parseRootSecrets(OLD, 'SECRET')
const rotated = parseRootSecrets(`${NEW}\n${OLD}`, 'SECRET')
const replaced = parseRootSecrets(NEW, 'SECRET')

const PURPOSES: readonly Purpose[] = [
  'invite',
  'sign-in',
  'refresh',
  'verification',
  'registration',
  'password-reset',
  'client-secret',
]
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const anyUlid = fc.ulid()
const anyGeneration = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const anyPurpose = fc.constantFrom(...PURPOSES)

/** A text with one character replaced by another one. */
const altered = (text: string) =>
  fc
    .tuple(fc.nat({ max: text.length - 1 }), fc.constantFrom(...BASE64URL, '=', ' ', '+', '/', 'é'))
    .filter(([at, letter]) => text.charAt(at) !== letter)
    .map(([at, letter]) => text.slice(0, at) + letter + text.slice(at + 1))

describe('derived tokens', () => {
  const tokens = new DerivedTokens(roots)

  test('a token leads back to the id and generation it was made for, and is made the same again', () => {
    fc.assert(
      fc.property(anyPurpose, anyUlid, anyGeneration, (purpose, id, generation) => {
        const token = tokens.make(purpose, id, generation)
        expect(tokens.read(purpose, token)).toStrictEqual({ id, generation })
        expect(new DerivedTokens(roots).make(purpose, id, generation)).toBe(token)
      }),
    )
  })

  test('a token stands in a link as it is: letters, digits, dash and underscore', () => {
    expect(tokens.make('invite', BEN)).toMatch(/^[A-Za-z0-9_-]{88}$/)
  })

  test('T06 a token is good for its own purpose only', () => {
    fc.assert(
      fc.property(anyPurpose, anyPurpose, anyUlid, (made, asked, id) => {
        fc.pre(made !== asked)
        expect(tokens.read(asked, tokens.make(made, id))).toBeNull()
      }),
    )
  })

  test('every altered character is refused', () => {
    const token = tokens.make('invite', BEN)
    for (let at = 0; at < token.length; at++) {
      for (const letter of BASE64URL) {
        const forged = token.slice(0, at) + letter + token.slice(at + 1)
        if (forged !== token) expect(tokens.read('invite', forged)).toBeNull()
      }
    }
    fc.assert(
      fc.property(altered(token), (forged) => {
        expect(tokens.read('invite', forged)).toBeNull()
      }),
    )
  })

  test('T06 what is cut, doubled, padded, wrapped or no token at all is refused', () => {
    const token = tokens.make('invite', BEN)
    const forged = [
      ...Array.from({ length: token.length }, (_, length) => token.slice(0, length)),
      '',
      ' ',
      'null',
      'undefined',
      '[]',
      '{}',
      '0',
      '\u0000',
      'é'.repeat(88),
      `${token}=`,
      `${token}A`,
      `A${token}`,
      ` ${token}`,
      `${token}\n`,
      `${token},${token}`,
      `${token}${token}`,
      `["${token}"]`,
      token.toLowerCase(),
      token.toUpperCase(),
    ]
    for (const text of forged) expect([text, tokens.read('invite', text)]).toStrictEqual([text, null])
  })

  test('arbitrary text is no token and harms nobody', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.base64String({ minLength: 80, maxLength: 96 })),
        (text) => tokens.read('invite', text) === null,
      ),
    )
  })

  test('another id or another generation has another signature', () => {
    const body = (token: string) => Buffer.from(token, 'base64url').subarray(0, 34)
    const mac = (token: string) => Buffer.from(token, 'base64url').subarray(34)
    const [ada, ben, next] = [
      tokens.make('refresh', ADA),
      tokens.make('refresh', BEN),
      tokens.make('refresh', BEN, 1),
    ]
    for (const [front, back] of [
      [ada, ben],
      [ben, next],
      [next, ben],
    ] as const) {
      const spliced = Buffer.concat([body(front), mac(back)]).toString('base64url')
      expect(tokens.read('refresh', spliced)).toBeNull()
    }
  })

  test('S0-23, T01 20,000 tokens are all distinct, and every byte of their signatures takes every value', () => {
    const ids = randomIds(testClock())
    const made = Array.from({ length: 20_000 }, () => tokens.make('invite', ids()))
    expect(new Set(made).size).toBe(20_000)
    for (let at = 34; at < 66; at++) {
      expect(new Set(made.map((token) => Buffer.from(token, 'base64url')[at])).size).toBe(256)
    }
  })

  test('an older generation of the root secret still reads what it made; a replaced one reads nothing', () => {
    const token = tokens.make('invite', BEN)
    expect(new DerivedTokens(rotated).read('invite', token)).toStrictEqual({ id: BEN, generation: 0 })
    expect(new DerivedTokens(rotated).make('invite', BEN)).toBe(
      new DerivedTokens(replaced).make('invite', BEN),
    )
    expect(new DerivedTokens(replaced).read('invite', token)).toBeNull()
    expect(tokens.read('invite', new DerivedTokens(replaced).make('invite', BEN))).toBeNull()
  })
})

describe('first passwords', () => {
  const passwords = new FirstPasswords(roots)

  test('S0-15, C-8 they are 20 or more base32 letters, the same each time for a credential', () => {
    fc.assert(
      fc.property(anyUlid, (id) => {
        const password = passwords.make(id)
        expect(password).toMatch(/^[A-Z2-7]{20,}$/)
        expect(new FirstPasswords(roots).make(id)).toBe(password)
        expect(passwords.matches(id, password)).toBe(true)
      }),
    )
  })

  test('5,000 credentials have 5,000 passwords, in which every letter stands about as often', () => {
    const ids = randomIds(testClock())
    const made = Array.from({ length: 5000 }, () => passwords.make(ids()))
    expect(new Set(made).size).toBe(5000)
    const counts = new Map<string, number>()
    for (const letter of made.join('')) counts.set(letter, (counts.get(letter) ?? 0) + 1)
    const expected = made.join('').length / 32
    expect(counts.size).toBe(32)
    for (const count of counts.values()) expect(Math.abs(count - expected) / expected).toBeLessThan(0.15)
  })

  test('an altered, cut or foreign password matches nothing', () => {
    const password = passwords.make(BEN)
    fc.assert(
      fc.property(altered(password), (wrong) => {
        expect(passwords.matches(BEN, wrong)).toBe(false)
      }),
    )
    for (const wrong of [
      '',
      password.slice(1),
      `${password}A`,
      password.toLowerCase(),
      passwords.make(ADA),
    ]) {
      expect(passwords.matches(BEN, wrong)).toBe(false)
    }
  })

  test('an older generation of the root secret still knows the ones it made', () => {
    const password = passwords.make(BEN)
    expect(new FirstPasswords(rotated).matches(BEN, password)).toBe(true)
    expect(new FirstPasswords(rotated).make(BEN)).not.toBe(password)
    expect(new FirstPasswords(replaced).matches(BEN, password)).toBe(false)
  })
})

describe('verification codes', () => {
  const codes = new VerificationCodes(roots)

  test('S2-20, S4-8: a code is six digits, the same each time for a verification', () => {
    fc.assert(
      fc.property(anyUlid, (id) => {
        const code = codes.make(id)
        expect(code).toMatch(/^\d{6}$/)
        expect(new VerificationCodes(roots).make(id)).toBe(code)
        expect(codes.matches(id, code)).toBe(true)
      }),
    )
  })

  test('T16: every digit stands about as often in every place, the first included', () => {
    const ids = randomIds(testClock())
    const made = Array.from({ length: 20_000 }, () => codes.make(ids()))
    for (let at = 0; at < 6; at++) {
      const counts = new Map<string, number>()
      for (const code of made) counts.set(code.charAt(at), (counts.get(code.charAt(at)) ?? 0) + 1)
      expect(counts.size).toBe(10)
      for (const count of counts.values()) expect(Math.abs(count - 2000)).toBeLessThan(300)
    }
  })

  test('T16: codes of different verifications have nothing to do with each other', () => {
    const ids = randomIds(testClock())
    const made = Array.from({ length: 2000 }, () => codes.make(ids()))
    // Of a million, 2,000 drawn by chance are all but about two different ones.
    expect(new Set(made).size).toBeGreaterThan(1980)
    expect(codes.make(ADA)).not.toBe(codes.make(BEN))
    expect(codes.matches(BEN, codes.make(ADA))).toBe(false)
  })

  test('S2-23: an altered, cut, longer or foreign code matches nothing, and throws nothing', () => {
    const code = codes.make(BEN)
    fc.assert(
      fc.property(fc.oneof(altered(code), fc.string()), (wrong) => {
        expect(codes.matches(BEN, wrong)).toBe(wrong === code)
      }),
    )
    const wideDigits = code.replaceAll(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)))
    for (const wrong of ['', code.slice(1), `0${code}`, `${code}0`, ` ${code}`, `${code}\n`, wideDigits]) {
      expect(codes.matches(BEN, wrong)).toBe(false)
    }
  })

  test('an older generation of the root secret still knows the ones it made; a replaced one knows none', () => {
    const code = codes.make(BEN)
    expect(new VerificationCodes(rotated).matches(BEN, code)).toBe(true)
    expect(new VerificationCodes(rotated).make(BEN)).toBe(new VerificationCodes(replaced).make(BEN))
    expect(new VerificationCodes(rotated).make(BEN)).not.toBe(code)
    expect(new VerificationCodes(replaced).matches(BEN, code)).toBe(false)
  })
})

describe('signatures', () => {
  const signatures = new Signatures(roots)

  test('a signature proves its text and purpose, and nothing else', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (text, other, purpose) => {
        const signature = signatures.sign('csrf', text)
        expect(signatures.verify('csrf', text, signature)).toBe(true)
        expect(signatures.verify('csrf', other, signature)).toBe(other === text)
        expect(signatures.verify(purpose, text, signature)).toBe(purpose === 'csrf')
      }),
    )
  })

  test('every altered character is refused', () => {
    const signature = signatures.sign('csrf', 'a form')
    for (let at = 0; at < signature.length; at++) {
      for (const letter of BASE64URL) {
        const forged = signature.slice(0, at) + letter + signature.slice(at + 1)
        if (forged !== signature)
          expect([forged, signatures.verify('csrf', 'a form', forged)]).toStrictEqual([forged, false])
      }
    }
    for (const forged of [
      '',
      signature.slice(1),
      `${signature}=`,
      `${signature}A`,
      ` ${signature}`,
      `${signature}!`,
    ]) {
      expect([forged, signatures.verify('csrf', 'a form', forged)]).toStrictEqual([forged, false])
    }
  })

  test('an older generation of the root secret still vouches for what it signed', () => {
    const signature = signatures.sign('csrf', 'a form')
    expect(new Signatures(rotated).verify('csrf', 'a form', signature)).toBe(true)
    expect(new Signatures(replaced).verify('csrf', 'a form', signature)).toBe(false)
  })
})
