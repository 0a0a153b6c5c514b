import fc from 'fast-check'

/** Words that somebody has trusted too much before. */
const HOSTILE = [
  '',
  ' ',
  '\u0000',
  '%00',
  '\ud800',
  '\u202e\u2066',
  'a'.repeat(5000),
  'mi\u212Ae@example.org',
  'a@example.org,b@example.org',
  'a@example.org\r\nBcc: b@example.org',
  '2026-02-30T00:00:00.000Z',
  '9999-12-31T23:59:59.999Z',
  '-999999-01-01T00:00:00.000Z',
  '{{constructor}}',
  '{{#with this}}{{lookup . "constructor"}}{{/with}}',
  '<script>globalThis.pwned = 1</script>',
  'javascript:alert(1)',
  '//evil.example',
  '../../etc/passwd',
  '__proto__',
  'constructor',
  "'; drop table events; --",
  '=cmd()',
  '\u001b[31m',
  '[]',
  '-1',
  '1e309',
  '0x10',
] as const

const ODD_VALUES = [
  ...HOSTILE,
  null,
  true,
  -1,
  0,
  0.5,
  1e308,
  2 ** 53,
  [],
  ['a@example.org', 'b@example.org'],
  {},
  { toString: 1 },
] as const

/** Text of any kind: short and long, of any alphabet, halves of characters too. */
export const oddText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<string[]>(...HOSTILE) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 300 }) },
)

/** Any value that JSON can say, the nastier ones more often. */
export const odd: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: fc.jsonValue({ maxDepth: 4 }) },
  { weight: 4, arbitrary: fc.constantFrom<unknown[]>(...ODD_VALUES) },
  { weight: 1, arbitrary: oddText },
)

/** An example with one of its fields taken away, made odd, or joined by one that nobody asked for. */
export const altered = (example: unknown): fc.Arbitrary<unknown> => {
  if (typeof example !== 'object' || example === null) return odd
  return fc
    .record({
      name: fc.constantFrom(...Object.keys(example), 'role', 'roles', 'id', 'emailVerified', 'referrerId'),
      value: odd,
      drop: fc.boolean(),
    })
    .map(({ name, value, drop }) => {
      const rest = Object.entries(example).filter(([one]) => one !== name)
      return Object.fromEntries(drop ? rest : [...rest, [name, value]])
    })
}

const bytes = (...parts: readonly (string | number)[]): Uint8Array<ArrayBuffer> =>
  new Uint8Array(parts.flatMap((part) => (typeof part === 'string' ? [...Buffer.from(part)] : [part])))

/** Bodies that are no JSON, no UTF-8, cut off, doubled, very deep or poisonous. */
export const mangled: fc.Arbitrary<string | Uint8Array<ArrayBuffer>> = fc.oneof(
  fc.constantFrom<(string | Uint8Array<ArrayBuffer>)[]>(
    '',
    '{',
    '[[[[',
    '{"email":"a@example.org"',
    '{"a":1,"a":2}',
    '{"email":"a@example.org","email":"b@example.org","password":"x"}',
    '\u0000',
    '\ufeff{}',
    '{"__proto__":{"polluted":1}}',
    '{"constructor":{"prototype":{"polluted":1}}}',
    '{"\\u005f_proto__":{"polluted":1}}',
    `{"a":${'['.repeat(3000)}`,
    `${'['.repeat(8000)}${']'.repeat(8000)}`,
    `${'{"a":'.repeat(4000)}1${'}'.repeat(4000)}`,
    bytes('{"email":"', 0xff, 0xfe, '"}'),
    bytes('{"email":"', 0xc0, 0xaf, '"}'),
    bytes('{"email":"', 0xed, 0xa0, 0x80, '"}'),
  ),
  fc.uint8Array({ maxLength: 40 }).map((random) => new Uint8Array(random)),
)
