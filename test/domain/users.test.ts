import { describe, expect, test } from 'vitest'
import { changePassword } from '../../src/domain/users/change-password.ts'
import { changeProfile, nameSchema } from '../../src/domain/users/change-profile.ts'
import { eraseUser } from '../../src/domain/users/erase-user.ts'
import { grantRole } from '../../src/domain/users/grant-role.ts'
import { reinstateUser } from '../../src/domain/users/reinstate-user.ts'
import { suspendUser } from '../../src/domain/users/suspend-user.ts'
import * as cast from '../support/controls.ts'
import { given } from '../support/given.ts'

const { ADA, BEN, CYD, BEN_ADDRESS, ADA_ADDRESS, SESSION, CREDENTIAL, OTHER_CREDENTIAL, INVITE } = cast
const BY_ADA = { actor: `user:${ADA}` } as const
const BY_BEN = { actor: `user:${BEN}` } as const

describe('GrantRole', () => {
  const wish = { userId: BEN, role: 'admin', enrol: null, newCredentialId: null } as const
  const enrolment = { ...wish, enrol: { email: BEN_ADDRESS, locale: 'en' } } as const

  test('an admin makes another admin', () =>
    given(...cast.admin(ADA, ADA_ADDRESS), ...cast.member(BEN, BEN_ADDRESS))
      .when(grantRole, wish, BY_ADA)
      .then(cast.granted(BEN)))
  test('granting what is held is already true', () =>
    given(...cast.admin(BEN, BEN_ADDRESS))
      .when(grantRole, wish)
      .thenNothing())
  test('a role that was taken away can be granted again', () =>
    given(...cast.admin(BEN, BEN_ADDRESS), cast.roleRevoked(BEN))
      .when(grantRole, wish)
      .then(cast.granted(BEN)))
  test('S0-30 the operator makes a verified user, role and password in one decision', () =>
    given()
      .when(grantRole, { ...enrolment, newCredentialId: CREDENTIAL })
      .then(
        cast.registered(BEN, BEN_ADDRESS),
        cast.verified(BEN, BEN_ADDRESS),
        cast.granted(BEN),
        cast.passwordChanged({ by: 'operator' }),
        cast.sessionsEnded('password-changed'),
      ))
  test('S0-31 for an existing user the operator promotes and sets the new password', () =>
    given(...cast.member(BEN, BEN_ADDRESS))
      .when(grantRole, { ...enrolment, newCredentialId: CREDENTIAL })
      .then(
        cast.granted(BEN),
        cast.passwordChanged({ by: 'operator' }),
        cast.sessionsEnded('password-changed'),
      ))
  test('if the address found another owner meanwhile the caller has to look again', () =>
    given(...cast.member(CYD, BEN_ADDRESS))
      .when(grantRole, enrolment)
      .thenRefused('email_already_registered'))
  test('an admin in the browser can neither enrol nor set passwords', () => {
    given(...cast.admin(ADA, ADA_ADDRESS))
      .when(grantRole, enrolment, BY_ADA)
      .thenRefused('not_allowed')
    given(...cast.admin(ADA, ADA_ADDRESS), ...cast.member(BEN, BEN_ADDRESS))
      .when(grantRole, { ...wish, newCredentialId: CREDENTIAL }, BY_ADA)
      .thenRefused('not_allowed')
  })
  test('a member grants nothing, not even to themselves', () =>
    given(...cast.member(BEN, BEN_ADDRESS))
      .when(grantRole, wish, BY_BEN)
      .thenRefused('not_allowed'))
  test('an unknown user is refused', () => given().when(grantRole, wish).thenRefused('user_not_found'))
  test('an erased user is refused', () =>
    given(...cast.member(BEN, BEN_ADDRESS), cast.erased(BEN))
      .when(grantRole, wish)
      .thenRefused('user_not_found'))
})

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
  test('the proof of an older password is no proof', () =>
    given(...ben, cast.passwordChanged(), cast.passwordChanged({ credentialId: CYD }))
      .when(changePassword, { ...wish, provenCredentialId: CREDENTIAL }, BY_BEN)
      .thenRefused('credentials_wrong'))
  test('setting the same credential again is already true', () =>
    given(...ben, cast.passwordChanged({ credentialId: OTHER_CREDENTIAL }))
      .when(changePassword, wish, BY_BEN)
      .thenNothing())
  test('the notice goes out in the language of the profile', () =>
    given(...ben, { type: 'ProfileChanged', data: { userId: BEN, name: null, locale: 'ru' } })
      .when(changePassword, wish, BY_BEN)
      .then(
        cast.passwordChanged({ credentialId: OTHER_CREDENTIAL, locale: 'ru' }),
        cast.sessionsEnded('password-changed', SESSION),
      ))
  test('a suspended user changes nothing', () =>
    given(...ben, cast.suspended(BEN))
      .when(changePassword, wish, BY_BEN)
      .thenRefused('user_suspended'))
  test('an unknown user is refused', () => given().when(changePassword, wish).thenRefused('user_not_found'))
})

describe('ChangeProfile', () => {
  const wish = { userId: BEN, name: 'Ben', locale: null }
  const changed = { type: 'ProfileChanged', data: { userId: BEN, name: 'Ben', locale: null } } as const
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
  test('an unknown user is refused', () => given().when(changeProfile, wish).thenRefused('user_not_found'))
  test.each([
    'http://x.example',
    'www.evil.example',
    'evil.com/',
    'two\nlines',
    'tab\there',
    ' ',
    '\u202Egnp',
    'x'.repeat(101),
  ])('T18 %j is no name', (name) => expect(nameSchema.safeParse(name).success).toBe(false))
  test.each(['Ada Lovelace', "O'Brien", 'Анна-Мария', 'J. R. R. Tolkien', '李'])('%j is a name', (name) =>
    expect(nameSchema.parse(name)).toBe(name),
  )
})

describe('SuspendUser and ReinstateUser', () => {
  const wish = { userId: BEN, reason: null }
  const both = [...cast.admin(ADA, ADA_ADDRESS), ...cast.member(BEN, BEN_ADDRESS)]

  test('an admin suspends a user, whose sessions all end', () =>
    given(...both)
      .when(suspendUser, wish, BY_ADA)
      .then(cast.suspended(BEN), cast.sessionsEnded('suspended')))
  test('suspending again is already true', () =>
    given(...both, cast.suspended(BEN))
      .when(suspendUser, wish, BY_ADA)
      .thenNothing())
  test('the last admin stays', () =>
    given(...both)
      .when(suspendUser, { ...wish, userId: ADA }, BY_ADA)
      .thenRefused('last_admin'))
  test('one of two admins can be suspended, the other one then not', () => {
    const two = [...both, cast.granted(BEN)]
    given(...two)
      .when(suspendUser, wish, BY_ADA)
      .then(cast.suspended(BEN, ['admin']), cast.sessionsEnded('suspended'))
    given(...two, cast.suspended(BEN, ['admin']))
      .when(suspendUser, { ...wish, userId: ADA }, BY_ADA)
      .thenRefused('last_admin')
  })
  test('a member suspends nobody', () =>
    given(...both)
      .when(suspendUser, wish, BY_BEN)
      .thenRefused('not_allowed'))
  test('an unknown user is refused', () =>
    given(...cast.admin(ADA, ADA_ADDRESS))
      .when(suspendUser, wish, BY_ADA)
      .thenRefused('user_not_found'))
  test('a suspended user is reinstated, and counts again', () => {
    given(...both, cast.suspended(BEN))
      .when(reinstateUser, { userId: BEN }, BY_ADA)
      .then(cast.reinstated(BEN))
    given(...both, cast.granted(BEN), cast.suspended(BEN, ['admin']), cast.reinstated(BEN, ['admin']))
      .when(suspendUser, { ...wish, userId: ADA }, BY_ADA)
      .then(cast.suspended(ADA, ['admin']), cast.sessionsEnded('suspended', null, ADA))
  })
  test('reinstating who is active is already true', () =>
    given(...both)
      .when(reinstateUser, { userId: BEN }, BY_ADA)
      .thenNothing())
  test('reinstating takes an admin and a user', () => {
    given(...both, cast.suspended(BEN))
      .when(reinstateUser, { userId: BEN }, BY_BEN)
      .thenRefused('not_allowed')
    given().when(reinstateUser, { userId: BEN }).thenRefused('user_not_found')
  })
})

describe('EraseUser', () => {
  const wish = { userId: BEN, email: BEN_ADDRESS }
  const both = [...cast.admin(ADA, ADA_ADDRESS), cast.issued(), ...cast.member(BEN, BEN_ADDRESS)]

  test('a user is erased, with the invites to their address', () =>
    given(...both)
      .when(eraseUser, wish, BY_ADA)
      .then(cast.erased(BEN, { inviteIds: [INVITE] })))
  test('invites to an address that is not the user’s stay', () =>
    given(...both, cast.issued({ inviteId: CYD, email: 'cyd@example.org' }))
      .when(eraseUser, { ...wish, email: 'cyd@example.org' }, BY_ADA)
      .then(cast.erased(BEN)))
  test('erasing again is already true', () =>
    given(...both, cast.erased(BEN))
      .when(eraseUser, wish, BY_ADA)
      .thenNothing())
  test('the last admin stays', () =>
    given(...both)
      .when(eraseUser, { userId: ADA, email: ADA_ADDRESS }, BY_ADA)
      .thenRefused('last_admin'))
  test('a member erases nobody', () =>
    given(...both)
      .when(eraseUser, wish, BY_BEN)
      .thenRefused('not_allowed'))
  test('an unknown user is refused', () => given().when(eraseUser, wish).thenRefused('user_not_found'))
})
