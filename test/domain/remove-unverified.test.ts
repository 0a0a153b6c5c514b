import { describe, test } from 'vitest'
import { removeUnverifiedUser } from '../../src/domain/users/remove-unverified-user.ts'
import * as cast from '../support/controls.ts'
import { given } from '../support/given.ts'

const { ADA, BEN, BEN_ADDRESS, NOW, EARLIER } = cast

describe('RemoveUnverifiedUser', () => {
  const DAY = 86_400_000
  const wish = { userId: BEN, afterMs: DAY } // they registered at EARLIER, a day before NOW
  const system = { actor: 'system' } as const
  const waits = cast.waiting(BEN, BEN_ADDRESS)
  const gone = cast.erased(BEN, { reason: 'unverified' })

  test('S2-31: whoever has not confirmed the address in time is forgotten', () =>
    given(...waits)
      .when(removeUnverifiedUser, wish, system)
      .then(gone))
  test('not a millisecond before', () => {
    given(...waits)
      .when(removeUnverifiedUser, wish, { ...system, now: '2026-03-01T08:59:59.999Z' })
      .thenRefused('registration_not_due')
    given(...waits)
      .when(removeUnverifiedUser, { ...wish, afterMs: DAY + 1 }, system)
      .thenRefused('registration_not_due')
  })
  test('the time runs from the registration, whatever mails were sent since', () =>
    given(...waits, { ...cast.verificationIssued({ verificationId: cast.OTHER_VERIFICATION }), at: NOW })
      .when(removeUnverifiedUser, wish, system)
      .then(gone))
  test('S2-32, W-18: whoever has confirmed an address stays, for ever, though others have not', () => {
    const confirmed = [...waits, { ...cast.verified(BEN, BEN_ADDRESS, 'code'), at: NOW }]
    const later = { ...system, now: '2036-03-01T09:00:00.000Z' }
    given(...confirmed, ...cast.waiting(ADA, cast.ADA_ADDRESS))
      .when(removeUnverifiedUser, wish, later)
      .thenRefused('email_already_verified')
    given(...confirmed, cast.addressReleased(), cast.verified(BEN, cast.CYD_ADDRESS, 'code'))
      .when(removeUnverifiedUser, wish, later)
      .thenRefused('email_already_verified')
    given(...confirmed, cast.suspended(BEN))
      .when(removeUnverifiedUser, wish, later)
      .thenRefused('email_already_verified')
  })
  test('C-15: those who were invited or made by the operator stay', () => {
    for (const via of [{ kind: 'invite', inviteId: cast.INVITE }, { kind: 'operator' }] as const) {
      given(cast.registered(BEN, BEN_ADDRESS, via))
        .when(removeUnverifiedUser, wish, system)
        .thenRefused('email_already_verified')
    }
  })
  test('a suspended registration ends like any other', () =>
    given(...waits, cast.suspended(BEN))
      .when(removeUnverifiedUser, wish, system)
      .then(gone))
  test('the roles that go with them are named', () =>
    given(...waits, cast.granted(BEN, 'auditor'))
      .when(removeUnverifiedUser, wish, system)
      .then(cast.erased(BEN, { reason: 'unverified', roles: ['auditor'] })))
  test('removing again is already true', () =>
    given(...waits.map(cast.forgotten), gone)
      .when(removeUnverifiedUser, wish, system)
      .thenNothing())
  test('an unknown user is refused', () =>
    given().when(removeUnverifiedUser, wish, system).thenRefused('user_not_found'))
  test('only the service itself and the operator do it, not even an admin', () => {
    given(...waits)
      .when(removeUnverifiedUser, wish, { actor: 'operator' })
      .then(gone)
    for (const actor of [`user:${ADA}`, `user:${BEN}`, 'anonymous'] as const) {
      given(...cast.admin(ADA, cast.ADA_ADDRESS), ...waits)
        .when(removeUnverifiedUser, wish, { actor })
        .thenRefused('not_allowed')
    }
  })
  test('a clock that runs behind removes nobody', () =>
    given({ ...cast.registered(BEN, BEN_ADDRESS, { kind: 'self' }), at: NOW })
      .when(removeUnverifiedUser, wish, { ...system, now: EARLIER })
      .thenRefused('registration_not_due'))
})
