import { describe, test } from 'vitest'
import { sendVerification } from '../../src/domain/users/send-verification.ts'
import * as cast from '../support/controls.ts'
import { given } from '../support/given.ts'

const { ADA, BEN, BEN_ADDRESS, ADA_ADDRESS, CYD_ADDRESS, OTHER_VERIFICATION } = cast

describe('SendVerification', () => {
  const next = { ...cast.newVerification, verificationId: OTHER_VERIFICATION }
  const wish = { userId: BEN, email: BEN_ADDRESS, verification: next }
  const own = { actor: `user:${BEN}` } as const
  const waits = cast.waiting(BEN, BEN_ADDRESS)
  const sent = (data: Parameters<typeof cast.verificationIssued>[0] = {}) =>
    cast.verificationIssued({ verificationId: OTHER_VERIFICATION, ...data })

  test('S2-21, S3-15, S4-12: a new code and link go to the address that somebody registered with', () =>
    given(...waits)
      .when(sendVerification, wish, own)
      .then(sent()))
  test('in the language that they have chosen since', () =>
    given(...waits, cast.profileChanged({ locale: 'ru' }))
      .when(sendVerification, wish, own)
      .then(sent({ locale: 'ru' })))
  test('the same mail asked for again is already on its way', () =>
    given(...waits, sent())
      .when(sendVerification, wish, own)
      .thenNothing())
  test('an admin and the operator have it sent for somebody', () => {
    given(...cast.admin(ADA, ADA_ADDRESS), ...waits)
      .when(sendVerification, wish, { actor: `user:${ADA}` })
      .then(sent())
    given(...waits)
      .when(sendVerification, wish)
      .then(sent())
  })
  test('nobody else does', () => {
    given(...cast.member(ADA, ADA_ADDRESS), ...waits)
      .when(sendVerification, wish, { actor: `user:${ADA}` })
      .thenRefused('not_allowed')
    given(...waits)
      .when(sendVerification, wish, { actor: 'anonymous' })
      .thenRefused('not_allowed')
  })

  describe('T13: an address that has an owner', () => {
    const taken = cast.waiting(BEN, BEN_ADDRESS, { purpose: 'taken' })
    test('its owner is reminded once more', () =>
      given(...cast.member(ADA, BEN_ADDRESS), ...taken)
        .when(sendVerification, wish, own)
        .then(sent({ purpose: 'taken' })))
    test('it found its owner after the registration', () =>
      given(...waits, ...cast.member(ADA, BEN_ADDRESS))
        .when(sendVerification, wish, own)
        .then(sent({ purpose: 'taken' })))
    test('it lost its owner: now it can be confirmed', () =>
      given(...cast.member(ADA, BEN_ADDRESS), ...taken, cast.addressReleased({ userId: ADA }))
        .when(sendVerification, wish, own)
        .then(sent()))
  })

  describe('for a change of address', () => {
    const changing = [
      ...cast.member(BEN, BEN_ADDRESS),
      cast.verificationIssued({ email: CYD_ADDRESS, purpose: 'email-change' }),
    ]
    const toTheNew = { ...wish, email: CYD_ADDRESS }
    test('it goes to the new address', () =>
      given(...changing)
        .when(sendVerification, toTheNew, own)
        .then(sent({ email: CYD_ADDRESS, purpose: 'email-change' })))
    test('or to its owner, who got it meanwhile', () =>
      given(...changing, ...cast.member(ADA, CYD_ADDRESS))
        .when(sendVerification, toTheNew, own)
        .then(sent({ email: CYD_ADDRESS, purpose: 'taken' })))
    test('never to the address that is confirmed', () =>
      given(...changing)
        .when(sendVerification, wish, own)
        .thenRefused('user_not_found'))
  })

  test('S2-26: whoever has nothing to confirm gets no mail', () => {
    given(...cast.member(BEN, BEN_ADDRESS))
      .when(sendVerification, wish, own)
      .thenRefused('email_already_verified')
    given(...waits, cast.verified(BEN, BEN_ADDRESS, 'code'))
      .when(sendVerification, wish, own)
      .thenRefused('email_already_verified')
  })
  test('T10: no mail goes to any other address than the one that is waiting', () =>
    given(...waits)
      .when(sendVerification, { ...wish, email: CYD_ADDRESS }, own)
      .thenRefused('user_not_found'))
  test('a suspended, an erased and an unknown user get none', () => {
    given(...waits, cast.suspended(BEN))
      .when(sendVerification, wish, own)
      .thenRefused('user_suspended')
    given(...waits.map(cast.forgotten), cast.erased(BEN))
      .when(sendVerification, wish, own)
      .thenRefused('user_not_found')
    given().when(sendVerification, wish).thenRefused('user_not_found')
  })
})
