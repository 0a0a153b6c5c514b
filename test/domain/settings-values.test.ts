import { describe, expect, test } from 'vitest'
import { mailTemplates } from '../../src/domain/mails/events.ts'
import { GROUNDS, PINE, paleness, shadesOf } from '../../src/domain/settings/accent.ts'
import { contrast, mixed } from '../../src/domain/settings/colours.ts'
import { inForce, inviteLocale, type Surroundings } from '../../src/domain/settings/in-force.ts'
import { logoProblem, logoValue, MAX_LOGO_BYTES, readLogo } from '../../src/domain/settings/logo.ts'
import { placeholdersOf } from '../../src/domain/settings/mail-text.ts'
import {
  languages,
  mailParts,
  readMailTextName,
  type SettingName,
  settingNames,
} from '../../src/domain/settings/names.ts'
import { maxLengthOf, valueProblem } from '../../src/domain/settings/values.ts'
import { lengthProblem } from '../../src/domain/users/password.ts'

const PNG = '\x89PNG\r\n\x1a\n'
const WEBP = 'RIFF....WEBPVP8 '
const reasonOf = (setting: SettingName, value: string) => valueProblem(setting, value)?.reason ?? null

describe('names of settings', () => {
  test('are those of pages, and each text of each mail', () => {
    expect(settingNames.slice(0, 7)).toStrictEqual([
      'registration.mode',
      'invite.lifetime',
      'invite.role',
      'invite.language',
      'brand.name',
      'brand.accent',
      'brand.logo',
    ])
    expect(mailParts).toStrictEqual(['subject', 'lead', 'action', 'closing'])
    expect(languages).toStrictEqual(['en', 'ru'])
    expect(settingNames.slice(7, 12)).toStrictEqual([
      'mail.invite.en.subject',
      'mail.invite.en.lead',
      'mail.invite.en.action',
      'mail.invite.en.closing',
      'mail.invite.ru.subject',
    ])
  })
  test('of mail texts say which; others don’t', () => {
    expect(readMailTextName('mail.new-device.ru.action')).toStrictEqual({
      template: 'new-device',
      locale: 'ru',
      part: 'action',
    })
    expect(readMailTextName('brand.name')).toBeNull()
  })
})

describe('what is in force', () => {
  const around: Surroundings = { registration: 'open', inviteTtlMs: 604_800_000, given: [], pinned: [] }
  const set = (...changes: readonly (readonly [SettingName, string | null])[]) => new Map(changes)

  test('is as it is built in, where nobody has said anything', () => {
    const { settings, ...rest } = inForce(around)
    expect(rest).toStrictEqual({
      registration: 'open',
      inviteTtlMs: 604_800_000,
      inviteRole: 'member',
      inviteLanguage: 'sender',
      brand: { name: 'Latchkey', accent: null, logo: null },
    })
    expect([...settings.keys()]).toStrictEqual(settingNames)
    expect(settings.get('invite.lifetime')).toStrictEqual({ value: '7d', source: 'built-in' })
    expect(settings.get('brand.accent')).toStrictEqual({ value: null, source: 'built-in' })
    expect(settings.get('mail.invite.en.lead')).toStrictEqual({ value: null, source: 'built-in' })
  })
  test('is as an admin has set it last', () => {
    const { settings, ...rest } = inForce(
      around,
      set(
        ['registration.mode', 'invite'],
        ['invite.lifetime', '3d'],
        ['invite.role', 'auditor'],
        ['invite.language', 'ru'],
        ['brand.name', 'Ours'],
        ['brand.accent', '#17594a'],
        ['brand.logo', logoValue(PNG)],
      ),
    )
    expect(rest).toStrictEqual({
      registration: 'invite',
      inviteTtlMs: 259_200_000,
      inviteRole: 'auditor',
      inviteLanguage: 'ru',
      brand: { name: 'Ours', accent: '#17594a', logo: { type: 'image/png', base64: btoa(PNG) } },
    })
    expect(settings.get('brand.name')).toStrictEqual({ value: 'Ours', source: 'history' })
  })
  test('gives way to the environment where it has pinned it, and where an admin has taken it back', () => {
    const surroundings: Surroundings = {
      registration: 'referral',
      inviteTtlMs: 60_000,
      given: ['registration.mode', 'invite.lifetime'],
      pinned: ['registration.mode'],
    }
    const { settings, registration } = inForce(
      surroundings,
      set(['registration.mode', 'open'], ['invite.lifetime', null], ['invite.role', null]),
    )
    expect(registration).toBe('referral')
    expect(settings.get('registration.mode')).toStrictEqual({ value: 'referral', source: 'pinned' })
    expect(settings.get('invite.lifetime')).toStrictEqual({ value: '1m', source: 'environment' })
    expect(settings.get('invite.role')).toStrictEqual({ value: 'member', source: 'built-in' })
  })
  test('passes over what today’s rules would refuse', () => {
    const { settings, inviteTtlMs } = inForce(around, set(['invite.lifetime', '900d'], ['brand.name', ' ']))
    expect([inviteTtlMs, settings.get('brand.name')?.value]).toStrictEqual([604_800_000, 'Latchkey'])
  })
  test('a lifetime that no setting could say is the environment’s all the same', () =>
    expect(inForce({ ...around, inviteTtlMs: 10_000_000_000_000 }).inviteTtlMs).toBe(10_000_000_000_000))
  test('an invite speaks the language that is set, or else that of whoever sends it', () => {
    expect(inviteLocale(inForce(around), 'ru')).toBe('ru')
    expect(inviteLocale(inForce(around, set(['invite.language', 'en'])), 'ru')).toBe('en')
  })
})

describe('a logo', () => {
  test('is what it is by its first bytes', () => {
    expect(logoValue(PNG)).toBe(`image/png;base64,${btoa(PNG)}`)
    expect(logoValue('\xff\xd8\xff')).toBe(`image/jpeg;base64,${btoa('\xff\xd8\xff')}`)
    expect(logoValue(WEBP)).toBe(`image/webp;base64,${btoa(WEBP)}`)
    for (const other of [
      '',
      PNG.slice(0, 7),
      '\xff\xd8',
      'RIFF....AVI ',
      'xxxx....WEBP',
      'GIF89a',
      `x${PNG}`,
    ]) {
      expect(logoValue(other)).toBeNull()
    }
  })
  test('is read from a value in one spelling', () => {
    expect(readLogo('image/webp;base64,QUJD')).toStrictEqual({ type: 'image/webp', base64: 'QUJD' })
    expect(readLogo('image/png;base64,+/==')).toStrictEqual({ type: 'image/png', base64: '+/==' })
    for (const odd of [
      'image/gif;base64,QUJD',
      'ximage/png;base64,QUJD',
      'image/png;base64,QUJD ',
      'image/png;base64,',
      'image/png;base64,QU=D',
      'image/png;base64,QUJD===',
      'image/png,QUJD',
    ]) {
      expect(readLogo(odd)).toBeNull()
    }
  })
  test('may be as large as it may be', () => {
    expect(logoProblem(logoValue(PNG.padEnd(MAX_LOGO_BYTES)) ?? '')).toBeNull()
    expect(logoProblem(logoValue(PNG.padEnd(MAX_LOGO_BYTES + 1)) ?? '')).toBe('too_large')
    expect(logoProblem('image/png;base64,iVBORw0KGg')).toBe('no_picture')
    expect(MAX_LOGO_BYTES).toBe(24_576)
  })
})

describe('texts of mails', () => {
  test('say of themselves what that mail can fill in; subjects and buttons only the service', () => {
    const known = Object.fromEntries(
      mailTemplates.map((template) => [template, placeholdersOf(template, 'lead')]),
    )
    const ending = ['service', 'login', 'until']
    const happened = ['service', 'login', 'at']
    expect(known).toStrictEqual({
      invite: ending,
      'first-password': ending,
      'sign-in-link': ending,
      'password-changed': happened,
      verification: ending,
      'address-taken': ['service', 'login'],
      'email-changed': happened,
      'password-reset': ending,
      'new-device': happened,
      'referral-code': ending,
      'seal-kept': happened,
    })
    expect(placeholdersOf('invite', 'closing')).toStrictEqual(ending)
    expect(placeholdersOf('invite', 'subject')).toStrictEqual(['service'])
    expect(placeholdersOf('invite', 'action')).toStrictEqual(['service'])
  })
  test('are as long as their part may be, and no line longer than a mail can have', () => {
    expect(mailParts.map(maxLengthOf)).toStrictEqual([80, 1200, 40, 1200])
    for (const part of mailParts) {
      const text = 'abc def '.repeat(200).slice(0, maxLengthOf(part) + 1)
      const lines = text.replaceAll(/(.{79})./g, '$1\n')
      const fits = part === 'lead' || part === 'closing' ? lines : text
      expect(reasonOf(`mail.invite.en.${part}`, fits)).toBe('too_long')
      expect(reasonOf(`mail.invite.en.${part}`, fits.slice(0, -1))).toBeNull()
    }
    expect(reasonOf('mail.invite.en.lead', 'x'.repeat(480))).toBeNull()
    expect(reasonOf('mail.invite.en.closing', `fine\n${'x'.repeat(481)}`)).toBe('line_too_long')
  })
  test('may have empty lines between others, but not only such', () => {
    expect(reasonOf('mail.invite.en.lead', 'one\n\n  \ntwo')).toBeNull()
    expect(reasonOf('mail.invite.en.lead', '\n \n')).toBe('empty')
    expect(reasonOf('mail.invite.en.subject', '  ')).toBe('empty')
  })
  test('name the first placeholder that nobody knows, cut short, and what this text may have', () => {
    expect(valueProblem('mail.new-device.en.lead', `{service} {${'x'.repeat(50)}} {y}`)).toStrictEqual({
      reason: 'placeholder_unknown',
      placeholder: 'x'.repeat(40),
      known: '{service}, {login}, {at}',
    })
    expect(valueProblem('mail.invite.en.subject', '{}')).toStrictEqual({
      reason: 'placeholder_unknown',
      placeholder: '',
      known: '{service}',
    })
  })
})

describe('values at their limits', () => {
  test.each([
    ['brand.name', 'x'.repeat(40), null],
    ['brand.name', 'a\tb', 'has_control_characters'],
    ['brand.accent', '#000000', null],
    ['brand.accent', 'x#000000', 'malformed'],
    ['brand.accent', '#000000x', 'malformed'],
    ['registration.mode', 'open', null],
    ['registration.mode', 'invite', null],
    ['invite.role', 'member', null],
    ['invite.role', 'auditor', null],
    ['invite.language', 'en', null],
    ['invite.language', 'ru', null],
    ['invite.language', 'de', 'malformed'],
  ] as const)('%s may be “%s”: %s', (setting, value, reason) => expect(reasonOf(setting, value)).toBe(reason))
})

describe('colours', () => {
  test('are mixed channel by channel', () => {
    expect(mixed('#000000', '#ffffff', 0)).toBe('#000000')
    expect(mixed('#000000', '#ffffff', 1)).toBe('#ffffff')
    expect(mixed('#102030', '#506070', 0.5)).toBe('#304050')
    expect(mixed('#ff0008', '#00ff00', 0.25)).toBe('#bf4006')
  })
  test('stand as far apart as WCAG says, whichever comes first', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 10)
    expect(contrast('#ffffff', '#000000')).toBeCloseTo(21, 10)
    expect(contrast('#777777', '#777777')).toBe(1)
    expect(contrast('#767676', '#ffffff')).toBeCloseTo(4.542, 3)
    expect(contrast('#ff0000', '#ffffff')).toBeCloseTo(3.998, 3)
    expect(contrast('#00ff00', '#ffffff')).toBeCloseTo(1.372, 3)
    expect(contrast('#0000ff', '#ffffff')).toBeCloseTo(8.592, 3)
    expect(contrast('#0a0a0a', '#000000')).toBeCloseTo(1.0607, 4)
    expect(contrast('#0b0b0b', '#000000')).toBeCloseTo(1.0669, 3)
  })
  test('an accent has its shades in both themes', () => {
    expect(shadesOf('#17594a')).toStrictEqual({
      light: { accent: '#17594a', hover: '#114338', ink: '#ffffff', soft: '#e8eee8' },
      dark: { accent: '#789f96', hover: '#a1bcb6', ink: '#0b1210', soft: '#26322e' },
    })
    expect(shadesOf('#000000').dark.accent).toBe('#999999')
    expect(shadesOf('#ffffff').dark.accent).toBe('#ffffff')
  })
  test('an accent that is too pale is told how far it is, rounded down, and the nearest that is not', () => {
    expect(paleness('#000000')).toBeNull()
    expect(paleness(PINE.light.accent)).toBeNull()
    expect(paleness('#ffdd00')).toStrictEqual({ contrast: '1.2', needed: '4.5', nearest: '#7d6c00' })
    expect(paleness('#ffffff')).toStrictEqual({ contrast: '1.0', needed: '4.5', nearest: '#6b6b6b' })
  })
  test('the product’s own are what the pages have', () => {
    expect(PINE).toStrictEqual({
      light: { accent: '#17594a', hover: '#0f4438', ink: '#ffffff', soft: '#e2efe9' },
      dark: { accent: '#86d3b8', hover: '#a3e2cb', ink: '#0b1d17', soft: '#1e352d' },
    })
    expect(GROUNDS).toStrictEqual({
      light: { ground: '#f5f3ec', surface: '#fffefa' },
      dark: { ground: '#101513', surface: '#19201d' },
    })
  })
})

describe('the length of a password', () => {
  test.each([
    ['', 'empty'],
    ['1234567', 'short'],
    ['12345678', null],
    ['x'.repeat(128), null],
    ['x'.repeat(129), 'long'],
    ['😀'.repeat(7), 'short'],
    ['😀'.repeat(8), null],
    ['e\u0301'.repeat(7), 'short'],
    ['e\u0301'.repeat(128), null],
  ])('“%.20s” is %s', (password, problem) => expect(lengthProblem(password)).toBe(problem))
})
