import { describe, expect, test } from 'vitest'
import { issueInvite, MAX_INVITE_DAYS } from '../../src/domain/invites/issue-invite.ts'
import { purgeInvite } from '../../src/domain/invites/purge-invite.ts'
import { redeemInvite } from '../../src/domain/invites/redeem-invite.ts'
import { resendInvite } from '../../src/domain/invites/resend-invite.ts'
import { revokeInvite } from '../../src/domain/invites/revoke-invite.ts'
import * as cast from '../support/controls.ts'
import { given } from '../support/given.ts'

const { ADA, BEN, CYD, INVITE, OTHER_INVITE, BEN_ADDRESS, ADA_ADDRESS, NOW, IN_A_WEEK } = cast
const { issued, resent, revoked, redeemed, replaced, purged } = cast
const BY_ADA = { actor: `user:${ADA}` } as const

describe('IssueInvite', () => {
  const wish = {
    inviteId: INVITE,
    email: BEN_ADDRESS,
    role: 'member',
    locale: 'en',
    expiresAt: IN_A_WEEK,
  } as const

  test('an admin issues an invite', () =>
    given(...cast.admin(ADA, ADA_ADDRESS))
      .when(issueInvite, wish, BY_ADA)
      .then(issued()))
  test('so does the operator', () => given().when(issueInvite, wish).then(issued()))
  test('issuing the same invite again is already true', () =>
    given(issued()).when(issueInvite, wish).thenNothing())
  test('a second invite to the same address is fine', () =>
    given(issued({ inviteId: OTHER_INVITE }))
      .when(issueInvite, wish)
      .then(issued()))
  test('a member may not issue', () =>
    given(...cast.member(ADA, ADA_ADDRESS))
      .when(issueInvite, wish, BY_ADA)
      .thenRefused('not_allowed'))
  test('an admin whose role was taken away may not issue', () =>
    given(...cast.admin(ADA, ADA_ADDRESS), cast.roleRevoked(ADA))
      .when(issueInvite, wish, BY_ADA)
      .thenRefused('not_allowed'))
  test('a suspended admin may not issue', () =>
    given(...cast.admin(ADA, ADA_ADDRESS), cast.suspended(ADA, ['admin']))
      .when(issueInvite, wish, BY_ADA)
      .thenRefused('not_allowed'))
  test('nobody in particular may not issue', () =>
    given().when(issueInvite, wish, { actor: 'anonymous' }).thenRefused('not_allowed'))
  test('an address that a user has verified is refused', () =>
    given(...cast.member(BEN, BEN_ADDRESS))
      .when(issueInvite, wish)
      .thenRefused('email_already_registered'))
  test('an address that somebody only registered with is not taken', () =>
    given(cast.registered(BEN, BEN_ADDRESS)).when(issueInvite, wish).then(issued()))
  test.each([
    ['now', NOW],
    ['the past', cast.EARLIER],
    ['more than a year ahead', '2027-03-01T09:00:00.001Z'],
  ])('an end that is %s is refused', (_, expiresAt) =>
    given()
      .when(issueInvite, { ...wish, expiresAt })
      .thenRefused('invite_expiry_out_of_range', { maxDays: MAX_INVITE_DAYS }),
  )
  test('exactly a year ahead is fine', () => {
    const expiresAt = '2027-03-01T09:00:00.000Z'
    given()
      .when(issueInvite, { ...wish, expiresAt })
      .then(issued({ expiresAt }))
  })
})

describe('ResendInvite', () => {
  const wish = { inviteId: INVITE, expiresAt: IN_A_WEEK }
  const again = { ...resent(), causation: 'EVENT-1' }

  test('an open invite goes out again with a new deadline', () =>
    given(issued()).when(resendInvite, wish).then(again))
  test('an expired invite comes back to life', () =>
    given(issued({ expiresAt: NOW }))
      .when(resendInvite, wish)
      .then(again))
  test('an unknown invite is refused', () => given().when(resendInvite, wish).thenRefused('invite_not_found'))
  test('a purged one too', () =>
    given(issued(), purged).when(resendInvite, wish).thenRefused('invite_not_found'))
  test('a redeemed invite stays redeemed', () =>
    given(issued(), redeemed())
      .when(resendInvite, wish)
      .thenRefused('invite_already_redeemed', { redeemedAt: NOW }))
  test('a revoked invite stays revoked', () =>
    given(issued(), revoked()).when(resendInvite, wish).thenRefused('invite_revoked', { revokedAt: NOW }))
  test('a replaced invite stays replaced', () =>
    given(issued({ inviteId: OTHER_INVITE }), replaced())
      .when(resendInvite, { ...wish, inviteId: OTHER_INVITE })
      .thenRefused('invite_replaced', { replacedAt: NOW }))
  test('a deadline in the past is refused', () =>
    given(issued())
      .when(resendInvite, { ...wish, expiresAt: NOW })
      .thenRefused('invite_expiry_out_of_range', { maxDays: MAX_INVITE_DAYS }))
  test('a member may not resend', () =>
    given(issued(), ...cast.member(ADA, ADA_ADDRESS))
      .when(resendInvite, wish, BY_ADA)
      .thenRefused('not_allowed'))
})

describe('RevokeInvite', () => {
  const wish = { inviteId: INVITE, reason: 'left the company' }

  test('an open invite is revoked, with the reason', () =>
    given(issued())
      .when(revokeInvite, wish)
      .then({ ...revoked({ reason: 'left the company' }), causation: 'EVENT-1' }))
  test('an expired one can be revoked too, so that it cannot be sent again', () =>
    given(issued({ expiresAt: NOW }))
      .when(revokeInvite, { ...wish, reason: null })
      .then({ ...revoked(), causation: 'EVENT-1' }))
  test('revoking again is already true', () =>
    given(issued(), revoked()).when(revokeInvite, wish).thenNothing())
  test('an unknown invite is refused', () => given().when(revokeInvite, wish).thenRefused('invite_not_found'))
  test('a redeemed invite cannot be revoked', () =>
    given(issued(), redeemed())
      .when(revokeInvite, wish)
      .thenRefused('invite_already_redeemed', { redeemedAt: NOW }))
  test('a member may not revoke', () =>
    given(issued(), ...cast.member(ADA, ADA_ADDRESS))
      .when(revokeInvite, wish, BY_ADA)
      .thenRefused('not_allowed'))
})

describe('PurgeInvite', () => {
  const wish = { inviteId: INVITE }

  test('an ended invite is purged', () => given(issued(), redeemed()).when(purgeInvite, wish).then(purged))
  test('so is an expired one', () =>
    given(issued({ expiresAt: NOW }))
      .when(purgeInvite, wish)
      .then(purged))
  test('purging again is already true', () =>
    given(issued(), revoked(), purged).when(purgeInvite, wish).thenNothing())
  test('an open invite is not purged', () =>
    given(issued()).when(purgeInvite, wish).thenRefused('invite_still_open'))
  test('an unknown one is refused', () => given().when(purgeInvite, wish).thenRefused('invite_not_found'))
  test('a member may not purge', () =>
    given(issued(), revoked(), ...cast.member(ADA, ADA_ADDRESS))
      .when(purgeInvite, wish, BY_ADA)
      .thenRefused('not_allowed'))
})

describe('RedeemInvite', () => {
  const credential = { credentialId: cast.CREDENTIAL, expiresAt: cast.IN_A_DAY }
  const wish = {
    inviteId: INVITE,
    email: BEN_ADDRESS,
    userId: BEN,
    session: cast.start,
    firstPassword: credential,
  }
  const anonymous = { actor: 'anonymous' } as const
  const caused = <T extends object>(event: T) => ({ ...event, causation: 'EVENT-1' })
  const registration = [
    caused(cast.registered(BEN, BEN_ADDRESS, { kind: 'invite', inviteId: INVITE })),
    caused(cast.verified(BEN, BEN_ADDRESS, 'invite')),
  ]

  test('one decision: invite used, user made, address verified, first password issued, signed in', () =>
    given(issued())
      .when(redeemInvite, wish, anonymous)
      .then(
        caused(redeemed()),
        ...registration,
        caused(cast.firstPassword()),
        caused(cast.loggedIn('invite')),
      ))
  test('without a mailed password when the person chooses one on a page', () =>
    given(issued())
      .when(redeemInvite, { ...wish, firstPassword: null }, anonymous)
      .then(caused(redeemed()), ...registration, caused(cast.loggedIn('invite'))))
  test('an invited auditor is an auditor', () =>
    given(issued({ role: 'auditor' }))
      .when(redeemInvite, { ...wish, firstPassword: null }, anonymous)
      .then(
        caused(redeemed()),
        ...registration,
        caused(cast.granted(BEN, 'auditor')),
        caused(cast.loggedIn('invite')),
      ))
  test('S0-19 every other open invite to the address is replaced; an expired one stays expired', () =>
    given(issued(), issued({ inviteId: OTHER_INVITE }), issued({ inviteId: CYD, expiresAt: NOW }))
      .when(redeemInvite, { ...wish, firstPassword: null }, anonymous)
      .then(caused(redeemed()), ...registration, caused(cast.loggedIn('invite')), {
        ...replaced(),
        causation: 'EVENT-2',
      }))
  test('the same click coming again is answered as the first one was', () =>
    given(issued(), redeemed()).when(redeemInvite, wish, anonymous).thenNothing())
  test('S0-16 another click is refused', () =>
    given(issued(), redeemed({ sessionId: cast.OTHER_SESSION }))
      .when(redeemInvite, wish, anonymous)
      .thenRefused('invite_already_redeemed', { redeemedAt: NOW }))
  test('the expiry instant is already too late', () =>
    given(issued({ expiresAt: NOW }))
      .when(redeemInvite, wish, anonymous)
      .thenRefused('invite_expired', { expiresAt: NOW }))
  test('a resend moves the deadline', () =>
    given(issued({ expiresAt: NOW }), resent())
      .when(redeemInvite, { ...wish, firstPassword: null }, anonymous)
      .then(caused(redeemed()), ...registration, caused(cast.loggedIn('invite'))))
  test('a revoked invite is refused', () =>
    given(issued(), revoked())
      .when(redeemInvite, wish, anonymous)
      .thenRefused('invite_revoked', { revokedAt: NOW }))
  test('an unknown invite is refused', () =>
    given().when(redeemInvite, wish, anonymous).thenRefused('invite_not_found'))
  test('an invite for another address is refused', () =>
    given(issued({ email: 'somebody@example.org' }))
      .when(redeemInvite, wish, anonymous)
      .thenRefused('invite_not_found'))
  test('an invite whose person was forgotten is refused', () =>
    given(issued({ email: null }))
      .when(redeemInvite, wish, anonymous)
      .thenRefused('invite_not_found'))
  test('whoever has got the address since is signed in, and nobody new is made', () =>
    given(issued(), ...cast.member(BEN, BEN_ADDRESS))
      .when(redeemInvite, wish, anonymous)
      .then(caused(redeemed()), caused(cast.loggedIn('invite'))))
  test('if the address found another owner meanwhile the caller has to look again', () =>
    given(issued(), ...cast.member(CYD, BEN_ADDRESS))
      .when(redeemInvite, wish, anonymous)
      .thenRefused('email_already_registered'))
  test('a suspended owner is not signed in', () =>
    given(issued(), ...cast.member(BEN, BEN_ADDRESS), cast.suspended(BEN))
      .when(redeemInvite, wish, anonymous)
      .thenRefused('user_suspended'))
  test('S0-24 nobody becomes an admin by invite: the role does not exist for invites', () =>
    expect(
      issueInvite.schema.safeParse({
        inviteId: INVITE,
        email: BEN_ADDRESS,
        role: 'admin',
        locale: 'en',
        expiresAt: IN_A_WEEK,
      }).success,
    ).toBe(false))
})
