import { describe, expect, test } from 'vitest'
import { eventTypes, type NewEvent } from '../../src/domain/catalogue.ts'
import { recordDelivery } from '../../src/domain/mails/record-delivery.ts'
import { mailing } from '../../src/domain/processes/mailing.ts'
import * as cast from '../support/controls.ts'
import { given, recorded } from '../support/given.ts'
import { goldenExamples } from '../support/golden.ts'

const { BEN, BEN_ADDRESS, INVITE } = cast

describe('RecordDelivery', () => {
  const sent = { result: 'sent', ...cast.mailSent.data } as const
  const failed = { result: 'failed', ...cast.mailFailed.data } as const
  const system = { actor: 'system' } as const

  test('a mail that was taken is recorded as sent', () =>
    given().when(recordDelivery, sent, system).then(cast.mailSent))
  test('a mail that was given up is recorded with its reason', () =>
    given().when(recordDelivery, failed, system).then(cast.mailFailed))
  test('the first word counts', () => {
    given(cast.mailSent).when(recordDelivery, failed, system).thenNothing()
    given(cast.mailFailed).when(recordDelivery, sent, system).thenNothing()
  })
  test('only the service itself says so, admins included', () => {
    given()
      .when(recordDelivery, sent, { actor: `user:${BEN}` })
      .thenRefused('not_allowed')
    given(...cast.admin(BEN, BEN_ADDRESS))
      .when(recordDelivery, sent, { actor: `user:${BEN}` })
      .thenRefused('not_allowed')
  })
})

describe('which mail an event calls for', () => {
  const about = { invite: `invite:${INVITE}`, user: `user:${BEN}` } as const
  const mailsOf = (event: NewEvent) => recorded(event).flatMap(mailing)
  const to = BEN_ADDRESS
  const calls = [
    [cast.issued(), { template: 'invite', about: about.invite, to, locale: 'en' }],
    [cast.resent({ locale: 'ru' }), { template: 'invite', about: about.invite, to, locale: 'ru' }],
    [cast.firstPassword(), { template: 'first-password', about: about.user, to, locale: 'en' }],
    [cast.linkIssued(), { template: 'sign-in-link', about: about.user, to, locale: 'en' }],
    [cast.passwordChanged(), { template: 'password-changed', about: about.user, to, locale: 'en' }],
    [
      cast.passwordChanged({ by: 'reset' }),
      { template: 'password-changed', about: about.user, to, locale: 'en' },
    ],
    [cast.verificationIssued(), { template: 'verification', about: about.user, to, locale: 'en' }],
    [
      cast.verificationIssued({ purpose: 'email-change' }),
      { template: 'verification', about: about.user, to, locale: 'en' },
    ],
    [
      cast.verificationIssued({ purpose: 'taken' }),
      { template: 'address-taken', about: about.user, to, locale: 'en' },
    ],
    [
      cast.addressReleased({ locale: 'ru' }),
      { template: 'email-changed', about: about.user, to, locale: 'ru' },
    ],
    [cast.newDeviceNoticed(), { template: 'new-device', about: about.user, to, locale: 'en' }],
    [cast.resetRequested(), { template: 'password-reset', about: about.user, to, locale: 'en' }],
    [cast.sealMailed(), { template: 'seal-kept', about: about.user, to, locale: 'en' }],
    [cast.codeMailed(), { template: 'referral-code', about: about.user, to: cast.CYD_ADDRESS, locale: 'en' }],
  ] as const

  test.each(calls)('$type: one mail, that bears the id of its event', (event, intent) =>
    expect(mailsOf(event)).toStrictEqual([{ mailId: 'EVENT-1', ...intent }]),
  )
  test('a link that is shown is not mailed', () =>
    expect(mailsOf(cast.linkIssued({ delivery: 'shown' }))).toStrictEqual([]))
  test('a password that the operator sets is not announced by mail, nor is the one of a registration', () => {
    expect(mailsOf(cast.passwordChanged({ by: 'operator' }))).toStrictEqual([])
    expect(mailsOf(cast.passwordChanged({ by: 'registration' }))).toStrictEqual([])
  })
  test('no other event calls for any', () => {
    const quiet = eventTypes.filter((type) => !calls.some(([event]) => event.type === type))
    for (const type of quiet) {
      expect(mailsOf({ type, data: goldenExamples[type] } as NewEvent), type).toStrictEqual([])
    }
  })
  test('once the person is forgotten there is nobody to write to', () => {
    for (const [event, intent] of calls) {
      expect(mailsOf(cast.forgotten(event))).toStrictEqual([{ mailId: 'EVENT-1', ...intent, to: null }])
    }
  })
})
