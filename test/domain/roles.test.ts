import { describe, test } from 'vitest'
import { grantRole } from '../../src/domain/users/grant-role.ts'
import { revokeRole } from '../../src/domain/users/revoke-role.ts'
import * as cast from '../support/controls.ts'
import { given } from '../support/given.ts'

const { ADA, BEN, CYD, BEN_ADDRESS, ADA_ADDRESS, CREDENTIAL, OTHER_CREDENTIAL, SESSION } = cast
const BY_ADA = { actor: `user:${ADA}` } as const
const BY_BEN = { actor: `user:${BEN}` } as const

describe('GrantRole', () => {
  const wish = { userId: BEN, role: 'admin', enrol: null, newCredentialId: null } as const
  const enrolment = { ...wish, enrol: { email: BEN_ADDRESS, locale: 'en' } } as const

  test('an admin makes another admin', () =>
    given(...cast.admin(ADA, ADA_ADDRESS), ...cast.member(BEN, BEN_ADDRESS))
      .when(grantRole, wish, BY_ADA)
      .then(cast.granted(BEN)))
  test('an admin makes an auditor, of an admin too', () =>
    given(...cast.admin(ADA, ADA_ADDRESS))
      .when(grantRole, { ...wish, userId: ADA, role: 'auditor' }, BY_ADA)
      .then(cast.granted(ADA, 'auditor')))
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
  test('an existing user keeps their language', () =>
    given(...cast.admin(BEN, BEN_ADDRESS), cast.profileChanged({ locale: 'ru' }))
      .when(grantRole, { ...enrolment, newCredentialId: CREDENTIAL })
      .then(cast.passwordChanged({ by: 'operator', locale: 'ru' }), cast.sessionsEnded('password-changed')))
  test('setting the same password again is already true', () =>
    given(...cast.admin(BEN, BEN_ADDRESS), cast.passwordChanged({ by: 'operator' }))
      .when(grantRole, { ...enrolment, newCredentialId: CREDENTIAL })
      .thenNothing())
  test('another password takes the place of the one before', () =>
    given(...cast.admin(BEN, BEN_ADDRESS), cast.passwordChanged())
      .when(grantRole, { ...enrolment, newCredentialId: OTHER_CREDENTIAL })
      .then(
        cast.passwordChanged({ by: 'operator', credentialId: OTHER_CREDENTIAL }),
        cast.sessionsEnded('password-changed'),
      ))
  test('the operator makes an auditor of somebody new, without a password', () =>
    given()
      .when(grantRole, { ...enrolment, role: 'auditor' })
      .then(cast.registered(BEN, BEN_ADDRESS), cast.verified(BEN, BEN_ADDRESS), cast.granted(BEN, 'auditor')))
  test('T49 a suspended user gets no role: as an admin they would be counted without being able to act', () => {
    const suspended = [...cast.admin(ADA, ADA_ADDRESS), ...cast.member(BEN, BEN_ADDRESS), cast.suspended(BEN)]
    given(...suspended)
      .when(grantRole, wish, BY_ADA)
      .thenRefused('user_suspended')
    given(...suspended)
      .when(grantRole, { ...enrolment, newCredentialId: CREDENTIAL })
      .thenRefused('user_suspended')
  })
  test('T10: whoever has not confirmed the address gets no role: another may still take it', () => {
    given(...cast.admin(ADA, ADA_ADDRESS), ...cast.waiting(BEN, BEN_ADDRESS))
      .when(grantRole, wish, BY_ADA)
      .thenRefused('email_not_verified')
    given(...cast.waiting(BEN, BEN_ADDRESS))
      .when(grantRole, { ...enrolment, role: 'auditor', newCredentialId: CREDENTIAL })
      .thenRefused('email_not_verified')
  })
  test('T10: the operator’s word confirms the address: whoever waited for it is gone', () =>
    given(...cast.waiting(CYD, BEN_ADDRESS), ...cast.waiting(ADA, ADA_ADDRESS))
      .when(grantRole, enrolment)
      .then(
        cast.registered(BEN, BEN_ADDRESS),
        cast.verified(BEN, BEN_ADDRESS),
        cast.erased(CYD, { reason: 'superseded' }),
        cast.granted(BEN),
      ))
  test('if the address is not the user’s (any more) the caller has to look again', () =>
    given(cast.registered(BEN, null), cast.verified(BEN, null))
      .when(grantRole, enrolment)
      .thenRefused('email_already_registered'))
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

describe('RevokeRole', () => {
  const wish = { userId: BEN, role: 'admin', keepSessionId: null } as const
  const twoAdmins = [...cast.admin(ADA, ADA_ADDRESS), ...cast.admin(BEN, BEN_ADDRESS)]
  const ended = (except: string | null = null) => cast.sessionsEnded('role-changed', except)

  test('S4-42, T23: an admin takes a role away, and every session that was opened with it ends', () =>
    given(...twoAdmins)
      .when(revokeRole, wish, BY_ADA)
      .then(cast.roleRevoked(BEN), ended()))
  test('only that role goes', () =>
    given(...cast.admin(ADA, ADA_ADDRESS), ...cast.admin(BEN, BEN_ADDRESS), cast.granted(BEN, 'auditor'))
      .when(revokeRole, { ...wish, role: 'auditor' }, BY_ADA)
      .then(cast.roleRevoked(BEN, 'auditor'), ended()))
  test('whoever lays down a role of their own stays signed in where they did it', () =>
    given(...twoAdmins)
      .when(revokeRole, { ...wish, keepSessionId: SESSION }, BY_BEN)
      .then(cast.roleRevoked(BEN), ended(SESSION)))
  test('no session of somebody else is kept', () =>
    given(...twoAdmins)
      .when(revokeRole, { ...wish, keepSessionId: SESSION }, BY_ADA)
      .then(cast.roleRevoked(BEN), ended()))
  test('the operator does it too', () =>
    given(...twoAdmins)
      .when(revokeRole, wish)
      .then(cast.roleRevoked(BEN), ended()))
  test('taking what is not held is already true', () => {
    given(...cast.admin(ADA, ADA_ADDRESS), ...cast.member(BEN, BEN_ADDRESS))
      .when(revokeRole, wish, BY_ADA)
      .thenNothing()
    given(...twoAdmins, cast.roleRevoked(BEN), ended())
      .when(revokeRole, wish, BY_ADA)
      .thenNothing()
  })
  test('T49: the last admin keeps the role, whoever asks', () => {
    const one = cast.admin(BEN, BEN_ADDRESS)
    given(...one)
      .when(revokeRole, wish, BY_BEN)
      .thenRefused('last_admin')
    given(...one)
      .when(revokeRole, wish)
      .thenRefused('last_admin')
  })
  test('T49: a suspended admin does not count as one who stays', () =>
    given(...twoAdmins, cast.suspended(ADA, ['admin']))
      .when(revokeRole, wish)
      .thenRefused('last_admin'))
  test('a suspended admin loses the role, and is none after being reinstated', () =>
    given(...twoAdmins, cast.suspended(BEN, ['admin']))
      .when(revokeRole, wish, BY_ADA)
      .then(cast.roleRevoked(BEN), ended()))
  test('the last auditor may go: nobody is locked out by that', () =>
    given(...cast.admin(ADA, ADA_ADDRESS), ...cast.member(BEN, BEN_ADDRESS), cast.granted(BEN, 'auditor'))
      .when(revokeRole, { ...wish, role: 'auditor' }, BY_ADA)
      .then(cast.roleRevoked(BEN, 'auditor'), ended()))
  test('a member takes nothing, and neither does an auditor', () => {
    given(...cast.admin(ADA, ADA_ADDRESS), ...cast.member(BEN, BEN_ADDRESS))
      .when(revokeRole, { ...wish, userId: ADA }, BY_BEN)
      .thenRefused('not_allowed')
    given(...twoAdmins, ...cast.member(CYD, 'cyd@example.org'), cast.granted(CYD, 'auditor'))
      .when(revokeRole, wish, { actor: `user:${CYD}` })
      .thenRefused('not_allowed')
  })
  test('an admin who was suspended, or lost the role, takes nothing any more', () => {
    given(...twoAdmins, cast.suspended(ADA, ['admin']))
      .when(revokeRole, wish, BY_ADA)
      .thenRefused('not_allowed')
    given(...twoAdmins, cast.roleRevoked(ADA))
      .when(revokeRole, wish, BY_ADA)
      .thenRefused('not_allowed')
  })
  test('an unknown user is refused, and so is an erased one', () => {
    given().when(revokeRole, wish).thenRefused('user_not_found')
    given(...twoAdmins, cast.erased(BEN, { roles: ['admin'] }))
      .when(revokeRole, wish)
      .thenRefused('user_not_found')
  })
})
