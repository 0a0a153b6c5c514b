import { describe, expect, test } from 'vitest'
import { issueInvite } from '../../src/domain/invites/issue-invite.ts'
import { redeemInvite } from '../../src/domain/invites/redeem-invite.ts'
import * as cast from '../support/controls.ts'
import { given } from '../support/given.ts'

const { BEN, CYD, INVITE, OTHER_INVITE, BEN_ADDRESS, NOW, EARLIER, IN_A_DAY, IN_A_WEEK } = cast
const { issued, resent, revoked, redeemed, replaced, purged } = cast

describe('RedeemInvite', () => {
  const credential = { credentialId: cast.CREDENTIAL, expiresAt: IN_A_DAY }
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
  test('S0-19 invites that ended before, and those to other addresses, are left as they are', () =>
    given(
      issued(),
      issued({ inviteId: OTHER_INVITE }),
      revoked({ inviteId: OTHER_INVITE }),
      issued({ inviteId: CYD, email: 'cyd@example.org' }),
    )
      .when(redeemInvite, { ...wish, firstPassword: null }, anonymous)
      .then(caused(redeemed()), ...registration, caused(cast.loggedIn('invite'))))
  test('S0-19 an expired invite that was resent is open, and replaced', () =>
    given(
      issued(),
      issued({ inviteId: OTHER_INVITE, expiresAt: EARLIER }),
      resent({ inviteId: OTHER_INVITE }),
    )
      .when(redeemInvite, { ...wish, firstPassword: null }, anonymous)
      .then(caused(redeemed()), ...registration, caused(cast.loggedIn('invite')), {
        ...replaced(),
        causation: 'EVENT-2',
      }))
  test('everything is in the language of the invite as it was sent last', () => {
    const inRussian = cast.registered(BEN, BEN_ADDRESS, { kind: 'invite', inviteId: INVITE })
    given(issued(), resent({ locale: 'ru' }))
      .when(redeemInvite, wish, anonymous)
      .then(
        caused(redeemed()),
        caused({ ...inRussian, data: { ...inRussian.data, locale: 'ru' } }),
        caused(cast.verified(BEN, BEN_ADDRESS, 'invite')),
        caused(cast.firstPassword({ locale: 'ru' })),
        caused(cast.loggedIn('invite')),
      )
  })
  test('the same click coming again is answered as the first one was', () =>
    given(issued(), redeemed()).when(redeemInvite, wish, anonymous).thenNothing())
  test('even after the end of the invite', () =>
    given(issued(), redeemed())
      .when(redeemInvite, wish, { ...anonymous, now: '2026-06-01T00:00:00.000Z' })
      .thenNothing())
  test('S0-16 another click is refused', () =>
    given(issued(), redeemed({ sessionId: cast.OTHER_SESSION }))
      .when(redeemInvite, wish, anonymous)
      .thenRefused('invite_already_redeemed', { redeemedAt: EARLIER }))
  test('the expiry instant is already too late', () =>
    given(issued({ expiresAt: NOW }))
      .when(redeemInvite, wish, anonymous)
      .thenRefused('invite_expired', { expiresAt: NOW }))
  test('a millisecond before, it is not', () =>
    given(issued({ expiresAt: '2026-03-01T09:00:00.001Z' }))
      .when(redeemInvite, { ...wish, firstPassword: null }, anonymous)
      .then(caused(redeemed()), ...registration, caused(cast.loggedIn('invite'))))
  test('a resend moves the deadline', () =>
    given(issued({ expiresAt: NOW }), resent())
      .when(redeemInvite, { ...wish, firstPassword: null }, anonymous)
      .then(caused(redeemed()), ...registration, caused(cast.loggedIn('invite'))))
  test('a revoked invite is refused', () =>
    given(issued(), revoked())
      .when(redeemInvite, wish, anonymous)
      .thenRefused('invite_revoked', { revokedAt: EARLIER }))
  test('a replaced invite is refused', () =>
    given(issued(), replaced({ inviteId: INVITE, redeemedInviteId: OTHER_INVITE }))
      .when(redeemInvite, wish, anonymous)
      .thenRefused('invite_replaced', { replacedAt: EARLIER }))
  test('an unknown invite is refused', () =>
    given().when(redeemInvite, wish, anonymous).thenRefused('invite_not_found'))
  test('a purged invite is unknown', () =>
    given(issued(), revoked(), purged).when(redeemInvite, wish, anonymous).thenRefused('invite_not_found'))
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
  test('S0-19 then the other invites are replaced all the same', () =>
    given(issued(), issued({ inviteId: OTHER_INVITE }), ...cast.member(BEN, BEN_ADDRESS))
      .when(redeemInvite, wish, anonymous)
      .then(caused(redeemed()), caused(cast.loggedIn('invite')), { ...replaced(), causation: 'EVENT-2' }))
  test('if the address lost its owner meanwhile the caller has to look again: nobody comes back', () =>
    given(...cast.member(BEN, BEN_ADDRESS).map(cast.forgotten), cast.erased(BEN), issued())
      .when(redeemInvite, wish, anonymous)
      .thenRefused('email_already_registered'))
  test('an address whose owner was erased can be invited and redeemed anew, by a new user', () =>
    given(...cast.member(CYD, BEN_ADDRESS).map(cast.forgotten), cast.erased(CYD), issued())
      .when(redeemInvite, { ...wish, firstPassword: null }, anonymous)
      .then(
        ...[redeemed(), ...registration, cast.loggedIn('invite')].map((event) => ({
          ...event,
          causation: 'EVENT-4',
        })),
      ))
  test('T10: whoever registered with the address and never confirmed it is gone: nothing of theirs counts', () => {
    const gone = [CYD, cast.ADA].map((id) => caused(cast.erased(id, { reason: 'superseded' })))
    given(
      issued({ role: 'auditor' }),
      ...cast.waiting(CYD, BEN_ADDRESS),
      ...cast.waiting(cast.ADA, BEN_ADDRESS),
      ...cast.waiting(cast.LINK, cast.CYD_ADDRESS),
    )
      .when(redeemInvite, { ...wish, firstPassword: null }, anonymous)
      .then(
        caused(redeemed()),
        ...registration,
        ...gone,
        caused(cast.granted(BEN, 'auditor')),
        caused(cast.loggedIn('invite')),
      )
  })
  test('T10: an invite makes nobody of those who wait its user', () =>
    given(issued(), ...cast.waiting(BEN, BEN_ADDRESS))
      .when(redeemInvite, wish, anonymous)
      .thenRefused('email_already_registered'))
  test('who waits for the address of a user is in the way of no invite to it', () =>
    given(issued(), ...cast.member(BEN, BEN_ADDRESS), ...cast.waiting(CYD, BEN_ADDRESS, { purpose: 'taken' }))
      .when(redeemInvite, wish, anonymous)
      .then(caused(redeemed()), caused(cast.loggedIn('invite'))))
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
