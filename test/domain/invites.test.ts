import { describe, test } from 'vitest'
import { issueInvite, MAX_INVITE_DAYS } from '../../src/domain/invites/issue-invite.ts'
import { purgeInvite } from '../../src/domain/invites/purge-invite.ts'
import { resendInvite } from '../../src/domain/invites/resend-invite.ts'
import { revokeInvite } from '../../src/domain/invites/revoke-invite.ts'
import * as cast from '../support/controls.ts'
import { given } from '../support/given.ts'

const { ADA, BEN, INVITE, OTHER_INVITE, BEN_ADDRESS, ADA_ADDRESS, NOW, EARLIER, IN_A_WEEK } = cast
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
  test('so does the service itself', () =>
    given().when(issueInvite, wish, { actor: 'system' }).then(issued()))
  test.each([
    ['open', [issued()]],
    ['expired', [issued({ expiresAt: NOW })]],
    ['redeemed', [issued(), redeemed()]],
    ['revoked', [issued(), revoked()]],
    ['replaced', [issued(), replaced({ inviteId: INVITE, redeemedInviteId: OTHER_INVITE })]],
    ['purged', [issued(), revoked(), purged]],
    ['the invite of another address', [issued({ email: ADA_ADDRESS })]],
  ])('issuing an invite again that is %s is already true', (_, history) =>
    given(...history)
      .when(issueInvite, wish)
      .thenNothing(),
  )
  test('an invite can be for an auditor, and in another language', () =>
    given()
      .when(issueInvite, { ...wish, role: 'auditor', locale: 'ru' })
      .then(issued({ role: 'auditor', locale: 'ru' })))
  test('S0-20 a second invite to the same address is fine', () =>
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
  test('an auditor may not issue', () =>
    given(...cast.member(ADA, ADA_ADDRESS), cast.granted(ADA, 'auditor'))
      .when(issueInvite, wish, BY_ADA)
      .thenRefused('not_allowed'))
  test('an admin who was erased may not issue', () =>
    given(...cast.admin(ADA, ADA_ADDRESS).map(cast.forgotten), cast.erased(ADA, { roles: ['admin'] }))
      .when(issueInvite, wish, BY_ADA)
      .thenRefused('not_allowed'))
  test('who may not issue does not learn whether the address is taken, or the invite known', () => {
    given(...cast.member(BEN, BEN_ADDRESS))
      .when(issueInvite, wish, { actor: 'anonymous' })
      .thenRefused('not_allowed')
    given(issued()).when(issueInvite, wish, { actor: 'anonymous' }).thenRefused('not_allowed')
  })
  test('nobody in particular may not issue', () =>
    given().when(issueInvite, wish, { actor: 'anonymous' }).thenRefused('not_allowed'))
  test('an address whose owner was erased is free again', () =>
    given(...cast.member(BEN, BEN_ADDRESS).map(cast.forgotten), cast.erased(BEN))
      .when(issueInvite, wish)
      .then(issued()))
  test('S0-21 an address that a user has verified is refused', () =>
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
  test('each resend is one more mail, in the language of the invite', () =>
    given(issued({ locale: 'ru' }), resent({ locale: 'ru' }))
      .when(resendInvite, wish)
      .then({ ...resent({ locale: 'ru' }), causation: 'EVENT-1' }))
  test('an admin resends', () =>
    given(issued(), ...cast.admin(ADA, ADA_ADDRESS))
      .when(resendInvite, wish, BY_ADA)
      .then(again))
  test('an invite whose person was forgotten is not written to any more', () =>
    given(cast.forgotten(issued())).when(resendInvite, wish).thenRefused('invite_not_found'))
  test('an unknown invite is refused', () => given().when(resendInvite, wish).thenRefused('invite_not_found'))
  test('a purged one too', () =>
    given(issued(), purged).when(resendInvite, wish).thenRefused('invite_not_found'))
  test('a redeemed invite stays redeemed', () =>
    given(issued(), redeemed())
      .when(resendInvite, wish)
      .thenRefused('invite_already_redeemed', { redeemedAt: EARLIER }))
  test('a revoked invite stays revoked', () =>
    given(issued(), revoked()).when(resendInvite, wish).thenRefused('invite_revoked', { revokedAt: EARLIER }))
  test('a replaced invite stays replaced', () =>
    given(issued({ inviteId: OTHER_INVITE }), replaced())
      .when(resendInvite, { ...wish, inviteId: OTHER_INVITE })
      .thenRefused('invite_replaced', { replacedAt: EARLIER }))
  test.each([
    ['now', NOW],
    ['in the past', EARLIER],
    ['more than a year ahead', '2027-03-01T09:00:00.001Z'],
  ])('a deadline that is %s is refused', (_, expiresAt) =>
    given(issued())
      .when(resendInvite, { ...wish, expiresAt })
      .thenRefused('invite_expiry_out_of_range', { maxDays: MAX_INVITE_DAYS }),
  )
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
  test('an admin revokes', () =>
    given(issued(), ...cast.admin(ADA, ADA_ADDRESS))
      .when(revokeInvite, { ...wish, reason: null }, BY_ADA)
      .then({ ...revoked(), causation: 'EVENT-1' }))
  test('an invite whose person was forgotten is closed without a word about them', () =>
    given(cast.forgotten(issued()))
      .when(revokeInvite, wish)
      .then({ ...revoked({ email: null, reason: null }), causation: 'EVENT-1' }))
  test('a replaced invite cannot be revoked', () =>
    given(issued(), replaced({ inviteId: INVITE, redeemedInviteId: OTHER_INVITE }))
      .when(revokeInvite, wish)
      .thenRefused('invite_replaced', { replacedAt: EARLIER }))
  test('a purged one is unknown', () =>
    given(issued(), redeemed(), purged).when(revokeInvite, wish).thenRefused('invite_not_found'))
  test('an unknown invite is refused', () => given().when(revokeInvite, wish).thenRefused('invite_not_found'))
  test('a redeemed invite cannot be revoked', () =>
    given(issued(), redeemed())
      .when(revokeInvite, wish)
      .thenRefused('invite_already_redeemed', { redeemedAt: EARLIER }))
  test('a member may not revoke', () =>
    given(issued(), ...cast.member(ADA, ADA_ADDRESS))
      .when(revokeInvite, wish, BY_ADA)
      .thenRefused('not_allowed'))
})

describe('PurgeInvite', () => {
  const wish = { inviteId: INVITE }

  test.each([
    ['redeemed', redeemed()],
    ['revoked', revoked()],
    ['replaced', replaced({ inviteId: INVITE, redeemedInviteId: OTHER_INVITE })],
  ])('an invite that is %s is purged', (_, end) => given(issued(), end).when(purgeInvite, wish).then(purged))
  test('an admin purges', () =>
    given(issued(), revoked(), ...cast.admin(ADA, ADA_ADDRESS))
      .when(purgeInvite, wish, BY_ADA)
      .then(purged))
  test('an expired one that was resent is open again, and not purged', () =>
    given(issued({ expiresAt: NOW }), resent())
      .when(purgeInvite, wish)
      .thenRefused('invite_still_open'))
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
