import { describe, test } from 'vitest'
import { recordDelivery } from '../../src/domain/mails/record-delivery.ts'
import { endSessions } from '../../src/domain/sessions/end-sessions.ts'
import { issueSignInLink } from '../../src/domain/sessions/issue-sign-in-link.ts'
import { login } from '../../src/domain/sessions/login.ts'
import { logout } from '../../src/domain/sessions/logout.ts'
import { redeemSignInLink } from '../../src/domain/sessions/redeem-sign-in-link.ts'
import * as cast from '../support/controls.ts'
import { given } from '../support/given.ts'

const { BEN, BEN_ADDRESS, CREDENTIAL, SESSION, OTHER_SESSION, LINK, NOW, IN_A_DAY } = cast
const ben = cast.member(BEN, BEN_ADDRESS)

describe('Login', () => {
  const wish = { userId: BEN, provenCredentialId: CREDENTIAL, session: cast.start }

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
  test('a session that never was is already ended', () => given().when(logout, wish).thenNothing())
})

describe('EndSessions', () => {
  const wish = { userId: BEN, except: null, reason: 'signed-out-everywhere' } as const

  test('all sessions of a user end', () =>
    given(...ben)
      .when(endSessions, wish)
      .then(cast.sessionsEnded('signed-out-everywhere')))
  test('an unknown user has none', () => given().when(endSessions, wish).thenRefused('user_not_found'))
  test('nor has an erased one', () =>
    given(...ben, cast.erased(BEN))
      .when(endSessions, wish)
      .thenRefused('user_not_found'))
})

describe('IssueSignInLink', () => {
  const wish = {
    linkId: LINK,
    userId: BEN,
    email: BEN_ADDRESS,
    locale: 'en',
    delivery: 'mail',
    expiresAt: IN_A_DAY,
  } as const

  test('a link is issued', () =>
    given(...ben)
      .when(issueSignInLink, wish)
      .then(cast.linkIssued()))
  test('issuing the same link again is already true', () =>
    given(...ben, cast.linkIssued())
      .when(issueSignInLink, wish)
      .thenNothing())
  test('an unknown user gets none', () => given().when(issueSignInLink, wish).thenRefused('user_not_found'))
  test('an erased user gets none', () =>
    given(...ben, cast.erased(BEN))
      .when(issueSignInLink, wish)
      .thenRefused('user_not_found'))
  test('a suspended user gets none', () =>
    given(...ben, cast.suspended(BEN))
      .when(issueSignInLink, wish)
      .thenRefused('user_suspended'))
})

describe('RedeemSignInLink', () => {
  const wish = { linkId: LINK, userId: BEN, session: cast.start }
  const caused = <T extends object>(event: T) => ({ ...event, causation: 'EVENT-3' })

  test('a link signs in once and ends whatever sessions there were', () =>
    given(...ben, cast.linkIssued())
      .when(redeemSignInLink, wish)
      .then(
        caused(cast.linkRedeemed),
        caused(cast.sessionsEnded('signed-out-everywhere')),
        caused(cast.loggedIn('sign-in-link')),
      ))
  test('the same click again is answered as the first', () =>
    given(...ben, cast.linkIssued(), cast.linkRedeemed)
      .when(redeemSignInLink, wish)
      .thenNothing())
  test('another click is refused', () =>
    given(...ben, cast.linkIssued(), cast.linkRedeemed)
      .when(redeemSignInLink, { ...wish, session: { ...cast.start, sessionId: OTHER_SESSION } })
      .thenRefused('link_already_used', { usedAt: NOW }))
  test('the expiry instant is already too late', () =>
    given(...ben, cast.linkIssued({ expiresAt: NOW }))
      .when(redeemSignInLink, wish)
      .thenRefused('link_expired', { expiresAt: NOW }))
  test('a link of somebody else is unknown', () =>
    given(...ben, cast.linkIssued({ userId: cast.CYD }))
      .when(redeemSignInLink, wish)
      .thenRefused('link_not_found'))
  test('an unknown link is unknown', () =>
    given(...ben)
      .when(redeemSignInLink, wish)
      .thenRefused('link_not_found'))
  test('a suspended user is not signed in', () =>
    given(...ben, cast.linkIssued(), cast.suspended(BEN))
      .when(redeemSignInLink, wish)
      .thenRefused('user_suspended'))
  test('an erased user is unknown', () =>
    given(...ben, cast.linkIssued(), cast.erased(BEN))
      .when(redeemSignInLink, wish)
      .thenRefused('link_not_found'))
})

describe('RecordDelivery', () => {
  const sent = { result: 'sent', ...cast.mailSent.data } as const
  const failed = { result: 'failed', ...cast.mailFailed.data } as const
  const system = { actor: 'system' } as const

  test('a mail that was taken is recorded as sent', () =>
    given().when(recordDelivery, sent, system).then(cast.mailSent))
  test('a mail that was given up is recorded with its reason', () =>
    given().when(recordDelivery, failed, system).then(cast.mailFailed))
  test('the first word counts', () => {
    given(cast.mailSent).when(recordDelivery, failed, system).thenNothing()
    given(cast.mailFailed).when(recordDelivery, sent, system).thenNothing()
  })
  test('only the service itself says so', () =>
    given()
      .when(recordDelivery, sent, { actor: `user:${BEN}` })
      .thenRefused('not_allowed'))
})
