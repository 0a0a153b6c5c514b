import { describe, test } from 'vitest'
import { grantRole } from '../../src/domain/users/grant-role.ts'
import * as cast from '../support/controls.ts'
import { given } from '../support/given.ts'

const { ADA, BEN, CYD, BEN_ADDRESS, ADA_ADDRESS, CREDENTIAL, OTHER_CREDENTIAL } = cast
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
