import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CODE_BYTES, codeFrom, readCode, shownCode } from '../../src/domain/referrals/code.ts'
import {
  createReferralCode,
  MAX_DESCRIPTION,
  MAX_REFERRAL_CODE_DAYS,
} from '../../src/domain/referrals/create-referral-code.ts'
import { deleteReferralCode } from '../../src/domain/referrals/delete-referral-code.ts'
import { mailReferralCode } from '../../src/domain/referrals/mail-referral-code.ts'
import * as cast from '../support/controls.ts'
import { given } from '../support/given.ts'

const { ADA, BEN, CODE, CODE_ID, OTHER_CODE, OTHER_CODE_ID, NOW, EARLIER, IN_A_WEEK } = cast
const BY_BEN = { actor: `user:${BEN}` } as const
const BY_ADA = { actor: `user:${ADA}` } as const
const ben = cast.member(BEN, cast.BEN_ADDRESS)
const { codeCreated, codeDeleted, codeMailed } = cast
const gone = [...ben.map(cast.forgotten), cast.forgotten(codeCreated()), cast.erased(BEN)]

describe('a code', () => {
  test('is 80 bits in sixteen letters, each string of bits another one', () => {
    expect(CODE_BYTES).toBe(10)
    expect(codeFrom(new Uint8Array(10))).toBe('0000000000000000')
    expect(codeFrom(new Uint8Array(10).fill(255))).toBe('ZZZZZZZZZZZZZZZZ')
    expect(codeFrom(Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 33]))).toBe('0000000000000011')
  })
  test('is shown in groups of four', () => expect(shownCode(CODE)).toBe('0123-4567-89AB-CDEF'))
  test.each([
    ['as it is shown', '0123-4567-89AB-CDEF'],
    ['in small letters', '0123-4567-89ab-cdef'],
    ['with letters for digits', 'oI23-4567-89ab-cdef'],
    ['with others', 'OL23456789abcdef'],
    ['with spaces and other dashes', ' 0123 4567–89AB—CDEF\n'],
    ['in one piece', CODE],
  ])('S1-22 is read %s', (_, typed) => expect(readCode(typed)).toBe(CODE))
  test.each(['', '0123', `${CODE}0`, 'U123456789ABCDEF', '0123_4567_89AB_CDEF', '0123456789ABCDE\u0000'])(
    'W-10, S1-27 %j is none',
    (typed) => expect(readCode(typed)).toBeNull(),
  )
  test('W-24, S1-27 any bytes make a code that is read back; any text is read or is none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 10, maxLength: 10 }), (bytes) => {
        const code = codeFrom(bytes)
        expect(readCode(shownCode(code).toLowerCase())).toBe(code)
      }),
    )
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(readCode(text) ?? CODE).toMatch(/^[0-9A-HJKMNP-TV-Z]{16}$/)
      }),
    )
  })
})

describe('CreateReferralCode', () => {
  const wish = { userId: BEN, codeId: CODE_ID, code: CODE, description: null, expiresAt: IN_A_WEEK }

  test('S1-10, S3-26 a user makes a code of their own', () =>
    given(...ben)
      .when(createReferralCode, wish, BY_BEN)
      .then(codeCreated()))
  test('S3-27 with a description', () =>
    given(...ben)
      .when(createReferralCode, { ...wish, description: 'for the team' }, BY_BEN)
      .then(codeCreated({ description: 'for the team' })))
  test('S3-27 of 150 letters at most', () => {
    const described = (length: number) => ({ ...wish, description: 'x'.repeat(length) })
    expect(createReferralCode.schema.safeParse(described(MAX_DESCRIPTION)).success).toBe(true)
    expect(createReferralCode.schema.safeParse(described(151)).success).toBe(false)
  })
  test('S1-11, W-9 never without an end', () => {
    const { expiresAt: _, ...endless } = wish
    expect(createReferralCode.schema.safeParse(endless).success).toBe(false)
  })
  test.each([
    ['now', NOW],
    ['in the past', EARLIER],
    ['more than a year ahead', '2027-03-01T09:00:00.001Z'],
  ])('S1-12, C-18 an end that is %s is refused', (_, expiresAt) =>
    given(...ben)
      .when(createReferralCode, { ...wish, expiresAt }, BY_BEN)
      .thenRefused('referral_code_expiry_out_of_range', { maxDays: MAX_REFERRAL_CODE_DAYS }),
  )
  test('C-18 a year ahead is fine', () => {
    const expiresAt = '2027-03-01T09:00:00.000Z'
    given(...ben)
      .when(createReferralCode, { ...wish, expiresAt }, BY_BEN)
      .then(codeCreated({ expiresAt }))
  })
  test('S1-13, S3-28, C-19 a second one is refused while the first is active', () =>
    given(...ben, codeCreated({ codeId: OTHER_CODE_ID, code: OTHER_CODE }))
      .when(createReferralCode, wish, BY_BEN)
      .thenRefused('referral_code_already_active', { expiresAt: IN_A_WEEK }))
  test('S1-16 once that is deleted there can be another one', () =>
    given(...ben, codeCreated({ codeId: OTHER_CODE_ID }), codeDeleted({ codeId: OTHER_CODE_ID }))
      .when(createReferralCode, wish, BY_BEN)
      .then(codeCreated()))
  test('S1-16 and once it has expired, at the very moment', () =>
    given(...ben, codeCreated({ codeId: OTHER_CODE_ID, expiresAt: NOW }))
      .when(createReferralCode, wish, BY_BEN)
      .then(codeCreated()))
  test('somebody else’s code is in nobody’s way', () =>
    given(...ben, codeCreated({ userId: ADA, codeId: OTHER_CODE_ID }))
      .when(createReferralCode, wish, BY_BEN)
      .then(codeCreated()))
  test('the same wish again is already true, deleted or not', () => {
    given(...ben, codeCreated())
      .when(createReferralCode, wish, BY_BEN)
      .thenNothing()
    given(...ben, codeCreated(), codeDeleted())
      .when(createReferralCode, wish, BY_BEN)
      .thenNothing()
  })
  test('who has not confirmed an address makes none', () =>
    given(...cast.waiting(BEN, cast.BEN_ADDRESS), cast.passwordChanged())
      .when(createReferralCode, wish, BY_BEN)
      .thenRefused('email_not_verified'))
  test('nor who registered without a password and has not chosen one', () => {
    const temporary = [...cast.waiting(BEN, cast.BEN_ADDRESS), cast.verified(BEN, cast.BEN_ADDRESS, 'code')]
    given(...temporary)
      .when(createReferralCode, wish, BY_BEN)
      .thenRefused('registration_incomplete')
    given(...temporary, cast.passwordChanged())
      .when(createReferralCode, wish, BY_BEN)
      .then(codeCreated())
  })
  test('nor who is suspended', () =>
    given(...ben, cast.suspended(BEN))
      .when(createReferralCode, wish, BY_BEN)
      .thenRefused('user_suspended'))
  test('nor who is gone, or was never known', () => {
    given(...gone)
      .when(createReferralCode, wish)
      .thenRefused('user_not_found')
    given().when(createReferralCode, wish).thenRefused('user_not_found')
  })
  test('nobody makes one for somebody else', () =>
    given(...ben, ...cast.admin(ADA, cast.ADA_ADDRESS))
      .when(createReferralCode, wish, BY_ADA)
      .thenRefused('not_allowed'))
})

describe('DeleteReferralCode', () => {
  const wish = { userId: BEN, codeId: CODE_ID }

  test('S1-14, S3-35 the owner deletes it', () =>
    given(...ben, codeCreated())
      .when(deleteReferralCode, wish, BY_BEN)
      .then(codeDeleted()))
  test('expired as well', () =>
    given(...ben, codeCreated({ expiresAt: NOW }))
      .when(deleteReferralCode, wish, BY_BEN)
      .then(codeDeleted()))
  test('so does an admin', () =>
    given(...ben, codeCreated(), ...cast.admin(ADA, cast.ADA_ADDRESS))
      .when(deleteReferralCode, wish, BY_ADA)
      .then(codeDeleted()))
  test('but who is gone took it along', () =>
    given(...gone)
      .when(deleteReferralCode, wish)
      .thenRefused('referral_code_unknown'))
  test('again it is already true', () =>
    given(...ben, codeCreated(), codeDeleted())
      .when(deleteReferralCode, wish, BY_BEN)
      .thenNothing())
  test('S1-15 where there is none, or it is not theirs, there is nothing to delete', () => {
    given(...ben)
      .when(deleteReferralCode, wish, BY_BEN)
      .thenRefused('referral_code_unknown')
    given(...ben, codeCreated({ userId: ADA }))
      .when(deleteReferralCode, wish, BY_BEN)
      .thenRefused('referral_code_unknown')
  })
  test('nobody else deletes it, nor a suspended owner', () => {
    given(...ben, codeCreated(), ...cast.member(ADA, cast.ADA_ADDRESS))
      .when(deleteReferralCode, wish, BY_ADA)
      .thenRefused('not_allowed')
    given(...ben, codeCreated(), cast.suspended(BEN))
      .when(deleteReferralCode, wish, BY_BEN)
      .thenRefused('not_allowed')
  })
})

describe('MailReferralCode', () => {
  const wish = { userId: BEN, codeId: CODE_ID, email: cast.CYD_ADDRESS, locale: 'en' } as const

  test('S3-31 it is mailed to somebody, and that is on record', () =>
    given(...ben, codeCreated())
      .when(mailReferralCode, wish, BY_BEN)
      .then(codeMailed()))
  test('S3-31 to the same address once only, in whatever language', () =>
    given(...ben, codeCreated(), codeMailed())
      .when(mailReferralCode, { ...wish, locale: 'ru' }, BY_BEN)
      .thenNothing())
  test('another address is somebody else', () =>
    given(...ben, codeCreated(), codeMailed())
      .when(mailReferralCode, { ...wish, email: cast.ADA_ADDRESS, locale: 'ru' }, BY_BEN)
      .then(codeMailed({ email: cast.ADA_ADDRESS, locale: 'ru' })))
  test('a code that has expired is not', () =>
    given(...ben, codeCreated({ expiresAt: NOW }))
      .when(mailReferralCode, wish, BY_BEN)
      .thenRefused('referral_code_expired', { expiresAt: NOW }))
  test.each([
    ['unknown', ben],
    ['deleted', [...ben, codeCreated(), codeDeleted()]],
    ['somebody else’s', [...ben, codeCreated({ userId: ADA })]],
    ['of somebody who is gone', gone],
  ])('nor one that is %s', (_, history) =>
    given(...history)
      .when(mailReferralCode, wish)
      .thenRefused('referral_code_unknown'),
  )
  test('nor by who is suspended', () =>
    given(...ben, codeCreated(), cast.suspended(BEN))
      .when(mailReferralCode, wish, BY_BEN)
      .thenRefused('user_suspended'))
  test('nor by anybody else', () =>
    given(...ben, codeCreated(), ...cast.admin(ADA, cast.ADA_ADDRESS))
      .when(mailReferralCode, wish, BY_ADA)
      .thenRefused('not_allowed'))
})
