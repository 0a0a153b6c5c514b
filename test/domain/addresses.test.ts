import { describe, expect, test } from 'vitest'
import { addressSchema, canonicalAddress, maskAddress } from '../../src/domain/address.ts'

const LONG_LOCAL = 'l'.repeat(64)
const LONG_DOMAIN = `${'d'.repeat(62)}.${'d'.repeat(62)}.${'d'.repeat(59)}.org`

describe('T28 one person, one spelling', () => {
  test.each([
    ['as it is', 'ben@example.org', 'ben@example.org'],
    ['in capitals', 'Ben@EXAMPLE.Org', 'ben@example.org'],
    ['with a plus: an address of its own', 'ben+news@example.org', 'ben+news@example.org'],
    ['with dots: an address of its own', 'b.e.n@example.org', 'b.e.n@example.org'],
    [
      'with every sign that needs no quotes',
      `!#$%&'*+/=?^_\`{|}~-@example.org`,
      `!#$%&'*+/=?^_\`{|}~-@example.org`,
    ],
    ['on this machine', 'admin@localhost', 'admin@localhost'],
    ['on this machine in capitals', 'admin@LOCALHOST', 'admin@localhost'],
    ['in a deep domain', 'ben@a.b.c.d.example.org', 'ben@a.b.c.d.example.org'],
    ['in a domain of figures', 'ben@1and1.1.org', 'ben@1and1.1.org'],
    ['in Cyrillic', 'ben@пример.рф', 'ben@xn--e1afmkfd.xn--p1ai'],
    ['in Cyrillic capitals', 'ben@ПРИМЕР.РФ', 'ben@xn--e1afmkfd.xn--p1ai'],
    ['in Cyrillic, spelled in ASCII', 'ben@XN--E1AFMKFD.xn--p1ai', 'ben@xn--e1afmkfd.xn--p1ai'],
    ['in Japanese', 'ben@例え.テスト', 'ben@xn--r8jz45g.xn--zckzah'],
    ['in Japanese with its own full stop', 'ben@例え。テスト', 'ben@xn--r8jz45g.xn--zckzah'],
    ['with ß, which is not ss', 'ben@straße.de', 'ben@xn--strae-oqa.de'],
    ['with the capital ẞ', 'ben@STRAẞE.de', 'ben@xn--strae-oqa.de'],
    ['with an accent in one character', 'ben@caf\u00E9.fr', 'ben@xn--caf-dma.fr'],
    ['with an accent in two characters', 'ben@cafe\u0301.fr', 'ben@xn--caf-dma.fr'],
    ['with the Kelvin sign, which is a K', 'ben@\u212Aelvin.org', 'ben@kelvin.org'],
    ['with the Ångström sign, which is an Å', 'ben@\u212Bngstrom.se', 'ben@xn--ngstrom-dxa.se'],
    ['with İ, which is not I', 'ben@\u0130stanbul.tr', 'ben@xn--istanbul-o0e.tr'],
    ['with Greek capitals, as browsers lower them', 'ben@x.ΣΑΣ', 'ben@x.xn--mxa9ab'],
    ['as long as can be', `${LONG_LOCAL}@${LONG_DOMAIN}`, `${LONG_LOCAL}@${LONG_DOMAIN}`],
  ])('%s', (_, input, canonical) => expect(canonicalAddress(input)).toBe(canonical))

  test('ß and ss, İ and I, look-alikes of two alphabets: different domains stay different people', () => {
    for (const [one, other] of [
      ['ben@straße.de', 'ben@strasse.de'],
      ['ben@\u0130stanbul.tr', 'ben@istanbul.tr'],
      ['ben@раураl.com', 'ben@paypal.com'], // Cyrillic р, а, у
      ['ben+a@example.org', 'ben+b@example.org'],
      ['ben+a@example.org', 'ben@example.org'],
    ] as const) {
      expect(canonicalAddress(one)).not.toBeNull()
      expect(canonicalAddress(one)).not.toBe(canonicalAddress(other))
    }
  })
})

describe('T28 what is no address', () => {
  test.each([
    ['nothing', ''],
    ['a word', 'ben'],
    ['no local part', '@example.org'],
    ['no domain', 'ben@'],
    ['a domain of one label', 'ben@example'],
    ['a top-level domain of one letter', 'ben@example.o'],
    ['a top-level domain that begins with a figure', 'ben@example.1a'],
    ['two @', 'ben@home@example.org'],
    ['a full-width ＠', 'ben＠example.org'],
    ['full-width letters', 'ben@ｅｘａｍｐｌｅ.org'],
    ['a full-width dot', 'ben@example．org'],
    ['a half-width Japanese full stop', 'ben@example｡org'],
    ['mathematical letters', 'ben@\u{1D41E}xample.org'],
    ['a ligature', 'ben@ﬁsh.org'],
    ['the Kelvin sign in the local part', '\u212Aelvin@example.org'],
    ['a long ſ in the local part', 'be\u017Ft@example.org'],
    ['letters of another alphabet in the local part', 'бен@example.org'],
    ['a quoted local part', '"ben"@example.org'],
    ['quotes around spaces', '"b en"@example.org'],
    ['a comment', 'ben(home)@example.org'],
    ['a display name', 'Ben <ben@example.org>'],
    ['angle brackets', '<ben@example.org>'],
    ['two addresses', 'ben@example.org,eve@example.org'],
    ['a second receiver smuggled in (T27)', 'ben@example.org>,<eve@example.com'],
    ['a semicolon', 'ben@example.org;eve@example.org'],
    ['a dot at the beginning', '.ben@example.org'],
    ['a dot at the end', 'ben.@example.org'],
    ['two dots', 'b..en@example.org'],
    ['a domain with two dots', 'ben@example..org'],
    ['a domain that ends with a dot', 'ben@example.org.'],
    ['a domain that begins with a dot', 'ben@.example.org'],
    ['a label that begins with a hyphen', 'ben@-example.org'],
    ['a label that ends with a hyphen', 'ben@example-.org'],
    ['an underscore', 'ben@ex_ample.org'],
    ['a number for a host', 'ben@2130706433'],
    ['an IPv4 address', 'ben@127.0.0.1'],
    ['an IPv4 address in hexadecimal', 'ben@0x7f.1'],
    ['an IP literal', 'ben@[127.0.0.1]'],
    ['an IPv6 literal', 'ben@[::1]'],
    ['spaces around it', ' ben@example.org '],
    ['a space in the domain', 'ben@exam ple.org'],
    ['a no-break space', 'ben@exam\u00A0ple.org'],
    ['a line break after it', 'ben@example.org\n'],
    ['a line break in it', 'ben@exam\r\nple.org'],
    ['a header after a line break', 'ben@example.org\r\nBcc: eve@example.org'],
    ['a tab', 'ben@exam\tple.org'],
    ['a NUL', 'ben@exam\0ple.org'],
    ['a soft hyphen', 'ben@exam\u00ADple.org'],
    ['a zero-width space', 'ben@exam\u200Bple.org'],
    ['a zero-width joiner', 'ben@exam\u200Dple.org'],
    ['a byte order mark', 'ben@exam\uFEFFple.org'],
    ['a variation selector', 'ben@exam\uFE0Fple.org'],
    ['a text direction', 'ben@\u202Eelpmaxe.org'],
    ['half a character', 'ben@example\uD800.org'],
    ['a port', 'ben@example.org:25'],
    ['the default port', 'ben@example.org:80'],
    ['an empty port', 'ben@example.org:'],
    ['a path', 'ben@example.org/path'],
    ['a slash', 'ben@example.org/'],
    ['a backslash', 'ben@example.org\\'],
    ['a query', 'ben@example.org?subject=x'],
    ['a fragment', 'ben@example.org#x'],
    ['letters in percent', 'ben@ex%61mple.org'],
    ['a broken punycode label', 'ben@xn--.org'],
    ['a local part of 65', `${LONG_LOCAL}l@example.org`],
    ['a label of 64', `ben@${'d'.repeat(64)}.org`],
    ['255 characters', `${LONG_LOCAL}@d${LONG_DOMAIN}`],
    [
      'more than 254 as it is typed, if fewer in ASCII',
      `${LONG_LOCAL}@${`${'e\u0301'.repeat(30)}.`.repeat(4)}org`,
    ],
    [
      'a domain too long once it is ASCII',
      `${LONG_LOCAL}@${'д'.repeat(50)}.${'д'.repeat(50)}.${'д'.repeat(50)}.${'д'.repeat(30)}.рф`,
    ],
  ])('%s', (_, input) => expect(canonicalAddress(input)).toBeNull())
})

describe('addressSchema', () => {
  test('trims what people paste', () =>
    expect(addressSchema.parse('  Ben@Example.org\n')).toBe('ben@example.org'))
  test.each([
    ['S0-22 a missing one', '', 'address_missing'],
    ['S0-22 only spaces', '   ', 'address_missing'],
    ['S0-22 a malformed one', 'bb@bb', 'address_malformed'],
    ['S0-22 an over-long one', `${'l'.repeat(250)}@x.org`, 'address_too_long'],
  ])('%s is named for what it is', (_, input, message) =>
    expect(addressSchema.safeParse(input).error?.issues.map((issue) => issue.message)).toStrictEqual([
      message,
    ]),
  )
  test.each([[null], [undefined], [1], [['ben@example.org']], [{}]])('%j is no text', (input) =>
    expect(addressSchema.safeParse(input).success).toBe(false),
  )
})

describe('maskAddress', () => {
  test.each([
    ['ada.lovelace@example.org', 'a•••e@example.org'],
    ['clara@example.org', 'c•••a@example.org'],
    ['anna@example.org', 'a•••@example.org'],
    ['ada@example.org', 'a•••@example.org'],
    ['al@example.org', '•••@example.org'],
    ['a@localhost', '•••@localhost'],
    ['', '•••'],
  ])('%s is shown as %s', (address, masked) => expect(maskAddress(address)).toBe(masked))
})
