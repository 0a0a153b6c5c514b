import { describe, expect, test } from 'vitest'
import type { NewEvent } from '../../src/domain/catalogue.ts'
import type { Fold } from '../../src/domain/decision.ts'
import { address, invite } from '../../src/domain/invites/invite.ts'
import { passwordReset } from '../../src/domain/users/password-reset.ts'
import { credential, holders, standing } from '../../src/domain/users/user.ts'
import { verification } from '../../src/domain/users/verification.ts'
import * as cast from '../support/controls.ts'
import { recorded } from '../support/given.ts'

const { ADA, BEN, BEN_ADDRESS, CREDENTIAL, OTHER_CREDENTIAL, EARLIER, IN_A_DAY } = cast
const remembered = <S>(fold: Fold<S>, ...events: NewEvent[]): S =>
  recorded(...events).reduce(fold.evolve, fold.initial)

// What no decision relies on today, because another rule stands before it; a fold is right all the same.
describe('what is remembered', () => {
  test('a resend does not bring back an invite that has ended', () =>
    expect(remembered(invite, cast.issued(), cast.revoked(), cast.resent())).toStrictEqual({
      status: 'revoked',
      revokedAt: EARLIER,
    }))

  test('an erased user has no roles and no password', () => {
    const erased = [...cast.admin(BEN, BEN_ADDRESS), cast.passwordChanged(), cast.erased(BEN)]
    expect(remembered(standing, ...erased)).toStrictEqual({ status: 'erased', isVerified: false, roles: [] })
    expect(remembered(credential, ...erased)).toStrictEqual({ kind: 'none' })
  })

  test('a first password is used up by its own use, not by that of an earlier one', () =>
    expect(
      remembered(credential, cast.firstPassword({ credentialId: OTHER_CREDENTIAL }), cast.firstPassword(), {
        ...cast.firstPasswordUsed,
        data: { userId: BEN, credentialId: OTHER_CREDENTIAL },
      }),
    ).toStrictEqual({ kind: 'first', credentialId: CREDENTIAL, expiresAt: IN_A_DAY, used: false }))

  test('who is suspended holds a role without acting on it, granted once more or not, until reinstated', () => {
    const suspended = [cast.granted(ADA), cast.granted(BEN), cast.suspended(BEN, ['admin'])]
    const waiting = { active: [ADA], suspended: [BEN] }
    expect(remembered(holders, ...suspended)).toStrictEqual(waiting)
    expect(remembered(holders, ...suspended, cast.granted(BEN))).toStrictEqual(waiting)
    expect(remembered(holders, ...suspended, cast.reinstated(BEN, ['admin']))).toStrictEqual({
      active: [ADA, BEN],
      suspended: [],
    })
    expect(remembered(holders, ...suspended, cast.roleRevoked(BEN))).toStrictEqual({
      active: [ADA],
      suspended: [],
    })
  })

  test('an erased user has nothing to confirm and no reset link', () => {
    const asked = [...cast.waiting(BEN, BEN_ADDRESS), cast.resetRequested(), cast.erased(BEN)]
    expect(remembered(verification, ...asked)).toStrictEqual({ status: 'none' })
    expect(remembered(passwordReset, ...asked)).toStrictEqual({ status: 'none' })
  })

  test('an address is released by its owner only', () => {
    const owned = [...cast.member(ADA, BEN_ADDRESS), cast.addressReleased()]
    expect(remembered(address, ...owned).ownerId).toBe(ADA)
  })

  test('a wrong code counts against the verification it was tried for', () => {
    const renewed = cast.verificationIssued({ verificationId: cast.OTHER_VERIFICATION })
    const tries = (...events: NewEvent[]) => {
      const state = remembered(verification, ...cast.waiting(BEN, BEN_ADDRESS), ...events)
      return state.status === 'open' ? state.tries : null
    }
    expect(tries(cast.verificationFailed(), cast.verificationFailed())).toBe(2)
    expect(tries(cast.verificationFailed(), renewed)).toBe(0)
    expect(tries(renewed, cast.verificationFailed())).toBe(0)
  })
})
