import { describe, expect, test } from 'vitest'
import { changePassword } from '../../src/domain/users/change-password.ts'
import { changeProfile, nameSchema } from '../../src/domain/users/change-profile.ts'
import * as cast from '../support/controls.ts'
import { given } from '../support/given.ts'

const { ADA, BEN, CYD, BEN_ADDRESS, ADA_ADDRESS, SESSION, CREDENTIAL, OTHER_CREDENTIAL } = cast
const BY_ADA = { actor: `user:${ADA}` } as const
const BY_BEN = { actor: `user:${BEN}` } as const

describe('ChangePassword', () => {
  const wish = {
    userId: BEN,
    sessionId: SESSION,
    provenCredentialId: null,
    newCredentialId: OTHER_CREDENTIAL,
  }
  const changed = [
    cast.passwordChanged({ credentialId: OTHER_CREDENTIAL }),
    cast.sessionsEnded('password-changed', SESSION),
  ]
  const ben = cast.member(BEN, BEN_ADDRESS)

  test('who has no password yet sets one; all other sessions end', () =>
    given(...ben)
      .when(changePassword, wish, BY_BEN)
      .then(...changed))
  test('who has only the first one need not prove it', () =>
    given(...ben, cast.firstPassword())
      .when(changePassword, wish, BY_BEN)
      .then(...changed))
  test('who has chosen one proves it', () =>
    given(...ben, cast.passwordChanged())
      .when(changePassword, { ...wish, provenCredentialId: CREDENTIAL }, BY_BEN)
      .then(...changed))
  test('S4-38 without the right proof nothing changes', () =>
    given(...ben, cast.passwordChanged())
      .when(changePassword, wish, BY_BEN)
      .thenRefused('credentials_wrong'))
  test.each(['anonymous', `user:${CYD}`] as const)('nobody else changes it: not %s', (actor) =>
    given(...ben, ...cast.admin(CYD, cast.CYD_ADDRESS))
      .when(changePassword, wish, { actor })
      .thenRefused('not_allowed'),
  )
  test('the proof of an older password is no proof', () =>
    given(...ben, cast.passwordChanged(), cast.passwordChanged({ credentialId: CYD }))
      .when(changePassword, { ...wish, provenCredentialId: CREDENTIAL }, BY_BEN)
      .thenRefused('credentials_wrong'))
  test('setting the same credential again is already true', () =>
    given(...ben, cast.passwordChanged({ credentialId: OTHER_CREDENTIAL }))
      .when(changePassword, wish, BY_BEN)
      .thenNothing())
  test('the notice goes out in the language of the profile', () =>
    given(...ben, cast.profileChanged({ locale: 'ru' }))
      .when(changePassword, wish, BY_BEN)
      .then(
        cast.passwordChanged({ credentialId: OTHER_CREDENTIAL, locale: 'ru' }),
        cast.sessionsEnded('password-changed', SESSION),
      ))
  test('a suspended user changes nothing', () =>
    given(...ben, cast.suspended(BEN))
      .when(changePassword, wish, BY_BEN)
      .thenRefused('user_suspended'))
  test('a used first password is as good as none', () =>
    given(...ben, cast.firstPassword(), cast.firstPasswordUsed)
      .when(changePassword, wish, BY_BEN)
      .then(...changed))
  test('an unknown user is refused', () => given().when(changePassword, wish).thenRefused('user_not_found'))
  test('an erased user is refused', () =>
    given(...ben.map(cast.forgotten), cast.erased(BEN))
      .when(changePassword, wish, BY_BEN)
      .thenRefused('user_not_found'))
})

describe('ChangeProfile', () => {
  const wish = { userId: BEN, name: 'Ben', locale: null }
  const changed = cast.profileChanged({ name: 'Ben' })
  const both = [...cast.admin(ADA, ADA_ADDRESS), ...cast.member(BEN, BEN_ADDRESS)]

  test('S2-6 the owner changes their name', () =>
    given(...both)
      .when(changeProfile, wish, BY_BEN)
      .then(changed))
  test('S2-6 so does an admin', () =>
    given(...both)
      .when(changeProfile, wish, BY_ADA)
      .then(changed))
  test('S2-6 nobody else does', () =>
    given(...both)
      .when(changeProfile, wish, { actor: `user:${CYD}` })
      .thenRefused('not_allowed'))
  test('S2-8 an empty change is already true', () =>
    given(...both)
      .when(changeProfile, { ...wish, name: null }, BY_BEN)
      .thenNothing())
  test('changing to what it is already is already true', () =>
    given(...both, changed)
      .when(changeProfile, { ...wish, locale: 'en' }, BY_BEN)
      .thenNothing())
  test('the event names what is new, and nothing else', () =>
    given(...both, changed)
      .when(changeProfile, { ...wish, locale: 'ru' }, BY_BEN)
      .then(cast.profileChanged({ locale: 'ru' })))
  test('a name can be changed back', () =>
    given(...both, changed, cast.profileChanged({ name: 'Benjamin' }))
      .when(changeProfile, wish, BY_BEN)
      .then(changed))
  test('an admin corrects the name of a suspended user', () =>
    given(...both, cast.suspended(BEN))
      .when(changeProfile, wish, BY_ADA)
      .then(changed))
  test('an unknown user is refused', () => given().when(changeProfile, wish).thenRefused('user_not_found'))
  test('an erased user is refused', () =>
    given(...both, cast.erased(BEN))
      .when(changeProfile, wish, BY_ADA)
      .thenRefused('user_not_found'))
  test.each([
    'http://x.example',
    'www.evil.example',
    'evil.com/',
    'Win a prize at evil.com today',
    'see EVIL.COM',
    'ben@evil.com',
    'приз на пример.рф',
    '詳しくは例え.テスト',
    'two\u2028lines',
    'half a \uD800',
    'two\nlines',
    'tab\there',
    ' ',
    '\u202Egnp',
    'x'.repeat(51),
  ])('T18 %j is no name', (name) => expect(nameSchema.safeParse(name).success).toBe(false))
  test.each([
    'Ada Lovelace',
    "O'Brien",
    'Анна-Мария',
    'J. R. R. Tolkien',
    'J.R.R. Tolkien',
    'St. John',
    'Dr. No',
    'x'.repeat(50),
    '李',
  ])('%j is a name', (name) => expect(nameSchema.parse(name)).toBe(name))
  test('spaces around a name are not part of it', () => expect(nameSchema.parse('  Ben\n')).toBe('Ben'))
  test('T41 a name of any length is judged at once', () => {
    for (const unit of ['a', 'a.', '.a', ' ', 'www', ':/']) {
      const began = performance.now()
      expect(nameSchema.safeParse(unit.repeat(100_000)).success).toBe(false)
      expect(performance.now() - began).toBeLessThan(250)
    }
  })
})
