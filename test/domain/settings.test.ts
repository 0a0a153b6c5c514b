import { describe, expect, test } from 'vitest'
import { mailTemplates } from '../../src/domain/mails/events.ts'
import { changeSettings } from '../../src/domain/settings/change-settings.ts'
import { logoValue, MAX_LOGO_BYTES } from '../../src/domain/settings/logo.ts'
import { fillMailText } from '../../src/domain/settings/mail-text.ts'
import { isSettingName, settingNames } from '../../src/domain/settings/names.ts'
import { undoSettingChange } from '../../src/domain/settings/undo-setting-change.ts'
import { valueProblem } from '../../src/domain/settings/values.ts'
import * as cast from '../support/controls.ts'
import { given } from '../support/given.ts'

const { ADA, ADA_ADDRESS, BEN, BEN_ADDRESS, CHANGE, OTHER_CHANGE, settingChanged } = cast
const BY_ADA = { actor: `user:${ADA}` } as const
const BY_BEN = { actor: `user:${BEN}` } as const
const admin = cast.admin(ADA, ADA_ADDRESS)

const change = (setting: string, value: string | null, pinned: string[] = []) => ({
  changes: [{ setting, value }],
  pinned,
})

describe('ChangeSettings', () => {
  test('an admin sets who may register', () =>
    given(...admin)
      .when(changeSettings, change('registration.mode', 'invite'), BY_ADA)
      .then(settingChanged()))
  test('several at once, in their order; what is as it was leaves no event', () =>
    given(settingChanged({ setting: 'brand.name', value: 'Ours' }))
      .when(changeSettings, {
        changes: [
          { setting: 'invite.lifetime', value: '3d' },
          { setting: 'brand.name', value: 'Ours' },
          { setting: 'invite.role', value: 'auditor' },
        ],
        pinned: [],
      })
      .then(
        settingChanged({ setting: 'invite.lifetime', value: '3d' }),
        settingChanged({ setting: 'invite.role', value: 'auditor' }),
      ))
  test('none of them if one is wrong', () =>
    given()
      .when(changeSettings, {
        changes: [
          { setting: 'invite.lifetime', value: '3d' },
          { setting: 'invite.role', value: 'admin' },
        ],
        pinned: [],
      })
      .thenRefused('setting_invalid', { setting: 'invite.role', reason: 'malformed' }))
  test('the same value again is already true', () =>
    given(settingChanged()).when(changeSettings, change('registration.mode', 'invite')).thenNothing())
  test('giving way to the environment is a change like any other', () =>
    given(settingChanged())
      .when(changeSettings, change('registration.mode', null))
      .then(settingChanged({ value: null })))
  test('and already true where nobody has set anything', () =>
    given().when(changeSettings, change('registration.mode', null)).thenNothing())
  test('what the environment has pinned is refused', () =>
    given()
      .when(changeSettings, change('registration.mode', 'invite', ['registration.mode']))
      .thenRefused('setting_pinned', { setting: 'registration.mode' }))
  test('what is no setting is refused', () =>
    given().when(changeSettings, change('no.such.setting', 'x')).thenRefused('setting_unknown'))
  test('nobody but an admin changes any, an auditor no more than a member', () =>
    given(...cast.member(BEN, BEN_ADDRESS), cast.granted(BEN, 'auditor'))
      .when(changeSettings, change('registration.mode', 'invite'), BY_BEN)
      .thenRefused('not_allowed'))
  test('a placeholder that the mail cannot fill in is refused by name, with those that it can', () =>
    given()
      .when(changeSettings, change('mail.invite.en.lead', 'Dear {name}, come to {service}!'))
      .thenRefused('setting_invalid', {
        setting: 'mail.invite.en.lead',
        reason: 'placeholder_unknown',
        placeholder: 'name',
        known: '{service}, {login}, {until}',
      }))
  test('an accent that nobody could read is refused with the nearest that can be', () => {
    const { decision } = given().when(changeSettings, change('brand.accent', '#ffdd00'))
    expect(decision).toMatchObject({
      outcome: 'refused',
      refusal: { code: 'setting_invalid', details: { reason: 'too_pale', contrast: '1.2', needed: '4.5' } },
    })
    const { nearest } = (decision.outcome === 'refused' && decision.refusal.details) || {}
    expect(valueProblem('brand.accent', String(nearest))).toBeNull()
  })
  test('a wish that names a setting twice is no wish', () =>
    expect(
      changeSettings.schema.safeParse({
        changes: [...change('invite.role', 'member').changes, ...change('invite.role', 'auditor').changes],
        pinned: [],
      }).success,
    ).toBe(false))
})

describe('UndoSettingChange', () => {
  const undo = (changeId = CHANGE, pinned: string[] = []) =>
    ({ setting: 'registration.mode', changeId, pinned }) as const
  const first = { ...settingChanged(), id: CHANGE }
  const second = { ...settingChanged({ value: 'referral' }), id: OTHER_CHANGE }

  test('an admin takes the first change back: it is as the environment has it', () =>
    given(...admin, first)
      .when(undoSettingChange, undo(), BY_ADA)
      .then(settingChanged({ value: null, undoes: CHANGE })))
  test('and a later one: it is as the one before has it', () =>
    given(first, second)
      .when(undoSettingChange, undo(OTHER_CHANGE))
      .then(settingChanged({ value: 'invite', undoes: OTHER_CHANGE })))
  test('an undo can be undone', () =>
    given(first, { ...settingChanged({ value: null, undoes: CHANGE }), id: OTHER_CHANGE })
      .when(undoSettingChange, undo(OTHER_CHANGE))
      .then(settingChanged({ value: 'invite', undoes: OTHER_CHANGE })))
  test('undoing the same change again is already true', () =>
    given(first, { ...settingChanged({ value: null, undoes: CHANGE }), id: OTHER_CHANGE })
      .when(undoSettingChange, undo())
      .thenNothing())
  test('a change that another stands upon stays', () =>
    given(first, second)
      .when(undoSettingChange, undo())
      .thenRefused('setting_changed_since', { setting: 'registration.mode' }))
  test('what was never changed cannot be undone', () =>
    given().when(undoSettingChange, undo()).thenRefused('setting_change_not_found'))
  test('nor what the environment has pinned since', () =>
    given(first)
      .when(undoSettingChange, undo(CHANGE, ['registration.mode']))
      .thenRefused('setting_pinned', { setting: 'registration.mode' }))
  test('nobody but an admin undoes anything', () =>
    given(...cast.member(BEN, BEN_ADDRESS), first)
      .when(undoSettingChange, undo(), BY_BEN)
      .thenRefused('not_allowed'))
})

describe('what a value may be', () => {
  const PNG = '\x89PNG\r\n\x1a\n'
  const png = (size: number) => logoValue(PNG.padEnd(size, '.')) ?? ''

  test.each([
    ['registration.mode', 'referral'],
    ['invite.lifetime', '12h'],
    ['invite.lifetime', '365d'],
    ['invite.language', 'sender'],
    ['brand.name', 'St. John’s & Co'],
    ['brand.accent', '#17594a'],
    ['brand.logo', png(MAX_LOGO_BYTES)],
    ['brand.logo', logoValue('\xff\xd8\xff\xe0') ?? ''],
    ['brand.logo', logoValue('RIFF....WEBPVP8 ') ?? ''],
    ['mail.invite.en.subject', 'You are invited to {service}'],
    ['mail.invite.ru.lead', 'Здравствуйте, {login}!\n\nПриходите до {until}.'],
  ] as const)('%s may be %.40s', (setting, value) => expect(valueProblem(setting, value)).toBeNull())

  test.each([
    ['registration.mode', 'closed', 'malformed'],
    ['invite.lifetime', '366d', 'malformed'],
    ['invite.lifetime', 'soon', 'malformed'],
    ['invite.role', 'admin', 'malformed'],
    ['brand.name', ' ', 'empty'],
    ['brand.name', 'x'.repeat(41), 'too_long'],
    ['brand.name', 'evil.com', 'looks_like_a_link'],
    ['brand.name', 'Ours\r\nBcc: everybody', 'has_control_characters'],
    ['brand.name', 'Bank\u202e', 'has_control_characters'],
    ['brand.accent', 'red', 'malformed'],
    ['brand.accent', '#FFDD00', 'malformed'],
    ['brand.logo', '<svg xmlns="http://www.w3.org/2000/svg"/>', 'no_picture'],
    ['brand.logo', `image/png;base64,${btoa('<script>')}`, 'no_picture'],
    ['brand.logo', `image/jpeg;base64,${btoa(PNG)}`, 'no_picture'],
    ['brand.logo', 'image/svg+xml;base64,AAAA', 'no_picture'],
    ['brand.logo', 'image/png;base64,iVBORw0KGgo', 'no_picture'],
    ['brand.logo', png(MAX_LOGO_BYTES + 1), 'too_large'],
    ['mail.invite.en.subject', '', 'empty'],
    ['mail.invite.en.subject', 'You\nare invited', 'has_control_characters'],
    ['mail.invite.en.subject', 'Come by {until}', 'placeholder_unknown'],
    ['mail.invite.en.action', '{login}', 'placeholder_unknown'],
    ['mail.invite.en.lead', 'See https://elsewhere', 'looks_like_a_link'],
    ['mail.invite.en.closing', 'See elsewhere.example', 'looks_like_a_link'],
    ['mail.invite.en.lead', 'x'.repeat(481), 'line_too_long'],
    ['mail.invite.en.lead', 'x\n'.repeat(601), 'too_long'],
    ['mail.password-changed.en.lead', 'Until {until}', 'placeholder_unknown'],
    ['mail.invite.en.lead', '{constructor}', 'placeholder_unknown'],
  ] as const)('T18 %s may not be %.40s: %s', (setting, value, reason) =>
    expect(valueProblem(setting, value)?.reason).toBe(reason),
  )

  test('every mail has four texts in each of two languages', () => {
    expect(settingNames.filter((name) => name.startsWith('mail.'))).toHaveLength(mailTemplates.length * 8)
    expect(isSettingName('mail.invite.en.lead')).toBe(true)
    expect(isSettingName('mail.invite.de.lead')).toBe(false)
  })
})

describe('placeholders', () => {
  const facts = { service: 'Ours', login: '{until}', until: '$& $1', at: 'today' }
  test('are filled in once: what a fact says is never read as a placeholder or a pattern', () =>
    expect(fillMailText('{service} {login} {until}', facts)).toBe('Ours {until} $& $1'))
  test('and nothing else is: what was let through before the rules knew better stays as it stands', () =>
    expect(fillMailText('{name} {{service}} {constructor} {', facts)).toBe('{name} {Ours} {constructor} {'))
})
