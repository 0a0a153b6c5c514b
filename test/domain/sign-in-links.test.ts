import { describe, expect, test } from 'vitest'
import { issueSignInLink } from '../../src/domain/sessions/issue-sign-in-link.ts'
import { redeemSignInLink } from '../../src/domain/sessions/redeem-sign-in-link.ts'
import * as cast from '../support/controls.ts'
import { given } from '../support/given.ts'

const { BEN, BEN_ADDRESS, LINK, OTHER_SESSION, NOW, EARLIER, IN_A_DAY } = cast
const ben = cast.member(BEN, BEN_ADDRESS)

describe('IssueSignInLink', () => {
  const wish = {
    linkId: LINK,
    userId: BEN,
    email: BEN_ADDRESS,
    locale: 'en',
    delivery: 'mail',
    expiresAt: IN_A_DAY,
  } as const

  test('a link is issued', () =>
    given(...ben)
      .when(issueSignInLink, wish)
      .then(cast.linkIssued()))
  test('issuing the same link again is already true', () =>
    given(...ben, cast.linkIssued())
      .when(issueSignInLink, wish)
      .thenNothing())
  test('even once it is used', () =>
    given(...ben, cast.linkIssued(), cast.linkRedeemed)
      .when(issueSignInLink, wish)
      .thenNothing())
  test('a link can be shown to the operator instead of being mailed', () =>
    given(...ben)
      .when(issueSignInLink, { ...wish, delivery: 'shown' })
      .then(cast.linkIssued({ delivery: 'shown' })))
  test('a link goes to nobody else’s address', () =>
    given(...ben)
      .when(issueSignInLink, { ...wish, email: cast.ADA_ADDRESS })
      .thenRefused('user_not_found'))
  test('an unknown user gets none', () => given().when(issueSignInLink, wish).thenRefused('user_not_found'))
  test('an address that nobody has confirmed gets none: it may be a stranger’s', () =>
    given(...cast.waiting(BEN, BEN_ADDRESS))
      .when(issueSignInLink, wish)
      .thenRefused('email_not_verified'))
  test('an erased user gets none', () =>
    given(...ben, cast.erased(BEN))
      .when(issueSignInLink, wish)
      .thenRefused('user_not_found'))
  test('a suspended user gets none', () =>
    given(...ben, cast.suspended(BEN))
      .when(issueSignInLink, wish)
      .thenRefused('user_suspended'))
})

describe('RedeemSignInLink', () => {
  const wish = { linkId: LINK, userId: BEN, session: cast.start, isNewDevice: false }

  test('on a new device the user is told, as with a password', () =>
    expect(
      given(...ben, cast.linkIssued())
        .when(redeemSignInLink, { ...wish, isNewDevice: true })
        .decision.events.map(({ type }) => type),
    ).toStrictEqual(['SignInLinkRedeemed', 'SessionsEnded', 'UserLoggedIn', 'NewDeviceNoticed']))
  const caused = <T extends object>(event: T) => ({ ...event, causation: 'EVENT-3' })

  test('a link signs in once and ends whatever sessions there were', () =>
    given(...ben, cast.linkIssued())
      .when(redeemSignInLink, wish)
      .then(
        caused(cast.linkRedeemed),
        caused(cast.sessionsEnded('signed-out-everywhere')),
        caused(cast.loggedIn('sign-in-link')),
      ))
  test('the same click again is answered as the first', () =>
    given(...ben, cast.linkIssued(), cast.linkRedeemed)
      .when(redeemSignInLink, wish)
      .thenNothing())
  test('another click is refused', () =>
    given(...ben, cast.linkIssued(), cast.linkRedeemed)
      .when(redeemSignInLink, { ...wish, session: { ...cast.start, sessionId: OTHER_SESSION } })
      .thenRefused('link_already_used', { usedAt: EARLIER }))
  test('the expiry instant is already too late', () =>
    given(...ben, cast.linkIssued({ expiresAt: NOW }))
      .when(redeemSignInLink, wish)
      .thenRefused('link_expired', { expiresAt: NOW }))
  test('a link that was used is told from one that has expired', () =>
    given(...ben, cast.linkIssued({ expiresAt: NOW }), cast.linkRedeemed)
      .when(redeemSignInLink, { ...wish, session: { ...cast.start, sessionId: OTHER_SESSION } })
      .thenRefused('link_already_used', { usedAt: EARLIER }))
  test('an invite may have been the way in, or nothing yet: a link needs no password', () =>
    given(...ben, cast.passwordChanged(), cast.linkIssued())
      .when(redeemSignInLink, wish)
      .then(
        ...[
          cast.linkRedeemed,
          cast.sessionsEnded('signed-out-everywhere'),
          cast.loggedIn('sign-in-link'),
        ].map((event) => ({ ...event, causation: 'EVENT-4' })),
      ))
  test('a link of somebody else is unknown', () =>
    given(...ben, cast.linkIssued({ userId: cast.CYD }))
      .when(redeemSignInLink, wish)
      .thenRefused('link_not_found'))
  test('an unknown link is unknown', () =>
    given(...ben)
      .when(redeemSignInLink, wish)
      .thenRefused('link_not_found'))
  test('a suspended user is not signed in', () =>
    given(...ben, cast.linkIssued(), cast.suspended(BEN))
      .when(redeemSignInLink, wish)
      .thenRefused('user_suspended'))
  test('an erased user is unknown', () =>
    given(...ben, cast.linkIssued(), cast.erased(BEN))
      .when(redeemSignInLink, wish)
      .thenRefused('link_not_found'))
  test('mailed to an address that was given up since, it signs nobody in', () =>
    given(...ben, cast.linkIssued(), cast.addressReleased(), cast.verified(BEN, cast.CYD_ADDRESS))
      .when(redeemSignInLink, wish)
      .thenRefused('link_not_found'))
})
