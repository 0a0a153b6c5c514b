import { describe, test } from 'vitest'
import { changeEmail } from '../../src/domain/users/change-email.ts'
import { eraseUser } from '../../src/domain/users/erase-user.ts'
import { registerUser } from '../../src/domain/users/register-user.ts'
import { verifyEmail } from '../../src/domain/users/verify-email.ts'
import * as cast from '../support/controls.ts'
import { given } from '../support/given.ts'

const { ADA, BEN, CYD, BEN_ADDRESS, CYD_ADDRESS, CREDENTIAL, OTHER_CREDENTIAL } = cast
const { VERIFICATION, OTHER_VERIFICATION, SESSION, INVITE, OTHER_INVITE } = cast
const own = { actor: `user:${BEN}` } as const
const change = (data: Parameters<typeof cast.verificationIssued>[0] = {}) =>
  cast.verificationIssued({ email: CYD_ADDRESS, purpose: 'email-change', ...data })

describe('ChangeEmail', () => {
  const wish = {
    userId: BEN,
    email: CYD_ADDRESS,
    provenCredentialId: CREDENTIAL,
    verification: cast.newVerification,
    isTakenTold: false,
  }
  const unproven = { ...wish, provenCredentialId: null }
  const member = [...cast.member(BEN, BEN_ADDRESS), cast.passwordChanged()]

  test('S4-39, W-39: a code and link go to the new address, and nothing changes yet', () =>
    given(...member)
      .when(changeEmail, wish, own)
      .then(change()))
  test('in the language that they have chosen since', () =>
    given(...member, cast.profileChanged({ locale: 'ru' }))
      .when(changeEmail, wish, own)
      .then(change({ locale: 'ru' })))
  test('whoever has a password proves it, the newest one', () => {
    given(...member)
      .when(changeEmail, unproven, own)
      .thenRefused('credentials_wrong')
    given(...member, cast.passwordChanged({ credentialId: OTHER_CREDENTIAL }))
      .when(changeEmail, wish, own)
      .thenRefused('credentials_wrong')
    given(...cast.member(BEN, BEN_ADDRESS), cast.firstPassword())
      .when(changeEmail, unproven, own)
      .thenRefused('credentials_wrong')
  })
  test('whoever has none need not', () =>
    given(...cast.member(BEN, BEN_ADDRESS))
      .when(changeEmail, unproven, own)
      .then(change()))
  test('the same wish coming again is on its way already; another one takes its place', () => {
    given(...member, change())
      .when(changeEmail, wish, own)
      .thenNothing()
    given(...member, change({ verificationId: OTHER_VERIFICATION, email: 'elsewhere@example.org' }))
      .when(changeEmail, wish, own)
      .then(change())
  })
  test('T13: an address that has an owner goes the same way, only that the owner gets the mail', () =>
    given(...member, ...cast.member(ADA, CYD_ADDRESS))
      .when(changeEmail, wish, own)
      .then(change({ purpose: 'taken' })))
  test('S4-39: where the house tells, it is refused; one that is only waited for is not', () => {
    given(...member, ...cast.member(ADA, CYD_ADDRESS))
      .when(changeEmail, { ...wish, isTakenTold: true }, own)
      .thenRefused('email_already_registered')
    given(...member, ...cast.waiting(CYD, CYD_ADDRESS))
      .when(changeEmail, { ...wish, isTakenTold: true }, own)
      .then(change())
  })
  test('the address that they have is no other one', () =>
    given(...member)
      .when(changeEmail, { ...wish, email: BEN_ADDRESS }, own)
      .thenRefused('email_already_verified'))
  test('T10: whoever has not confirmed an address can’t begin to change it', () =>
    given(...cast.waiting(BEN, BEN_ADDRESS), cast.passwordChanged({ by: 'registration' }))
      .when(changeEmail, wish, own)
      .thenRefused('email_not_verified'))
  test('nobody changes the address of somebody else, not even an admin or the operator', () => {
    for (const actor of [`user:${ADA}`, 'operator', 'anonymous'] as const) {
      given(...cast.admin(ADA, cast.ADA_ADDRESS), ...member)
        .when(changeEmail, wish, { actor })
        .thenRefused('not_allowed')
    }
  })
  test('a suspended, an erased and an unknown user are refused', () => {
    given(...member, cast.suspended(BEN))
      .when(changeEmail, wish, own)
      .thenRefused('user_suspended')
    given(...member.map(cast.forgotten), cast.erased(BEN))
      .when(changeEmail, wish, own)
      .thenRefused('user_not_found')
    given().when(changeEmail, wish, own).thenRefused('user_not_found')
  })
})

describe('VerifyEmail, for a change of address', () => {
  const wish = {
    userId: BEN,
    verificationId: VERIFICATION,
    email: CYD_ADDRESS,
    formerEmail: BEN_ADDRESS,
    proof: { kind: 'code' },
    keepSessionId: SESSION,
  } as const
  const changing = [...cast.member(BEN, BEN_ADDRESS), change()]
  const caused = <T extends object>(event: T, by = 3) => ({ ...event, causation: `EVENT-${by}` })
  const changed = (by: 'code' | 'link') => [
    caused(cast.addressReleased()),
    caused(cast.verified(BEN, CYD_ADDRESS, by)),
    caused(cast.sessionsEnded('email-changed', SESSION)),
  ]

  test('one decision: the old address is released, the new one is theirs, other sessions end', () => {
    given(...changing)
      .when(verifyEmail, wish)
      .then(...changed('code'))
    given(...changing)
      .when(verifyEmail, { ...wish, proof: { kind: 'link' } })
      .then(...changed('link'))
  })
  test('whoever waited for the new address is gone; whoever waits for the old one stays', () =>
    given(
      ...changing,
      ...cast.waiting(ADA, BEN_ADDRESS, { purpose: 'taken' }),
      ...cast.waiting(CYD, CYD_ADDRESS),
    )
      .when(verifyEmail, wish)
      .then(
        caused(cast.addressReleased()),
        caused(cast.verified(BEN, CYD_ADDRESS, 'code')),
        caused(cast.erased(CYD, { reason: 'superseded' })),
        caused(cast.sessionsEnded('email-changed', SESSION)),
      ))
  test('the invites to the old address are remembered, for the day when the person is forgotten', () => {
    const invited = [cast.issued(), ...cast.member(BEN, BEN_ADDRESS), change()]
    given(...invited)
      .when(verifyEmail, wish)
      .then(
        caused(cast.addressReleased({ inviteIds: [INVITE] }), 4),
        caused(cast.verified(BEN, CYD_ADDRESS, 'code'), 4),
        caused(cast.sessionsEnded('email-changed', SESSION), 4),
      )
    given(
      ...invited,
      cast.addressReleased({ inviteIds: [INVITE] }),
      cast.verified(BEN, CYD_ADDRESS, 'code'),
      cast.issued({ inviteId: OTHER_INVITE, email: CYD_ADDRESS }),
    )
      .when(eraseUser, { userId: BEN, email: CYD_ADDRESS })
      .then(cast.erased(BEN, { inviteIds: [INVITE, OTHER_INVITE] }))
  })
  test('T10: whoever reads the mail of the new address, and is not signed in, gets nothing', () =>
    given(...changing)
      .when(verifyEmail, {
        ...wish,
        proof: { kind: 'link-elsewhere', newCredentialId: CREDENTIAL, session: cast.start },
        keepSessionId: null,
      })
      .thenRefused('not_allowed'))
  test('nothing changes if the user has yet another address by now, or none was named', () => {
    for (const formerEmail of ['elsewhere@example.org', CYD_ADDRESS, null]) {
      given(...changing)
        .when(verifyEmail, { ...wish, formerEmail })
        .thenRefused('user_not_found')
    }
  })
  test('the new address found an owner meanwhile', () =>
    given(...changing, ...cast.member(ADA, CYD_ADDRESS))
      .when(verifyEmail, wish)
      .thenRefused('email_already_registered'))
  test('T13: of an address that is taken even the right code is a wrong one', () =>
    given(...cast.member(ADA, CYD_ADDRESS), ...cast.member(BEN, BEN_ADDRESS), change({ purpose: 'taken' }))
      .when(verifyEmail, wish)
      .thenRefused('code_wrong', { triesLeft: 4 }, cast.verificationFailed()))
  test('confirmed once, it is confirmed', () =>
    given(...changing, cast.addressReleased(), cast.verified(BEN, CYD_ADDRESS, 'code'))
      .when(verifyEmail, { ...wish, formerEmail: CYD_ADDRESS })
      .thenRefused('email_already_verified'))
  test('the old address is free: somebody else registers and confirms it', () => {
    const released = [...changing, cast.addressReleased(), cast.verified(BEN, CYD_ADDRESS, 'code')]
    const registration = {
      userId: ADA,
      email: BEN_ADDRESS,
      name: null,
      locale: 'en',
      credentialId: null,
      verification: { ...cast.newVerification, verificationId: OTHER_VERIFICATION },
      session: cast.start,
      isTakenTold: true,
    } as const
    const issued = { userId: ADA, email: BEN_ADDRESS, verificationId: OTHER_VERIFICATION }
    const begun = [cast.registered(ADA, BEN_ADDRESS, { kind: 'self' }), cast.verificationIssued(issued)]
    given(...released)
      .when(registerUser, registration)
      .then(...begun, cast.loggedIn('registration', { userId: ADA }))
    given(...released, ...begun)
      .when(verifyEmail, { ...wish, ...issued, formerEmail: null })
      .then(
        caused(cast.verified(ADA, BEN_ADDRESS, 'code'), 7),
        caused(cast.sessionsEnded('address-confirmed', SESSION, ADA), 7),
      )
  })
})
