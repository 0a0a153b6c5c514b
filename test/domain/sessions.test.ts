import { describe, test } from 'vitest'
import { endSessions } from '../../src/domain/sessions/end-sessions.ts'
import { login } from '../../src/domain/sessions/login.ts'
import { logout } from '../../src/domain/sessions/logout.ts'
import * as cast from '../support/controls.ts'
import { given } from '../support/given.ts'

const {
  ADA,
  ADA_ADDRESS,
  CYD,
  CYD_ADDRESS,
  BEN,
  BEN_ADDRESS,
  CREDENTIAL,
  OTHER_CREDENTIAL,
  SESSION,
  OTHER_SESSION,
  NOW,
} = cast
const ben = cast.member(BEN, BEN_ADDRESS)
const ELSE = ['anonymous', `user:${ADA}`] as const

describe('Login', () => {
  const wish = { userId: BEN, provenCredentialId: CREDENTIAL, session: cast.start, isNewDevice: false }

  test('the right password begins a session', () =>
    given(...ben, cast.passwordChanged())
      .when(login, wish)
      .then(cast.loggedIn('password')))
  test('a first password signs in and is used up', () =>
    given(...ben, cast.firstPassword())
      .when(login, wish)
      .then(cast.firstPasswordUsed, cast.loggedIn('first-password')))
  test('a used first password is refused', () =>
    given(...ben, cast.firstPassword(), cast.firstPasswordUsed)
      .when(login, wish)
      .thenRefused('first_password_used'))
  test('an expired first password is refused, the expiry instant included', () =>
    given(...ben, cast.firstPassword({ expiresAt: NOW }))
      .when(login, wish)
      .thenRefused('first_password_expired'))
  test('a first password is void once one was chosen', () =>
    given(...ben, cast.firstPassword(), cast.passwordChanged({ credentialId: OTHER_SESSION }))
      .when(login, wish)
      .thenRefused('credentials_wrong'))
  test('a new password voids the one before', () =>
    given(...ben, cast.passwordChanged(), cast.passwordChanged({ credentialId: OTHER_CREDENTIAL }))
      .when(login, wish)
      .thenRefused('credentials_wrong'))
  test('each sign-in is a session of its own', () =>
    given(...ben, cast.passwordChanged(), cast.loggedIn('password'))
      .when(login, { ...wish, session: { ...cast.start, sessionId: OTHER_SESSION } })
      .then(cast.loggedIn('password', { sessionId: OTHER_SESSION })))
  test('a first password is good until the millisecond before its end', () =>
    given(...ben, cast.firstPassword({ expiresAt: '2026-03-01T09:00:00.001Z' }))
      .when(login, wish)
      .then(cast.firstPasswordUsed, cast.loggedIn('first-password')))
  test('who was reinstated signs in again', () =>
    given(...ben, cast.passwordChanged(), cast.suspended(BEN), cast.reinstated(BEN))
      .when(login, wish)
      .then(cast.loggedIn('password')))
  test('a wrong password is refused', () =>
    given(...ben, cast.passwordChanged())
      .when(login, { ...wish, provenCredentialId: null })
      .thenRefused('credentials_wrong'))
  test('a password that was changed while it was being compared is refused', () =>
    given(...ben, cast.passwordChanged({ credentialId: OTHER_SESSION }))
      .when(login, wish)
      .thenRefused('credentials_wrong'))
  test('who has no password at all is refused the same way', () =>
    given(...ben)
      .when(login, wish)
      .thenRefused('credentials_wrong'))
  test('an unknown user is refused the same way', () =>
    given().when(login, wish).thenRefused('credentials_wrong'))
  test('an erased user is refused the same way', () =>
    given(...ben, cast.passwordChanged(), cast.erased(BEN))
      .when(login, wish)
      .thenRefused('credentials_wrong'))
  test('on a new device it is noted, and calls for a mail to the user', () =>
    given(...ben, cast.passwordChanged())
      .when(login, { ...wish, isNewDevice: true })
      .then(cast.loggedIn('password', { isNewDevice: true }), cast.newDeviceNoticed()))
  test('a first password on a new device, too', () =>
    given(...ben, cast.firstPassword())
      .when(login, { ...wish, isNewDevice: true })
      .then(
        cast.firstPasswordUsed,
        cast.loggedIn('first-password', { isNewDevice: true }),
        cast.newDeviceNoticed(),
      ))
  test('a refused one tells nothing of the device', () =>
    given(...ben, cast.passwordChanged())
      .when(login, { ...wish, provenCredentialId: null, isNewDevice: true })
      .thenRefused('credentials_wrong'))
  test.each(ELSE)('nobody signs in as somebody else: not %s', (actor) =>
    given(...cast.admin(ADA, ADA_ADDRESS), ...ben, cast.passwordChanged())
      .when(login, wish, { actor })
      .thenRefused('not_allowed'),
  )
  test('the user does', () =>
    given(...ben, cast.passwordChanged())
      .when(login, wish, { actor: `user:${BEN}` })
      .then(cast.loggedIn('password')))
  test('a suspended user is told so, after the right password only', () => {
    const suspended = [...ben, cast.passwordChanged(), cast.suspended(BEN)]
    given(...suspended)
      .when(login, wish)
      .thenRefused('user_suspended')
    given(...suspended)
      .when(login, { ...wish, provenCredentialId: null })
      .thenRefused('credentials_wrong')
  })
})

describe('Logout', () => {
  const wish = { sessionId: SESSION }

  test('a session is ended', () => given(cast.loggedIn('password')).when(logout, wish).then(cast.loggedOut))
  test('ending it again is already true', () =>
    given(cast.loggedIn('password'), cast.loggedOut).when(logout, wish).thenNothing())
  test('another session of the same user goes on', () =>
    given(cast.loggedIn('password'), cast.loggedIn('password', { sessionId: OTHER_SESSION }), cast.loggedOut)
      .when(logout, { sessionId: OTHER_SESSION })
      .then({ type: 'UserLoggedOut', data: { userId: BEN, sessionId: OTHER_SESSION } }))
  test('its user ends it, an admin does, and the service itself', () => {
    for (const actor of [`user:${BEN}`, `user:${ADA}`, 'operator', 'system'] as const) {
      given(...cast.admin(ADA, ADA_ADDRESS), ...ben, cast.loggedIn('password'))
        .when(logout, wish, { actor })
        .then(cast.loggedOut)
    }
  })
  test.each(['anonymous', `user:${CYD}`] as const)('nobody else does: not %s', (actor) => {
    const history = [...ben, ...cast.member(CYD, CYD_ADDRESS), cast.loggedIn('password')]
    given(...history)
      .when(logout, wish, { actor })
      .thenRefused('not_allowed')
    given(...history, cast.loggedOut)
      .when(logout, wish, { actor })
      .thenRefused('not_allowed')
  })
  test('a session that never was is already ended, whoever asks', () => {
    given().when(logout, wish).thenNothing()
    given()
      .when(logout, wish, { actor: `user:${ADA}` })
      .thenNothing()
  })
})

describe('EndSessions', () => {
  const wish = { userId: BEN, except: null, reason: 'signed-out-everywhere' } as const

  test('all sessions of a user end', () =>
    given(...ben)
      .when(endSessions, wish)
      .then(cast.sessionsEnded('signed-out-everywhere')))
  test('all but one end', () =>
    given(...ben)
      .when(endSessions, { ...wish, except: SESSION })
      .then(cast.sessionsEnded('signed-out-everywhere', SESSION)))
  test('ending them again is meant: others may have begun since', () =>
    given(...ben, cast.sessionsEnded('signed-out-everywhere'))
      .when(endSessions, { ...wish, reason: 'token-reused' })
      .then(cast.sessionsEnded('token-reused')))
  test('a suspended user’s end too', () =>
    given(...ben, cast.suspended(BEN))
      .when(endSessions, wish)
      .then(cast.sessionsEnded('signed-out-everywhere')))
  test('their user ends them, or an admin; nobody else does', () => {
    const history = [...cast.admin(ADA, ADA_ADDRESS), ...ben, ...cast.member(CYD, CYD_ADDRESS)]
    for (const actor of [`user:${BEN}`, `user:${ADA}`] as const) {
      given(...history)
        .when(endSessions, wish, { actor })
        .then(cast.sessionsEnded('signed-out-everywhere'))
    }
    for (const actor of ['anonymous', `user:${CYD}`] as const) {
      given(...history)
        .when(endSessions, wish, { actor })
        .thenRefused('not_allowed')
    }
  })
  test('an unknown user has none', () => given().when(endSessions, wish).thenRefused('user_not_found'))
  test('nor has an erased one', () =>
    given(...ben, cast.erased(BEN))
      .when(endSessions, wish)
      .thenRefused('user_not_found'))
})
