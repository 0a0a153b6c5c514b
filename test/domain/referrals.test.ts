import { describe, expect, test } from 'vitest'
import type { NewEvent } from '../../src/domain/catalogue.ts'
import { MAX_CHAIN, redeemReferralCode } from '../../src/domain/referrals/redeem-referral-code.ts'
import { registerUser } from '../../src/domain/users/register-user.ts'
import * as cast from '../support/controls.ts'
import { given } from '../support/given.ts'

const { ADA, BEN, CYD, CODE_ID, OTHER_CODE_ID, NOW } = cast
const { codeCreated, codeDeleted, referred } = cast
const ben = cast.member(BEN, cast.BEN_ADDRESS)
const cyd = cast.member(CYD, cast.CYD_ADDRESS)
const BY_CYD = { actor: `user:${CYD}` } as const

/** Codes of Ben by which nobody comes. */
const closed: readonly (readonly [string, readonly NewEvent[]])[] = [
  ['is unknown', ben],
  ['was deleted', [...ben, codeCreated(), codeDeleted()]],
  ['is of somebody else', [...ben, codeCreated({ userId: ADA })]],
  ['is of somebody who is suspended', [...ben, codeCreated(), cast.suspended(BEN)]],
  [
    'is of somebody who is gone',
    [...ben.map(cast.forgotten), cast.forgotten(codeCreated()), cast.erased(BEN)],
  ],
]

describe('RegisterUser by a referral code', () => {
  const wish = {
    userId: CYD,
    email: cast.CYD_ADDRESS,
    name: null,
    locale: 'en',
    credentialId: null,
    verification: cast.newVerification,
    session: cast.start,
    isTakenTold: false,
    referral: { codeId: CODE_ID, referrerId: BEN },
  } as const
  const ofCyd = { userId: CYD, email: cast.CYD_ADDRESS }
  const begun = [
    cast.registered(CYD, cast.CYD_ADDRESS, { kind: 'self' }),
    referred(CYD, BEN, { way: 'registration' }),
    cast.verificationIssued(ofCyd),
    cast.loggedIn('registration', { userId: CYD }),
  ]
  const anonymous = { actor: 'anonymous' } as const

  test('S1-21 whoever registers by a code was brought by its owner, in the same decision', () =>
    given(...ben, codeCreated())
      .when(registerUser, wish, anonymous)
      .then(...begun))
  test('S1-28, C-20 and so is the next one', () =>
    given(...ben, codeCreated(), referred(ADA, BEN, { way: 'registration' }))
      .when(registerUser, wish, anonymous)
      .then(...begun))
  test('once the owner is reinstated their code brings people again', () =>
    given(...ben, codeCreated(), cast.suspended(BEN), cast.reinstated(BEN))
      .when(registerUser, wish, anonymous)
      .then(...begun))
  test('the same registration again is answered as before, whatever became of the code', () =>
    given(...ben, codeCreated(), ...begun, codeDeleted())
      .when(registerUser, wish, anonymous)
      .thenNothing())
  test.each(closed)('S1-22 nobody registers by a code that %s', (_, history) =>
    given(...history)
      .when(registerUser, wish, anonymous)
      .thenRefused('referral_code_unknown'),
  )
  test('S1-22, W-13 nor by one that has expired', () =>
    given(...ben, codeCreated({ expiresAt: NOW }))
      .when(registerUser, wish, anonymous)
      .thenRefused('referral_code_expired', { expiresAt: NOW }))
  test('without a code nobody brought them', () =>
    given(...ben, codeCreated())
      .when(registerUser, { ...wish, referral: null }, anonymous)
      .then(...begun.filter(({ type }) => type !== 'UserReferred')))
})

describe('RedeemReferralCode', () => {
  const wish = { userId: CYD, codeId: CODE_ID, referrerId: BEN, chain: [] }
  const open = [...ben, ...cyd, codeCreated()]

  test('S1-23, C-21 a user says afterwards who brought them', () =>
    given(...open)
      .when(redeemReferralCode, wish, BY_CYD)
      .then(referred(CYD, BEN)))
  test('the same code again is already true, even if it has ended', () =>
    given(...open, referred(CYD, BEN), codeDeleted())
      .when(redeemReferralCode, wish, BY_CYD)
      .thenNothing())
  test('also if it was the registration that said so', () =>
    given(...open, referred(CYD, BEN, { way: 'registration' }))
      .when(redeemReferralCode, wish, BY_CYD)
      .thenNothing())
  test('S1-25, C-21 another one is refused: it can be said once only', () =>
    given(...open, referred(CYD, ADA, { codeId: OTHER_CODE_ID }))
      .when(redeemReferralCode, wish, BY_CYD)
      .thenRefused('referrer_already_set'))
  test('S1-25 also if that referrer is gone', () =>
    given(...open, referred(CYD, ADA, { codeId: OTHER_CODE_ID }), cast.erased(ADA))
      .when(redeemReferralCode, wish, BY_CYD)
      .thenRefused('referrer_already_set'))
  test('S1-24 one’s own code is refused', () =>
    given(...open)
      .when(redeemReferralCode, { ...wish, userId: BEN }, { actor: `user:${BEN}` })
      .thenRefused('referral_to_self'))
  test.each(closed)('S1-26 a code that %s is refused', (_, history) =>
    given(...cyd, ...history)
      .when(redeemReferralCode, wish, BY_CYD)
      .thenRefused('referral_code_unknown'),
  )
  test('S1-26, S3-30, W-14 an expired one too, and that is said', () =>
    given(...ben, ...cyd, codeCreated({ expiresAt: NOW }))
      .when(redeemReferralCode, wish, BY_CYD)
      .thenRefused('referral_code_expired', { expiresAt: NOW }))
  test('nobody says it for somebody else', () =>
    given(...open)
      .when(redeemReferralCode, wish, { actor: `user:${ADA}` })
      .thenRefused('not_allowed'))
  test('nor who has not confirmed an address', () =>
    given(...ben, ...cast.waiting(CYD, cast.CYD_ADDRESS), codeCreated())
      .when(redeemReferralCode, wish, BY_CYD)
      .thenRefused('email_not_verified'))
  test('nor who is suspended, gone, or was never known', () => {
    given(...open, cast.suspended(CYD))
      .when(redeemReferralCode, wish, BY_CYD)
      .thenRefused('user_suspended')
    given(...open, cast.erased(CYD))
      .when(redeemReferralCode, wish)
      .thenRefused('user_not_found')
    given(...ben, codeCreated())
      .when(redeemReferralCode, wish)
      .thenRefused('user_not_found')
  })

  describe('C-21, T19 never in a circle', () => {
    test('whom I brought can’t have brought me', () =>
      given(...open, referred(BEN, CYD, { codeId: OTHER_CODE_ID }))
        .when(redeemReferralCode, { ...wish, chain: [CYD] }, BY_CYD)
        .thenRefused('referral_circle'))
    test('nor whom they brought', () =>
      given(...open, referred(ADA, CYD), referred(BEN, ADA))
        .when(redeemReferralCode, { ...wish, chain: [ADA, CYD] }, BY_CYD)
        .thenRefused('referral_circle'))
    test('nor through somebody who is gone', () =>
      given(...open, referred(ADA, CYD), referred(BEN, ADA), cast.erased(ADA))
        .when(redeemReferralCode, { ...wish, chain: [ADA, CYD] }, BY_CYD)
        .thenRefused('referral_circle'))
    test('a long line that I am not in is fine', () => {
      const line = cast.people(200)
      const links = line.map((id, n) => referred(id, line[n + 1] ?? ADA))
      given(...open, ...links, referred(BEN, line[0] ?? ''))
        .when(redeemReferralCode, { ...wish, chain: [...line, ADA] }, BY_CYD)
        .then(referred(CYD, BEN))
    })
    test.each([
      ['grew', [referred(BEN, ADA)], []],
      ['grew at its end', [referred(BEN, ADA), referred(ADA, CYD)], [ADA]],
      ['was never like that', [], [ADA]],
      ['leads elsewhere', [referred(BEN, ADA)], [CYD]],
    ])('whoever read a line that %s reads it again', (_, links, chain) =>
      given(...open, ...links)
        .when(redeemReferralCode, { ...wish, chain }, BY_CYD)
        .thenRefused('referral_chain_changed'),
    )
    test('the boundary is the whole line: whoever of it is brought by somebody meanwhile, it shows', () => {
      const readings = redeemReferralCode.reads({ ...wish, chain: [ADA] }, { actor: 'operator' })
      const read = Object.values(readings).filter(({ fold }) => fold.types.includes('UserReferred'))
      expect(read.map(({ tag }) => tag)).toStrictEqual([`user:${CYD}`, `user:${BEN}`, `user:${ADA}`])
    })
    test('a line that is longer than is ever looked at is refused', () => {
      const line = cast.people(MAX_CHAIN)
      const links = line.map((id, n) => referred(id, line[n + 1] ?? ADA))
      given(...open, ...links, referred(BEN, line[0] ?? ''))
        .when(redeemReferralCode, { ...wish, chain: line }, BY_CYD)
        .thenRefused('referral_chain_too_long')
    })
  })
})
