import { describe, test } from 'vitest'
import { MAX_CODE_TRIES } from '../../src/domain/users/verification.ts'
import { verifyEmail } from '../../src/domain/users/verify-email.ts'
import * as cast from '../support/controls.ts'
import { given } from '../support/given.ts'

const { ADA, BEN, CYD, BEN_ADDRESS, CREDENTIAL, OTHER_CREDENTIAL, SESSION, OTHER_SESSION } = cast
const { VERIFICATION, OTHER_VERIFICATION, NOW, IN_TEN_MINUTES } = cast

const wish = {
  userId: BEN,
  verificationId: VERIFICATION,
  email: BEN_ADDRESS,
  formerEmail: null,
  proof: { kind: 'code' },
  keepSessionId: SESSION,
} as const
const byWrongCode = { ...wish, proof: { kind: 'wrong-code' } } as const
const byLink = { ...wish, proof: { kind: 'link' } } as const
const byLinkElsewhere = {
  ...wish,
  proof: {
    kind: 'link-elsewhere',
    newCredentialId: OTHER_CREDENTIAL,
    session: { ...cast.start, sessionId: OTHER_SESSION },
  },
  keepSessionId: null,
} as const
const ways = [
  ['by code', wish],
  ['by a wrong code', byWrongCode],
  ['by link', byLink],
  ['by link elsewhere', byLinkElsewhere],
] as const

const waits = cast.waiting(BEN, BEN_ADDRESS)
const caused = <T extends object>(event: T) => ({ ...event, causation: 'EVENT-2' })
const superseded = (userId: string) => caused(cast.erased(userId, { reason: 'superseded' }))
const ended = (except: string | null) => caused(cast.sessionsEnded('address-confirmed', except))
const failed = (count: number) => Array.from({ length: count }, () => cast.verificationFailed())

describe('VerifyEmail by code', () => {
  test('S2-22, S4-10: the address is theirs, and every other session ends', () =>
    given(...waits)
      .when(verifyEmail, wish)
      .then(caused(cast.verified(BEN, BEN_ADDRESS, 'code')), ended(SESSION)))
  test('C-5: confirmed without a session, the one stays that the registration began', () =>
    given(
      ...waits,
      cast.loggedIn('registration', { sessionId: OTHER_SESSION }),
      cast.loggedIn('password', { sessionId: SESSION }),
    )
      .when(verifyEmail, { ...wish, keepSessionId: null })
      .then(caused(cast.verified(BEN, BEN_ADDRESS, 'code')), ended(OTHER_SESSION)))
  test('S1-4, T10: whoever else waited for the address is gone, and nobody else', () =>
    given(
      ...waits,
      ...cast.waiting(CYD, BEN_ADDRESS),
      ...cast.waiting(ADA, cast.ADA_ADDRESS),
      ...cast.waiting(cast.INVITE, BEN_ADDRESS),
    )
      .when(verifyEmail, wish)
      .then(
        caused(cast.verified(BEN, BEN_ADDRESS, 'code')),
        superseded(CYD),
        superseded(cast.INVITE),
        ended(SESSION),
      ))
  test('S2-23, S4-11, S4-16: a wrong code changes nothing, and is counted', () => {
    for (let tries = 0; tries < MAX_CODE_TRIES; tries++) {
      given(...waits, ...failed(tries))
        .when(verifyEmail, byWrongCode)
        .thenRefused('code_wrong', { triesLeft: MAX_CODE_TRIES - tries - 1 }, cast.verificationFailed())
    }
  })
  test('the right code counts after four wrong ones', () =>
    given(...waits, ...failed(4))
      .when(verifyEmail, wish)
      .then(caused(cast.verified(BEN, BEN_ADDRESS, 'code')), ended(SESSION)))
  test('S4-16, T16: after five not even the right one does, and nothing is counted any more', () => {
    given(...waits, ...failed(5))
      .when(verifyEmail, wish)
      .thenRefused('code_locked')
    given(...waits, ...failed(5))
      .when(verifyEmail, byWrongCode)
      .thenRefused('code_locked')
  })
  test('tries of a code that was replaced are not counted against the new one', () => {
    const renewed = cast.verificationIssued({ verificationId: OTHER_VERIFICATION })
    given(...waits, ...failed(5), renewed, cast.verificationFailed())
      .when(verifyEmail, { ...byWrongCode, verificationId: OTHER_VERIFICATION })
      .thenRefused('code_wrong', { triesLeft: 4 }, cast.verificationFailed(OTHER_VERIFICATION))
  })
  test('S4-9: the instant of its end is already too late, a millisecond before is not', () => {
    given(...cast.waiting(BEN, BEN_ADDRESS, { codeExpiresAt: NOW }))
      .when(verifyEmail, wish)
      .thenRefused('code_expired', { expiresAt: NOW })
    given(...cast.waiting(BEN, BEN_ADDRESS, { codeExpiresAt: '2026-03-01T09:00:00.001Z' }))
      .when(verifyEmail, wish)
      .then(caused(cast.verified(BEN, BEN_ADDRESS, 'code')), ended(SESSION))
  })
  test('a wrong code that is too late is not counted', () =>
    given(...cast.waiting(BEN, BEN_ADDRESS, { codeExpiresAt: NOW }))
      .when(verifyEmail, byWrongCode)
      .thenRefused('code_expired', { expiresAt: NOW }))
  test('the end of the link is not the end of the code', () =>
    given(...cast.waiting(BEN, BEN_ADDRESS, { linkExpiresAt: NOW }))
      .when(verifyEmail, wish)
      .then(caused(cast.verified(BEN, BEN_ADDRESS, 'code')), ended(SESSION)))
  test('S4-12: a code that was replaced is void', () =>
    given(...waits, cast.verificationIssued({ verificationId: OTHER_VERIFICATION }))
      .when(verifyEmail, wish)
      .thenRefused('code_expired'))
  test('S2-24: it works once', () =>
    given(...waits, cast.verified(BEN, BEN_ADDRESS, 'code'))
      .when(verifyEmail, wish)
      .thenRefused('email_already_verified'))
  test('S2-25: it works for its own user only', () =>
    given(...waits, ...cast.waiting(CYD, BEN_ADDRESS, { verificationId: OTHER_VERIFICATION }))
      .when(verifyEmail, { ...wish, userId: CYD })
      .thenRefused('code_expired'))
})

describe('VerifyEmail by link, in a session of its user', () => {
  test('S3-12: everything that was chosen at registration holds', () =>
    given(...waits, cast.passwordChanged({ by: 'registration' }))
      .when(verifyEmail, byLink)
      .then(caused(cast.verified(BEN, BEN_ADDRESS, 'link')), ended(SESSION)))
  test('S1-4, T10: whoever else waited for the address is gone', () =>
    given(...waits, ...cast.waiting(CYD, BEN_ADDRESS))
      .when(verifyEmail, byLink)
      .then(caused(cast.verified(BEN, BEN_ADDRESS, 'link')), superseded(CYD), ended(SESSION)))
  test('wrong codes do not lock the link', () =>
    given(...waits, ...failed(5))
      .when(verifyEmail, byLink)
      .then(caused(cast.verified(BEN, BEN_ADDRESS, 'link')), ended(SESSION)))
  test('S3-11: the instant of its end is already too late, a millisecond before is not', () => {
    given(...cast.waiting(BEN, BEN_ADDRESS, { linkExpiresAt: NOW }))
      .when(verifyEmail, byLink)
      .thenRefused('link_expired', { expiresAt: NOW })
    given(
      ...cast.waiting(BEN, BEN_ADDRESS, { codeExpiresAt: NOW, linkExpiresAt: '2026-03-01T09:00:00.001Z' }),
    )
      .when(verifyEmail, byLink)
      .then(caused(cast.verified(BEN, BEN_ADDRESS, 'link')), ended(SESSION))
  })
  test('S3-15: a link that was replaced is void', () =>
    given(...waits, cast.verificationIssued({ verificationId: OTHER_VERIFICATION }))
      .when(verifyEmail, byLink)
      .thenRefused('link_replaced'))
  test('S3-13: it works once, and not after the code', () => {
    for (const by of ['link', 'code'] as const) {
      given(...waits, cast.verified(BEN, BEN_ADDRESS, by))
        .when(verifyEmail, byLink)
        .thenRefused('link_already_used')
    }
  })
})

describe('VerifyEmail by link, opened anywhere else', () => {
  const loggedIn = cast.loggedIn('verification-link', { sessionId: OTHER_SESSION })
  const chosen = cast.passwordChanged({ by: 'registration', credentialId: OTHER_CREDENTIAL })
  const taken = [
    caused(cast.verified(BEN, BEN_ADDRESS, 'link')),
    ended(null),
    caused(chosen),
    caused(loggedIn),
  ]

  test('T10: every session ends, a new password takes the place of the old one, and a new session begins', () =>
    given(
      ...waits,
      cast.passwordChanged({ by: 'registration', credentialId: CREDENTIAL }),
      cast.loggedIn('registration', { sessionId: SESSION }),
    )
      .when(verifyEmail, byLinkElsewhere)
      .then(...taken))
  test('T10: the session of the registration is kept on nobody’s word', () =>
    given(...waits, cast.loggedIn('registration', { sessionId: SESSION }))
      .when(verifyEmail, { ...byLinkElsewhere, keepSessionId: SESSION })
      .then(...taken))
  test('so it is for a temporary user, who has a password from then on', () =>
    given(...waits)
      .when(verifyEmail, byLinkElsewhere)
      .then(...taken))
  test('in the language that was chosen since', () =>
    given(...waits, cast.profileChanged({ locale: 'ru' }))
      .when(verifyEmail, byLinkElsewhere)
      .then(
        caused(cast.verified(BEN, BEN_ADDRESS, 'link')),
        ended(null),
        caused(cast.passwordChanged({ by: 'registration', credentialId: OTHER_CREDENTIAL, locale: 'ru' })),
        caused(loggedIn),
      ))
  test('S1-4, T10: whoever else waited for the address is gone', () =>
    given(...waits, ...cast.waiting(CYD, BEN_ADDRESS))
      .when(verifyEmail, byLinkElsewhere)
      .then(
        caused(cast.verified(BEN, BEN_ADDRESS, 'link')),
        superseded(CYD),
        ended(null),
        caused(chosen),
        caused(loggedIn),
      ))
  test('it ends, is replaced and is used up like any link', () => {
    given(...cast.waiting(BEN, BEN_ADDRESS, { linkExpiresAt: NOW }))
      .when(verifyEmail, byLinkElsewhere)
      .thenRefused('link_expired', { expiresAt: NOW })
    given(...waits, cast.verificationIssued({ verificationId: OTHER_VERIFICATION }))
      .when(verifyEmail, byLinkElsewhere)
      .thenRefused('link_replaced')
    given(...waits, cast.verified(BEN, BEN_ADDRESS, 'link'))
      .when(verifyEmail, byLinkElsewhere)
      .thenRefused('link_already_used')
  })
})

describe('VerifyEmail, whichever way', () => {
  const right = ways.filter(([, { proof }]) => proof.kind !== 'wrong-code')
  test.each(right)('%s: an address that found its owner meanwhile is not given away', (_, way) => {
    given(...waits, ...cast.member(ADA, BEN_ADDRESS))
      .when(verifyEmail, way)
      .thenRefused('email_already_registered')
  })
  test.each(ways)('%s: a suspended, an erased and an unknown user confirm nothing', (_, way) => {
    given(...waits, cast.suspended(BEN))
      .when(verifyEmail, way)
      .thenRefused('user_suspended')
    given(...waits.map(cast.forgotten), cast.erased(BEN))
      .when(verifyEmail, way)
      .thenRefused('user_not_found')
    given().when(verifyEmail, way).thenRefused('user_not_found')
  })
  test.each(ways)('%s: no other address than the one that was written to', (_, way) => {
    given(...waits)
      .when(verifyEmail, { ...way, email: cast.CYD_ADDRESS })
      .thenRefused(way.proof.kind.endsWith('code') ? 'code_expired' : 'link_replaced')
  })
  test.each(ways)('%s: whoever never had an address gives none up', (_, way) => {
    given(cast.issued(), ...waits)
      .when(verifyEmail, { ...way, formerEmail: BEN_ADDRESS })
      .thenRefused('user_not_found')
  })
  test.each(ways)('%s: whoever was invited has nothing to confirm', (_, way) => {
    given(...cast.member(BEN, BEN_ADDRESS))
      .when(verifyEmail, way)
      .thenRefused(way.proof.kind.endsWith('code') ? 'email_already_verified' : 'link_already_used')
  })
})

describe('T11, T13: a verification of an address that is taken', () => {
  const owned = cast.member(ADA, BEN_ADDRESS)
  const taken = (data = {}) => [...owned, ...cast.waiting(BEN, BEN_ADDRESS, { purpose: 'taken', ...data })]
  const free = (data = {}) => cast.waiting(BEN, BEN_ADDRESS, data)

  test('even its right code is answered as a wrong one of any other verification', () => {
    for (let tries = 0; tries <= MAX_CODE_TRIES; tries++) {
      const { decision } = given(...free(), ...failed(tries)).when(verifyEmail, byWrongCode)
      const { refusal, events } = decision as Extract<typeof decision, { outcome: 'refused' }>
      for (const way of [wish, byWrongCode]) {
        given(...taken(), ...failed(tries))
          .when(verifyEmail, way)
          .thenRefused(refusal.code, refusal.details, ...events)
      }
    }
  })
  test('it ends, is replaced and is locked like any other', () => {
    const renewed = (purpose: 'taken' | 'registration') =>
      cast.verificationIssued({ verificationId: OTHER_VERIFICATION, purpose })
    for (const way of [wish, byWrongCode]) {
      for (const begun of [taken({ codeExpiresAt: NOW }), free({ codeExpiresAt: NOW })]) {
        given(...begun)
          .when(verifyEmail, way)
          .thenRefused('code_expired', { expiresAt: NOW })
      }
      for (const begun of [
        [...taken(), renewed('taken')],
        [...free(), renewed('registration')],
      ]) {
        given(...begun)
          .when(verifyEmail, way)
          .thenRefused('code_expired')
      }
    }
  })
  test('its link confirms nothing, and neither does anything once the owner is gone', () => {
    const gone = [
      [...taken(), cast.addressReleased({ userId: ADA })],
      [
        ...owned.map(cast.forgotten),
        cast.erased(ADA),
        ...cast.waiting(BEN, BEN_ADDRESS, { purpose: 'taken' }),
      ],
    ]
    for (const history of [taken(), ...gone]) {
      for (const way of [byLink, byLinkElsewhere]) {
        given(...history)
          .when(verifyEmail, way)
          .thenRefused('link_not_found')
      }
      given(...history)
        .when(verifyEmail, wish)
        .thenRefused('code_wrong', { triesLeft: 4 }, cast.verificationFailed())
    }
  })
  test('but a new one can be asked for then, and confirmed', () =>
    given(
      ...taken(),
      cast.addressReleased({ userId: ADA }),
      cast.verificationIssued({ verificationId: OTHER_VERIFICATION, codeExpiresAt: IN_TEN_MINUTES }),
    )
      .when(verifyEmail, { ...wish, verificationId: OTHER_VERIFICATION })
      .then(
        { ...cast.verified(BEN, BEN_ADDRESS, 'code'), causation: 'EVENT-6' },
        { ...cast.sessionsEnded('address-confirmed', SESSION), causation: 'EVENT-6' },
      ))
})
