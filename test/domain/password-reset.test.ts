import { describe, test } from 'vitest'
import { requestPasswordReset } from '../../src/domain/users/request-password-reset.ts'
import { resetPassword } from '../../src/domain/users/reset-password.ts'
import * as cast from '../support/controls.ts'
import { given } from '../support/given.ts'

const { BEN, BEN_ADDRESS, CYD_ADDRESS, RESET, OTHER_RESET, CREDENTIAL, OTHER_CREDENTIAL, NOW } = cast
const anonymous = { actor: 'anonymous' } as const
const member = [...cast.member(BEN, BEN_ADDRESS), cast.passwordChanged()]

describe('RequestPasswordReset', () => {
  const wish = cast.resetRequested().data as {
    userId: string
    email: string
    resetId: string
    locale: 'en'
    expiresAt: string
  }

  test('a link that sets a new password goes to the confirmed address', () =>
    given(...member)
      .when(requestPasswordReset, wish, anonymous)
      .then(cast.resetRequested()))
  test('whoever has no password gets one this way too', () =>
    given(...cast.member(BEN, BEN_ADDRESS))
      .when(requestPasswordReset, wish, anonymous)
      .then(cast.resetRequested()))
  test('the same mail asked for again is on its way already; another one takes its place', () => {
    given(...member, cast.resetRequested())
      .when(requestPasswordReset, wish, anonymous)
      .thenNothing()
    given(...member, cast.resetRequested({ resetId: OTHER_RESET }))
      .when(requestPasswordReset, wish, anonymous)
      .then(cast.resetRequested())
  })
  test('T10: an address that is not confirmed gets none', () =>
    given(...cast.waiting(BEN, BEN_ADDRESS))
      .when(requestPasswordReset, wish, anonymous)
      .thenRefused('email_not_verified'))
  test('T10: nor does any other than the user’s own: not one they gave up, not one they only wish for', () => {
    given(...member)
      .when(requestPasswordReset, { ...wish, email: CYD_ADDRESS }, anonymous)
      .thenRefused('user_not_found')
    given(...member, cast.verificationIssued({ email: CYD_ADDRESS, purpose: 'email-change' }))
      .when(requestPasswordReset, { ...wish, email: CYD_ADDRESS }, anonymous)
      .thenRefused('user_not_found')
    given(...member, cast.addressReleased(), cast.verified(BEN, CYD_ADDRESS, 'code'))
      .when(requestPasswordReset, wish, anonymous)
      .thenRefused('user_not_found')
  })
  test('a suspended, an erased and an unknown user get none', () => {
    given(...member, cast.suspended(BEN))
      .when(requestPasswordReset, wish, anonymous)
      .thenRefused('user_suspended')
    given(...member.map(cast.forgotten), cast.erased(BEN))
      .when(requestPasswordReset, wish, anonymous)
      .thenRefused('user_not_found')
    given().when(requestPasswordReset, wish, anonymous).thenRefused('user_not_found')
  })
})

describe('ResetPassword', () => {
  const wish = { userId: BEN, resetId: RESET, newCredentialId: OTHER_CREDENTIAL }
  const asked = [...member, cast.resetRequested()]
  const caused = <T extends object>(event: T, by = asked.length) => ({ ...event, causation: `EVENT-${by}` })
  const reset = cast.passwordChanged({ by: 'reset', credentialId: OTHER_CREDENTIAL })

  test('the new password counts, and every session ends, whose ever it was', () =>
    given(...asked)
      .when(resetPassword, wish, anonymous)
      .then(caused(reset), caused(cast.sessionsEnded('password-changed'))))
  test('the user is told in the language that they have chosen since', () =>
    given(...asked, cast.profileChanged({ locale: 'ru' }))
      .when(resetPassword, wish, anonymous)
      .then(
        caused({ ...reset, data: { ...reset.data, locale: 'ru' } }),
        caused(cast.sessionsEnded('password-changed')),
      ))
  test('the instant of its end is already too late, a millisecond before is not', () => {
    given(...member, cast.resetRequested({ expiresAt: NOW }))
      .when(resetPassword, wish, anonymous)
      .thenRefused('link_expired', { expiresAt: NOW })
    given(...member, cast.resetRequested({ expiresAt: '2026-03-01T09:00:00.001Z' }))
      .when(resetPassword, wish, anonymous)
      .then(caused(reset), caused(cast.sessionsEnded('password-changed')))
  })
  test('a link works once', () =>
    given(...asked, reset)
      .when(resetPassword, wish, anonymous)
      .thenRefused('link_already_used'))
  test('a newer link takes the place of the older one', () =>
    given(...asked, cast.resetRequested({ resetId: OTHER_RESET }))
      .when(resetPassword, wish, anonymous)
      .thenRefused('link_replaced'))
  test.each([
    ['the user changes the password', cast.passwordChanged({ credentialId: OTHER_CREDENTIAL })],
    ['the operator sets one', cast.passwordChanged({ credentialId: OTHER_CREDENTIAL, by: 'operator' })],
    ['the user changes the address: the old mailbox may be somebody else’s', cast.addressReleased()],
  ])('T10: a link dies when %s', (_, event) =>
    given(...asked, event)
      .when(resetPassword, wish, anonymous)
      .thenRefused('link_already_used'),
  )
  test('and stays dead whatever follows', () =>
    given(...asked, cast.passwordChanged(), cast.addressReleased(), cast.verified(BEN, CYD_ADDRESS, 'code'))
      .when(resetPassword, { ...wish, newCredentialId: CREDENTIAL }, anonymous)
      .thenRefused('link_already_used'))
  test('a link that was never mailed is unknown, as is that of an erased user', () => {
    given(...member)
      .when(resetPassword, wish, anonymous)
      .thenRefused('link_not_found')
    given(...asked.map(cast.forgotten), cast.erased(BEN))
      .when(resetPassword, wish, anonymous)
      .thenRefused('link_not_found')
    given(...asked, cast.erased(BEN))
      .when(resetPassword, wish, anonymous)
      .thenRefused('link_not_found')
    given().when(resetPassword, wish, anonymous).thenRefused('link_not_found')
  })
  test('a suspended user sets no password', () =>
    given(...asked, cast.suspended(BEN))
      .when(resetPassword, wish, anonymous)
      .thenRefused('user_suspended'))
})
