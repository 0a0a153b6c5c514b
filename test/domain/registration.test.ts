import { describe, expect, test } from 'vitest'
import { completeRegistration } from '../../src/domain/users/complete-registration.ts'
import { MAX_WAITING, registerUser } from '../../src/domain/users/register-user.ts'
import * as cast from '../support/controls.ts'
import { given } from '../support/given.ts'

const { ADA, BEN, CYD, BEN_ADDRESS, CREDENTIAL, OTHER_CREDENTIAL } = cast

describe('RegisterUser', () => {
  const wish = {
    userId: BEN,
    email: BEN_ADDRESS,
    name: null,
    locale: 'en',
    credentialId: CREDENTIAL,
    verification: cast.newVerification,
    session: cast.start,
    isTakenTold: false,
  } as const
  const anonymous = { actor: 'anonymous' } as const
  const registered = cast.registered(BEN, BEN_ADDRESS, { kind: 'self' })
  const chosen = cast.passwordChanged({ by: 'registration' })
  const loggedIn = cast.loggedIn('registration')
  const begun = [registered, chosen, cast.verificationIssued(), loggedIn]

  test('S1-1, S2-1, S2-20: one decision: known, with a password, a code and link on their way, signed in', () =>
    given()
      .when(registerUser, wish, anonymous)
      .then(...begun))
  test('S4-5: without a password somebody is a temporary user', () =>
    given()
      .when(registerUser, { ...wish, credentialId: null }, anonymous)
      .then(registered, cast.verificationIssued(), loggedIn))
  test('the name and the language are those that were given', () =>
    given()
      .when(registerUser, { ...wish, name: 'Ben', locale: 'ru', credentialId: null }, anonymous)
      .then(
        { ...registered, data: { ...registered.data, name: 'Ben', locale: 'ru' } },
        cast.verificationIssued({ locale: 'ru' }),
        loggedIn,
      ))
  test('the same registration coming again is answered as the first one was', () =>
    given(...begun)
      .when(registerUser, wish, anonymous)
      .thenNothing())
  test('even when its user is gone meanwhile: nobody comes back', () =>
    given(...begun.map(cast.forgotten), cast.erased(BEN, { reason: 'superseded' }))
      .when(registerUser, wish, anonymous)
      .thenNothing())

  test('S1-4, T10: an address is taken by nobody until it is confirmed: several may wait for it', () =>
    given(...cast.waiting(CYD, BEN_ADDRESS))
      .when(registerUser, wish, anonymous)
      .then(...begun))
  test('an invite to the address is not in the way either', () =>
    given(cast.issued())
      .when(registerUser, wish, anonymous)
      .then(...begun))
  test('T13: with an address that has an owner everything is the same but the mail, which goes to the owner', () =>
    given(...cast.member(ADA, BEN_ADDRESS))
      .when(registerUser, wish, anonymous)
      .then(registered, chosen, cast.verificationIssued({ purpose: 'taken' }), loggedIn))
  test('S4-6: where the house tells, such an address is refused, and one that is only waited for is not', () => {
    given(...cast.member(ADA, BEN_ADDRESS))
      .when(registerUser, { ...wish, isTakenTold: true }, anonymous)
      .thenRefused('email_already_registered')
    given(...cast.waiting(CYD, BEN_ADDRESS))
      .when(registerUser, { ...wish, isTakenTold: true }, anonymous)
      .then(...begun)
  })
  test('an address that was released, or whose owner was erased, is free again', () => {
    given(...cast.member(ADA, BEN_ADDRESS), cast.addressReleased({ userId: ADA }))
      .when(registerUser, { ...wish, isTakenTold: true }, anonymous)
      .then(...begun)
    given(...cast.member(ADA, BEN_ADDRESS).map(cast.forgotten), cast.erased(ADA))
      .when(registerUser, { ...wish, isTakenTold: true }, anonymous)
      .then(...begun)
  })

  describe('T17: not more than ten wait for one address', () => {
    const superseded = (userId: string) => cast.erased(userId, { reason: 'superseded' })
    const waiting = (count: number) => cast.people(count).flatMap((id) => cast.waiting(id, BEN_ADDRESS))

    test('the tenth joins the nine before', () => {
      expect(MAX_WAITING).toBe(10)
      given(...waiting(9))
        .when(registerUser, wish, anonymous)
        .then(...begun)
    })
    test('and nobody has to go for one who comes earlier', () => {
      for (const count of [1, 6, 7, 8]) {
        given(...waiting(count))
          .when(registerUser, wish, anonymous)
          .then(...begun)
      }
    })
    test('for the eleventh the oldest makes room', () =>
      given(...waiting(10))
        .when(registerUser, wish, anonymous)
        .then(superseded(cast.people(1)[0] ?? ''), ...begun))
    test('whether or not the address has an owner', () =>
      given(...cast.member(ADA, BEN_ADDRESS), ...waiting(10))
        .when(registerUser, wish, anonymous)
        .then(
          superseded(cast.people(1)[0] ?? ''),
          registered,
          chosen,
          cast.verificationIssued({ purpose: 'taken' }),
          loggedIn,
        ))
    test('whoever confirmed, or is gone, is not counted', () => {
      const [first, ...rest] = cast.people(10).map((id) => cast.waiting(id, BEN_ADDRESS))
      given(...(first ?? []).map(cast.forgotten), ...rest.flat())
        .when(registerUser, wish, anonymous)
        .then(...begun)
      given(
        ...waiting(10),
        cast.verified(cast.people(1)[0] ?? '', BEN_ADDRESS, 'code'),
        cast.addressReleased({ userId: cast.people(1)[0] ?? '' }),
      )
        .when(registerUser, wish, anonymous)
        .then(...begun)
    })
    test('those who wait for another address are not counted', () =>
      given(...cast.people(12).flatMap((id) => cast.waiting(id, cast.CYD_ADDRESS)))
        .when(registerUser, wish, anonymous)
        .then(...begun))
  })
})

describe('CompleteRegistration', () => {
  const wish = { userId: BEN, credentialId: CREDENTIAL, name: null }
  const own = { actor: `user:${BEN}` } as const
  const confirmed = [...cast.waiting(BEN, BEN_ADDRESS), cast.verified(BEN, BEN_ADDRESS, 'code')]
  const chosen = cast.passwordChanged({ by: 'registration' })

  test('S4-13: a temporary user who has confirmed the address chooses a password', () =>
    given(...confirmed)
      .when(completeRegistration, wish, own)
      .then(chosen))
  test('and a name, if they have another one by now', () => {
    given(...confirmed)
      .when(completeRegistration, { ...wish, name: 'Ben' }, own)
      .then(chosen, cast.profileChanged({ name: 'Ben' }))
    given(...confirmed, cast.profileChanged({ name: 'Ben' }))
      .when(completeRegistration, { ...wish, name: 'Ben' }, own)
      .then(chosen)
    given(...confirmed, cast.profileChanged({ name: 'Ben' }))
      .when(completeRegistration, wish, own)
      .then(chosen)
  })
  test('in the language that they have chosen since', () =>
    given(...confirmed, cast.profileChanged({ locale: 'ru' }))
      .when(completeRegistration, wish, own)
      .then(cast.passwordChanged({ by: 'registration', locale: 'ru' })))
  test('completing again with the same password is already true', () =>
    given(...confirmed, chosen)
      .when(completeRegistration, { ...wish, name: 'Ben' }, own)
      .thenNothing())
  test('T10: nobody sets a password this way who has one, chosen or mailed', () => {
    given(...confirmed, chosen)
      .when(completeRegistration, { ...wish, credentialId: OTHER_CREDENTIAL }, own)
      .thenRefused('registration_already_complete')
    given(...confirmed, cast.firstPassword())
      .when(completeRegistration, { ...wish, credentialId: OTHER_CREDENTIAL }, own)
      .thenRefused('registration_already_complete')
  })
  test('before the address is confirmed it is refused', () =>
    given(...cast.waiting(BEN, BEN_ADDRESS))
      .when(completeRegistration, wish, own)
      .thenRefused('email_not_verified'))
  test('nobody completes it for somebody else, not even an admin or the operator', () => {
    for (const actor of [`user:${ADA}`, 'operator', 'system', 'anonymous'] as const) {
      given(...cast.admin(ADA, cast.ADA_ADDRESS), ...confirmed)
        .when(completeRegistration, wish, { actor })
        .thenRefused('not_allowed')
    }
  })
  test('a suspended, an erased and an unknown user are refused', () => {
    given(...confirmed, cast.suspended(BEN))
      .when(completeRegistration, wish, own)
      .thenRefused('user_suspended')
    given(...confirmed.map(cast.forgotten), cast.erased(BEN))
      .when(completeRegistration, wish, own)
      .thenRefused('user_not_found')
    given().when(completeRegistration, wish, own).thenRefused('user_not_found')
  })
})
