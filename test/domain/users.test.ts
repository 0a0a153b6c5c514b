import { describe, test } from 'vitest'
import { eraseUser } from '../../src/domain/users/erase-user.ts'
import { reinstateUser } from '../../src/domain/users/reinstate-user.ts'
import { suspendUser } from '../../src/domain/users/suspend-user.ts'
import * as cast from '../support/controls.ts'
import { given } from '../support/given.ts'

const { ADA, BEN, CYD, BEN_ADDRESS, ADA_ADDRESS, INVITE, OTHER_INVITE } = cast
const BY_ADA = { actor: `user:${ADA}` } as const
const BY_BEN = { actor: `user:${BEN}` } as const

describe('SuspendUser and ReinstateUser', () => {
  const wish = { userId: BEN, reason: null }
  const both = [...cast.admin(ADA, ADA_ADDRESS), ...cast.member(BEN, BEN_ADDRESS)]

  test('an admin suspends a user, whose sessions all end', () =>
    given(...both)
      .when(suspendUser, wish, BY_ADA)
      .then(cast.suspended(BEN), cast.sessionsEnded('suspended')))
  test('with the reason, and the roles that are out of play now', () =>
    given(...both, cast.granted(BEN, 'auditor'), cast.granted(BEN))
      .when(suspendUser, { ...wish, reason: 'on leave' }, BY_ADA)
      .then(
        {
          type: 'UserSuspended',
          data: { userId: BEN, roles: ['admin', 'auditor'], reason: 'on leave', batchId: null },
        },
        cast.sessionsEnded('suspended'),
      ))
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
  test('T49 nor can the other one be suspended while the first is erased or has lost the role', () => {
    const two = [...both, cast.granted(BEN)]
    for (const gone of [cast.erased(BEN, { roles: ['admin'] }), cast.roleRevoked(BEN)]) {
      given(...two, gone)
        .when(suspendUser, { ...wish, userId: ADA }, BY_ADA)
        .thenRefused('last_admin')
    }
  })
  test('not even the operator suspends the last admin', () =>
    given(...both)
      .when(suspendUser, { ...wish, userId: ADA })
      .thenRefused('last_admin'))
  test('an admin may suspend themselves while there is another', () =>
    given(...both, cast.granted(BEN))
      .when(suspendUser, { ...wish, userId: ADA }, BY_ADA)
      .then(cast.suspended(ADA, ['admin']), cast.sessionsEnded('suspended', null, ADA)))
  test('a member suspends nobody', () =>
    given(...both)
      .when(suspendUser, wish, BY_BEN)
      .thenRefused('not_allowed'))
  test('an unknown user is refused', () =>
    given(...cast.admin(ADA, ADA_ADDRESS))
      .when(suspendUser, wish, BY_ADA)
      .thenRefused('user_not_found'))
  test('an erased user is refused, for suspending and for reinstating', () => {
    given(...both, cast.erased(BEN))
      .when(suspendUser, wish, BY_ADA)
      .thenRefused('user_not_found')
    given(...both, cast.suspended(BEN), cast.erased(BEN))
      .when(reinstateUser, { userId: BEN }, BY_ADA)
      .thenRefused('user_not_found')
  })
  test('a suspended user is reinstated, and counts again', () => {
    given(...both, cast.suspended(BEN))
      .when(reinstateUser, { userId: BEN }, BY_ADA)
      .then(cast.reinstated(BEN))
    given(...both, cast.granted(BEN), cast.suspended(BEN, ['admin']))
      .when(reinstateUser, { userId: BEN }, BY_ADA)
      .then(cast.reinstated(BEN, ['admin']))
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
  test('an admin proves no password, whether the user has one or not', () =>
    given(...both, cast.passwordChanged())
      .when(eraseUser, wish, BY_ADA)
      .then(cast.erased(BEN, { inviteIds: [INVITE] })))
  test('invites to an address that is not the user’s stay', () =>
    given(...both, cast.issued({ inviteId: CYD, email: 'cyd@example.org' }))
      .when(eraseUser, { ...wish, email: 'cyd@example.org' }, BY_ADA)
      .then(cast.erased(BEN)))
  test('every invite to the address goes with them: ended, expired, open', () =>
    given(
      ...both,
      cast.revoked(),
      cast.issued({ inviteId: OTHER_INVITE, expiresAt: cast.EARLIER }),
      cast.issued({ inviteId: CYD }),
    )
      .when(eraseUser, wish, BY_ADA)
      .then(cast.erased(BEN, { inviteIds: [INVITE, OTHER_INVITE, CYD] })))
  test('a purged invite is forgotten already', () =>
    given(
      ...cast.admin(ADA, ADA_ADDRESS),
      cast.forgotten(cast.issued()),
      cast.purged,
      ...cast.member(BEN, BEN_ADDRESS),
    )
      .when(eraseUser, wish, BY_ADA)
      .then(cast.erased(BEN)))
  test('an auditor, an admin beside another, a suspended admin can be erased; their roles are named', () => {
    given(...both, cast.granted(BEN, 'auditor'), cast.granted(BEN))
      .when(eraseUser, wish, BY_ADA)
      .then(cast.erased(BEN, { roles: ['admin', 'auditor'], inviteIds: [INVITE] }))
    given(...both, cast.granted(BEN), cast.suspended(BEN, ['admin']))
      .when(eraseUser, wish, BY_ADA)
      .then(cast.erased(BEN, { roles: ['admin'], inviteIds: [INVITE] }))
  })
  test('not even the operator erases the last admin', () =>
    given(...both)
      .when(eraseUser, { userId: ADA, email: ADA_ADDRESS })
      .thenRefused('last_admin'))
  test('erasing again is already true', () =>
    given(...both, cast.erased(BEN))
      .when(eraseUser, wish, BY_ADA)
      .thenNothing())
  test('the last admin stays', () =>
    given(...both)
      .when(eraseUser, { userId: ADA, email: ADA_ADDRESS }, BY_ADA)
      .thenRefused('last_admin'))
  test('a member erases nobody else', () =>
    given(...both, ...cast.member(CYD, cast.CYD_ADDRESS))
      .when(eraseUser, { userId: CYD, email: cast.CYD_ADDRESS }, BY_BEN)
      .thenRefused('not_allowed'))
  test('an unknown user is refused', () => given().when(eraseUser, wish).thenRefused('user_not_found'))

  describe('by their own wish', () => {
    const withPassword = [...both, cast.passwordChanged()]
    const proven = { ...wish, provenCredentialId: cast.CREDENTIAL }
    const gone = cast.erased(BEN, { inviteIds: [INVITE] })

    test('S3-36, C-23: whoever has a password proves it', () =>
      given(...withPassword)
        .when(eraseUser, proven, BY_BEN)
        .then(gone))
    test('without it, or with another one, nothing happens', () => {
      given(...withPassword)
        .when(eraseUser, wish, BY_BEN)
        .thenRefused('credentials_wrong')
      given(...withPassword)
        .when(eraseUser, { ...wish, provenCredentialId: cast.OTHER_CREDENTIAL }, BY_BEN)
        .thenRefused('credentials_wrong')
      given(...withPassword, cast.passwordChanged({ credentialId: cast.OTHER_CREDENTIAL }))
        .when(eraseUser, proven, BY_BEN)
        .thenRefused('credentials_wrong')
    })
    test('a mailed first password is a password too', () => {
      given(...both, cast.firstPassword())
        .when(eraseUser, wish, BY_BEN)
        .thenRefused('credentials_wrong')
      given(...both, cast.firstPassword())
        .when(eraseUser, proven, BY_BEN)
        .then(gone)
    })
    test('whoever has none need not prove any', () =>
      given(...both)
        .when(eraseUser, wish, BY_BEN)
        .then(gone))
    test('so does whoever has not confirmed the address: the invites to it are not theirs', () =>
      given(cast.issued(), ...cast.waiting(BEN, BEN_ADDRESS))
        .when(eraseUser, wish, BY_BEN)
        .then(cast.erased(BEN)))
    test('the proof of one user erases no other one', () =>
      given(...withPassword, ...cast.member(CYD, cast.CYD_ADDRESS))
        .when(eraseUser, proven, { actor: `user:${CYD}` })
        .thenRefused('not_allowed'))
    test('whoever is suspended stays, so that they can’t begin anew', () =>
      given(...withPassword, cast.suspended(BEN))
        .when(eraseUser, proven, BY_BEN)
        .thenRefused('user_suspended'))
    test('leaving again is already true', () =>
      given(...withPassword.map(cast.forgotten), cast.erased(BEN))
        .when(eraseUser, proven, BY_BEN)
        .thenNothing())
    test('the last admin stays, password or not', () =>
      given(...cast.admin(BEN, BEN_ADDRESS), cast.passwordChanged())
        .when(eraseUser, proven, BY_BEN)
        .thenRefused('last_admin'))
    test('the invite that made them is forgotten with them, whatever address it was to', () =>
      given(...both, cast.redeemed({ inviteId: OTHER_INVITE, email: 'old@example.org' }))
        .when(eraseUser, wish, BY_BEN)
        .then(cast.erased(BEN, { inviteIds: [OTHER_INVITE, INVITE] })))
  })
})
