import { domainToUnicode } from 'node:url'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addressSchema, canonicalAddress, maskAddress } from '../../src/domain/address.ts'

const RUNS = Number(process.env['RUNS'] ?? 2000)
const SEED = process.env['SEED'] === undefined ? {} : { seed: Number(process.env['SEED']) }
const holds = <T>(values: fc.Arbitrary<T>, check: (value: T) => void) =>
  fc.assert(
    fc.property(values, (value) => {
      check(value)
    }),
    { numRuns: RUNS, ...SEED },
  )

// Signs that have fooled an address parser somewhere.
const TRICKS = [
  ...'aAzZ09.-_+@%:/\\?#,;<>()[]"\'` \t\r\n\0',
  ...'KİıßẞſéσςΣжЖ例。．｡＠ａﬁ',
  '\u00AD',
  '\u200B',
  '\u200D',
  '\u202E',
  '\u0301',
  '\uFE0F',
  '\uFEFF',
  '\uD800',
  '\u{1D41A}',
  'xn--',
  '%61',
  ':80',
  '.org',
]
const tricky = fc
  .array(fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...'abz19-.') }, fc.constantFrom(...TRICKS)), {
    maxLength: 12,
  })
  .map((parts) => parts.join(''))
const atom = fc.string({ unit: fc.constantFrom(...'abz019+_-AZ'), minLength: 1, maxLength: 12 })
const label = fc.string({ unit: fc.constantFrom(...'abz019é例жßБ'), minLength: 1, maxLength: 8 })
const proper = fc
  .tuple(fc.array(atom, { minLength: 1, maxLength: 3 }), fc.array(label, { minLength: 1, maxLength: 3 }))
  .map(([local, domain]) => `${local.join('.')}@${domain.join('.')}.org`)
const anyText = fc.oneof(
  proper,
  fc.tuple(tricky, tricky, fc.constantFrom('', '.org', '.рф')).map(([l, d, tld]) => `${l}@${d}${tld}`),
  fc.tuple(atom, tricky).map(([l, d]) => `${l}@exam${d}ple.org`),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }).map((domain) => `ben@${domain}.org`),
)
const accepted = (check: (canonical: string, input: string) => void) => {
  let occasions = 0
  holds(anyText, (input) => {
    const canonical = canonicalAddress(input)
    if (canonical === null) return
    occasions++
    check(canonical, input)
  })
  expect(occasions).toBeGreaterThan(RUNS / 10)
}

describe('canonicalAddress', () => {
  test('the canonical form of a canonical form is itself', () =>
    accepted((canonical) => expect(canonicalAddress(canonical)).toBe(canonical)))

  test('is printable ASCII in lower case with one @, and nothing that a mail header could take for something else', () =>
    accepted((canonical) => {
      expect(canonical).toMatch(/^[a-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[a-z0-9.-]{4,}$/)
      expect(canonical.length).toBeLessThanOrEqual(254)
    }))

  test('drops nothing, decodes nothing, adds nothing: what is typed in ASCII is the address, but for its case', () =>
    accepted((canonical, input) => {
      if (/^[\0-\x7F]*$/.test(input)) expect(canonical).toBe(input.toLowerCase())
    }))

  test('says the same as the domain that was typed, in the alphabet it was typed in', () =>
    holds(proper, (input) => {
      const canonical = canonicalAddress(input)
      if (canonical === null) return
      const typed = input.slice(input.indexOf('@') + 1).toLowerCase()
      expect(domainToUnicode(canonical.slice(canonical.indexOf('@') + 1))).toBe(typed)
    }))

  test('takes capitals, and accents in one character or two, for the same address', () =>
    holds(proper, (input) => {
      const canonical = canonicalAddress(input)
      expect(canonicalAddress(input.normalize('NFD'))).toBe(canonical)
      expect(canonicalAddress(input.replaceAll(/[a-zéжб]/g, (letter) => letter.toUpperCase()))).toBe(
        canonical,
      )
    }))

  test('keeps local parts apart: no dots and no plus are taken away', () =>
    holds(fc.tuple(atom, atom), ([one, other]) => {
      const same = one.toLowerCase() === other.toLowerCase()
      expect(canonicalAddress(`${one}@x.org`) === canonicalAddress(`${other}@x.org`)).toBe(same)
    }))

  test('is what the schema answers, once the spaces around are gone', () =>
    holds(anyText, (input) => {
      const parsed = addressSchema.safeParse(` ${input}\n`)
      expect(parsed.success ? parsed.data : null).toBe(canonicalAddress(input.trim()))
    }))
})

describe('maskAddress', () => {
  const canonical = proper.map(canonicalAddress).filter((address) => address !== null)

  test('shows the domain, and less than half of who it is', () =>
    holds(canonical, (address) => {
      const [local = '', domain = ''] = address.split('@')
      const [shown = '', shownDomain] = maskAddress(address).split('@')
      const [first = '', last = ''] = shown.split('•••')
      expect(shownDomain).toBe(domain)
      expect(local.startsWith(first) && local.endsWith(last)).toBe(true)
      expect((first.length + last.length) * 2).toBeLessThan(local.length)
    }))

  test('does not tell how long it is', () =>
    holds(fc.tuple(atom, atom), ([one, other]) =>
      expect(maskAddress(`a${one}long${other}z@x.org`)).toBe('a•••z@x.org'),
    ))
})
