import { describe, expect, test } from 'vitest'
import { cellsByColumn, readHeading, readImportLine } from '../../src/domain/invites/import-line.ts'
import { NOW } from '../support/controls.ts'

const cells = { email: 'Ada@Example.org', role: '', locale: '', expiry: '' }
const read = (one: Partial<typeof cells>) => readImportLine(7, { ...cells, ...one }, NOW)

describe('a heading', () => {
  const columnOf = (cell: string) =>
    Object.keys(readHeading(['e-mail', cell]) ?? {}).filter((one) => one !== 'email')[0]

  test.each(
    [
      ['email', 'e-mail', 'mail', 'address', 'email address', 'e-mail address'],
      ['email addresses', 'e-mail addresses', 'Email_  Address', ' EMAIL ', 'почта', 'электронная почта'],
      ['эл. почта', 'эл.почта', 'адрес', 'электронный адрес', 'адрес почты', 'адрес электронной почты'],
    ].flat(),
  )('“%s” is the address', (cell) => expect(readHeading([cell])).toStrictEqual({ email: 0 }))
  test.each([
    { column: 'role', cells: ['role', 'Роль'] },
    { column: 'locale', cells: ['locale', 'lang', 'language', 'язык'] },
    { column: 'expiry', cells: ['expiry', 'expires', 'expires at', 'expires_in', 'expiresat', 'expiresin'] },
    {
      column: 'expiry',
      cells: ['valid', 'valid until', 'validuntil', 'valid for', 'validfor', 'until', 'days'],
    },
    { column: 'expiry', cells: ['срок', 'срок действия', 'действует до', 'до', 'истекает', 'дней'] },
  ])('$cells are the $column', ({ column, cells }) =>
    expect(cells.filter((cell) => columnOf(cell) !== column)).toStrictEqual([]),
  )
  test.each([
    '',
    'my role',
    'roles',
    'a locale',
    'locales',
    'languages',
    'slang',
    'ruin',
    'expiry date',
    'no expiry',
  ])('“%s” is nothing that is looked at', (cell) => expect(columnOf(cell)).toBeUndefined())
  test.each(['my mail', 'mail2', 'no address', 'addresses of all', 'my почта', 'почта 2'])(
    'a line that names no address is none: “%s”',
    (cell) => expect(readHeading([cell, 'role'])).toBeNull(),
  )
  test('tells which column stands where; the first of a name counts', () =>
    expect(readHeading(['name', 'Role', 'e-mail', 'mail', 'role', 'days'])).toStrictEqual({
      role: 1,
      email: 2,
      expiry: 5,
    }))
  test('holds no address', () => expect(readHeading(['email', 'ada@example.org'])).toBeNull())
})

describe('cells', () => {
  test('stand under their heading; what is not there is empty', () => {
    expect(cellsByColumn([' ru ', ' ada@example.org '], { locale: 0, email: 1, expiry: 5 })).toStrictEqual({
      email: 'ada@example.org',
      role: '',
      locale: 'ru',
      expiry: '',
    })
  })
  test('without a heading are the first that looks like an address, and nothing else', () => {
    const alone = (...line: string[]) => cellsByColumn(line, null)
    const nothing = { role: '', locale: '', expiry: '' }
    expect(alone('auditor', ' ada@example.org ', 'b@c.de')).toStrictEqual({
      email: 'ada@example.org',
      ...nothing,
    })
    expect(alone(' Ada ', 'auditor')).toStrictEqual({ email: 'Ada', ...nothing })
    expect(alone()).toStrictEqual({ email: '', ...nothing })
  })
})

describe('a line of a list', () => {
  test('says whom to invite; nothing more has to be said', () =>
    expect(read({})).toStrictEqual({
      line: 7,
      email: 'ada@example.org',
      role: null,
      locale: null,
      expiresAt: null,
      inviteId: null,
      firstLine: null,
      outcome: 'issuable',
      code: null,
    }))

  test.each([
    ['member', 'member'],
    ['Auditor', 'auditor'],
    ['Участник', 'member'],
    ['аудитор', 'auditor'],
  ])('role “%s” is %s', (role, is) => expect(read({ role })).toMatchObject({ role: is, outcome: 'issuable' }))
  test.each([
    ['en', 'en'],
    ['English', 'en'],
    ['английский', 'en'],
    ['RU', 'ru'],
    ['russian', 'ru'],
    ['Русский', 'ru'],
  ])('language “%s” is %s', (locale, is) =>
    expect(read({ locale })).toMatchObject({ locale: is, outcome: 'issuable' }),
  )

  test.each([
    ['7d', '2026-03-08T09:00:00.000Z'],
    ['30', '2026-03-31T09:00:00.000Z'],
    ['12H', '2026-03-01T21:00:00.000Z'],
    ['90m', '2026-03-01T10:30:00.000Z'],
    ['45s', '2026-03-01T09:00:45.000Z'],
    ['2026-12-31', '2026-12-31T23:59:59.999Z'],
    ['31.12.2026', '2026-12-31T23:59:59.999Z'],
    ['1.4.2026', '2026-04-01T23:59:59.999Z'],
    ['2026-04-01T10:00Z', '2026-04-01T10:00:00.000Z'],
    ['2026-04-01T10:00:30Z', '2026-04-01T10:00:30.000Z'],
    ['2026-04-01T10:00:30.5Z', '2026-04-01T10:00:30.500Z'],
    ['2026-04-01T10:00:30.125Z', '2026-04-01T10:00:30.125Z'],
  ])('expiry “%s” is %s', (expiry, expiresAt) =>
    expect(read({ expiry })).toMatchObject({ expiresAt, outcome: 'issuable', code: null }),
  )
  test.each(
    [
      ['soon', '7x', '1234567', '7 d', 'in 7d', '7dd', '2026-02-30', '30.2.2026', '2026-13-01', '1.4.26'],
      ['x1.4.2026', '1.4.2026x', '1.4.20265', '2026-04-01x', 'x2026-04-01', '2026-04-01T10:00'],
      ['x2026-04-01T10:00Z', '2026-04-01T10:00Zx', '2026-04-01T10:00:30.1234Z', '2026-04-01T25:00Z'],
      ['April 1, 2026', '2026-04-01T10:00+02:00', '2026-04-01 10:00Z'],
    ].flat(),
  )('expiry “%s” is nothing that is understood', (expiry) =>
    expect(read({ expiry })).toMatchObject({ expiresAt: null, outcome: 'invalid', code: 'expiry_malformed' }),
  )
  test.each(['0', '2026-02-28', '366d'])('expiry “%s” is out of range', (expiry) =>
    expect(read({ expiry })).toMatchObject({ outcome: 'invalid', code: 'invite_expiry_out_of_range' }),
  )

  test('what it may not say decides before what it lacks, in the order of its columns', () => {
    const odd = { email: 'nobody', role: 'admin', locale: 'fr', expiry: 'soon' }
    const codes = [
      odd,
      { ...odd, email: 'a@b.de' },
      { locale: 'fr', expiry: 'soon' },
      { expiry: 'soon' },
    ].map((one) => read(one))
    expect(codes.map(({ code }) => code)).toStrictEqual([
      'address_malformed',
      'role_unknown',
      'locale_unknown',
      'expiry_malformed',
    ])
    for (const { outcome } of codes) expect(outcome).toBe('invalid')
    expect(read({ email: '' }).code).toBe('address_missing')
  })
  test('what is no address is shown as it was written, as far as an address goes', () => {
    expect(read({ email: 'No Body' }).email).toBe('No Body')
    expect(read({ email: 'x'.repeat(300) })).toMatchObject({
      email: 'x'.repeat(254),
      code: 'address_too_long',
    })
  })
})
