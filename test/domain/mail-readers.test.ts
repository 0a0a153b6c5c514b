import { describe, expect, test } from 'vitest'
import type { NewEvent } from '../../src/domain/catalogue.ts'
import { readers } from '../../src/domain/mails/mail.ts'
import { retryMail } from '../../src/domain/mails/retry-mail.ts'
import * as cast from '../support/controls.ts'
import { given, recorded } from '../support/given.ts'

const { BEN, CODE_ID, MAIL } = cast
const aboutBen = { mailId: MAIL, about: `user:${BEN}` as const }
const failed = (template: string) =>
  ({ ...cast.mailFailed, data: { ...cast.mailFailed.data, template, about: aboutBen.about } }) as const
const remembered = (...events: readonly (NewEvent & { id?: string })[]) =>
  recorded(...events).reduce(readers.evolve, readers.initial)

describe('who still reads a mail', () => {
  test('a first password that was used is not mailed once more', () =>
    given({ ...cast.firstPassword(), id: MAIL }, failed('first-password'), cast.firstPasswordUsed)
      .when(retryMail, aboutBen)
      .thenRefused('mail_outdated'))

  test('nobody, once they are forgotten, whatever happens afterwards that calls for no mail', () => {
    const quiet = cast.passwordChanged({ by: 'operator', email: null })
    expect(remembered(cast.forgotten(cast.resetRequested()), quiet).isForgotten).toBe(true)
    expect(remembered(cast.resetRequested(), quiet).isForgotten).toBe(false)
    expect(remembered(cast.issued(), cast.revoked(), cast.purged).isForgotten).toBe(true)
  })

  test('an invite that has ended takes nothing else with it', () => {
    const story = [cast.issued(), cast.resent()]
    for (const end of [cast.redeemed(), cast.revoked(), cast.replaced()]) {
      expect(remembered(...story, end)).toStrictEqual({
        isForgotten: false,
        isInviteOpen: false,
        newest: { invite: 'EVENT-2' },
      })
    }
    expect(remembered(...story).isInviteOpen).toBe(true)
  })

  test('what is used up is that, and not the rest', () => {
    const all = [cast.linkIssued(), cast.verificationIssued(), cast.resetRequested(), cast.codeMailed()]
    const left = (used: NewEvent) => Object.keys(remembered(...all, used).newest)
    expect(left(cast.linkRedeemed)).toStrictEqual(['verification', 'password-reset', 'referral-code'])
    expect(left(cast.verified(BEN, cast.BEN_ADDRESS))).toStrictEqual([
      'sign-in-link',
      'password-reset',
      'referral-code',
    ])
    expect(left(cast.codeDeleted({ codeId: CODE_ID }))).toStrictEqual([
      'sign-in-link',
      'verification',
      'password-reset',
    ])
    expect(left(cast.passwordChanged({ by: 'reset' }))).toStrictEqual([
      'sign-in-link',
      'verification',
      'referral-code',
      'password-changed',
    ])
  })
})
