import { expect, test } from 'vitest'
import { readImportLine } from '../../../src/domain/invites/import-line.ts'
import { linesOf, UnreadableList } from '../../../src/infrastructure/imports/lines.ts'

const NOW = '2026-03-01T09:00:00.000Z'

const cells = async (...parts: readonly Uint8Array[]) => {
  const found = []
  for await (const {
    line,
    cells: { email, role, locale, expiry },
  } of linesOf(parts)) {
    found.push([line, email, role, locale, expiry])
  }
  return found
}
const utf8 = (text: string) => new TextEncoder().encode(text)
const utf16 = (text: string) => new Uint8Array(Buffer.from(`\uFEFF${text}`, 'utf16le'))
/** Cyrillic letters and ASCII as Windows-1251 has them. */
const windows1251 = (text: string) =>
  Uint8Array.from(text, (letter) => {
    const code = letter.charCodeAt(0)
    return code < 128 ? code : code - 0x410 + 0xc0
  })

test.each([
  ['commas', 'email,role\nada@example.org,auditor\n', [[2, 'ada@example.org', 'auditor', '', '']]],
  [
    'semicolons and a mark',
    '\uFEFFRole;E-Mail\r\nmember;ada@example.org',
    [[2, 'ada@example.org', 'member', '', '']],
  ],
  ['tabs', 'EMAIL\tLocale\nada@example.org\tru', [[2, 'ada@example.org', '', 'ru', '']]],
  [
    'quotation marks, with delimiters and lines in them',
    'name;email\n"Lovelace; Ada, ""the\nfirst""";ada@example.org\nBob, B.;bob@example.org',
    [
      [3, 'ada@example.org', '', '', ''],
      [4, 'bob@example.org', '', '', ''],
    ],
  ],
  [
    'Russian headings in another order',
    'Срок действия,Язык,Роль,Электронная почта\n7d,русский,аудитор,ada@example.org',
    [[2, 'ada@example.org', 'аудитор', 'русский', '7d']],
  ],
  ['no heading', 'Ada,ada@example.org\n', [[1, 'ada@example.org', '', '', '']]],
  [
    'one address a line',
    'ada@example.org\nbob@example.org',
    [
      [1, 'ada@example.org', '', '', ''],
      [2, 'bob@example.org', '', '', ''],
    ],
  ],
  [
    'empty lines and rows of delimiters',
    '\n\nemail;role\n\nada@example.org;\n;;\n',
    [[5, 'ada@example.org', '', '', '']],
  ],
])('a list is read with %s', async (_, text, expected) => {
  expect(await cells(utf8(text))).toStrictEqual(expected)
})

test('an address that is missing is a line nevertheless, if something else stands in it', async () => {
  expect(await cells(utf8('email,name\n,Ada\n'))).toStrictEqual([[2, '', '', '', '']])
})

test('what is no UTF-8 is read as Windows-1251, however its bytes arrive', async () => {
  const bytes = windows1251('Почта;Роль;Имя\nada@example.org;аудитор;Ада\n')
  const expected = [[2, 'ada@example.org', 'аудитор', '', '']]
  expect(await cells(bytes)).toStrictEqual(expected)
  expect(await cells(...[...bytes].map((byte) => Uint8Array.of(byte)))).toStrictEqual(expected)
})

test('UTF-8 is read whole, however its bytes arrive; so is UTF-16 by its mark', async () => {
  const text = 'Почта;Роль\nada@example.org;аудитор\n'
  const expected = [[2, 'ada@example.org', 'аудитор', '', '']]
  expect(await cells(...[...utf8(text)].map((byte) => Uint8Array.of(byte)))).toStrictEqual(expected)
  expect(await cells(utf16(text.replaceAll(';', '\t')))).toStrictEqual(expected)
})

test('a quotation mark that is never closed makes it no list', async () => {
  await expect(cells(utf8(`email\n"ada@example.org\n${'x\n'.repeat(50_000)}`))).rejects.toThrow(
    UnreadableList,
  )
  await expect(cells(utf8('email\n"ada@example.org\n'))).rejects.toThrow(UnreadableList)
})

const judged = (line: Partial<Record<'email' | 'role' | 'locale' | 'expiry', string>>) => {
  const wish = { email: 'ada@example.org', role: '', locale: '', expiry: '', ...line }
  const { outcome, code, email, role, locale, expiresAt } = readImportLine(7, wish, NOW)
  return code ?? { outcome, email, role, locale, expiresAt }
}
const plain = { outcome: 'issuable', email: 'ada@example.org', role: null, locale: null, expiresAt: null }

test.each([
  [{}, plain],
  [{ email: ' ADA@Example.org ' }, plain],
  [
    { role: 'Auditor', locale: 'Русский' },
    { ...plain, role: 'auditor', locale: 'ru' },
  ],
  [{ expiry: '30' }, { ...plain, expiresAt: '2026-03-31T09:00:00.000Z' }],
  [{ expiry: '12h' }, { ...plain, expiresAt: '2026-03-01T21:00:00.000Z' }],
  [{ expiry: '31.12.2026' }, { ...plain, expiresAt: '2026-12-31T23:59:59.999Z' }],
  [{ expiry: '2026-12-31' }, { ...plain, expiresAt: '2026-12-31T23:59:59.999Z' }],
  [{ expiry: '2026-12-31T10:00:00Z' }, { ...plain, expiresAt: '2026-12-31T10:00:00.000Z' }],
  [{ email: '' }, 'address_missing'],
  [{ email: 'ada' }, 'address_malformed'],
  [{ email: `${'a'.repeat(300)}@example.org` }, 'address_too_long'],
  [{ role: 'admin' }, 'role_unknown'],
  [{ locale: 'de' }, 'locale_unknown'],
  [{ expiry: 'soon' }, 'expiry_malformed'],
  [{ expiry: '2026-02-31' }, 'expiry_malformed'],
  [{ expiry: '2026-02-01' }, 'invite_expiry_out_of_range'],
  [{ expiry: '400d' }, 'invite_expiry_out_of_range'],
  [{ expiry: '0' }, 'invite_expiry_out_of_range'],
])('a line that says %o', (line, expected) => {
  expect(judged(line)).toStrictEqual(expected)
})
