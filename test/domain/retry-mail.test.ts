import { describe, expect, test } from 'vitest'
import type { NewEvent } from '../../src/domain/catalogue.ts'
import { recordDelivery } from '../../src/domain/mails/record-delivery.ts'
import { retryMail } from '../../src/domain/mails/retry-mail.ts'
import * as cast from '../support/controls.ts'
import { given } from '../support/given.ts'

const { ADA, ADA_ADDRESS, BEN, BEN_ADDRESS, INVITE, MAIL } = cast
const wish = { mailId: MAIL, about: `invite:${INVITE}` as const }
const aboutBen = { mailId: MAIL, about: `user:${BEN}` as const }
const failed = (template: string, reason = 'smtp_550') =>
  ({
    ...cast.mailFailed,
    data: { ...cast.mailFailed.data, template, reason, about: aboutBen.about },
  }) as const
const calling = (event: NewEvent) => ({ ...event, id: MAIL })

describe('W-22 RetryMail', () => {
  test('a mail that was given up is queued again', () =>
    given(cast.issued(), cast.mailFailed).when(retryMail, wish).then(cast.mailRetried))
  test('an admin may wish it, anybody else may not', () => {
    const ada = { actor: `user:${ADA}` } as const
    const story = [cast.issued(), cast.mailFailed] as const
    given(...cast.admin(ADA, ADA_ADDRESS), ...story)
      .when(retryMail, wish, ada)
      .then(cast.mailRetried)
    given(...cast.member(ADA, ADA_ADDRESS), cast.granted(ADA, 'auditor'), ...story)
      .when(retryMail, wish, ada)
      .thenRefused('not_allowed')
  })
  test('wishing it twice queues it once', () =>
    given(cast.issued(), cast.mailFailed, cast.mailRetried).when(retryMail, wish).thenNothing())
  test('its fate can be recorded anew', () => {
    const sent = { result: 'sent', ...cast.mailSent.data } as const
    given(cast.mailFailed, cast.mailRetried)
      .when(recordDelivery, sent, { actor: 'system' })
      .then(cast.mailSent)
    given(cast.mailFailed, cast.mailRetried, cast.mailFailed)
      .when(recordDelivery, sent, { actor: 'system' })
      .thenNothing()
  })
  test('and when that fails too, it can be retried once more', () =>
    given(cast.issued(), cast.mailFailed, cast.mailRetried, cast.mailFailed)
      .when(retryMail, wish)
      .then(cast.mailRetried))

  test('one that is still queued is not retried, nor one that was sent', () => {
    given(cast.issued()).when(retryMail, wish).thenRefused('mail_not_failed')
    given(cast.issued(), cast.mailSent).when(retryMail, wish).thenRefused('mail_not_failed')
  })
  test('once its reader is forgotten there is no such mail', () => {
    given(cast.forgotten(cast.issued()), cast.mailFailed).when(retryMail, wish).thenRefused('mail_not_found')
    given(cast.issued(), cast.revoked(), cast.purged, cast.mailFailed)
      .when(retryMail, wish)
      .thenRefused('mail_not_found')
    given(calling(cast.passwordChanged()), failed('password-changed'), cast.erased(BEN))
      .when(retryMail, aboutBen)
      .thenRefused('mail_not_found')
    given(calling(cast.passwordChanged()), failed('password-changed', 'forgotten'))
      .when(retryMail, aboutBen)
      .thenRefused('mail_not_found')
  })
  test('nor is there one about something else', () =>
    given(cast.issued(), cast.mailFailed).when(retryMail, aboutBen).thenRefused('mail_not_found'))

  test.each([
    ['redeemed', cast.redeemed()],
    ['revoked', cast.revoked()],
  ])('an invite that was %s is not mailed any more', (_, end) =>
    given(cast.issued(), cast.mailFailed, end).when(retryMail, wish).thenRefused('mail_outdated'),
  )
  test('what expired before it could be sent is not mailed any more', () =>
    given(cast.issued(), { ...cast.mailFailed, data: { ...cast.mailFailed.data, reason: 'expired' } })
      .when(retryMail, wish)
      .thenRefused('mail_outdated'))

  const secrets = [
    ['first-password', cast.firstPassword(), cast.passwordChanged()],
    ['sign-in-link', cast.linkIssued(), cast.linkRedeemed],
    ['verification', cast.verificationIssued(), cast.verified(BEN, BEN_ADDRESS, 'code')],
    ['password-reset', cast.resetRequested(), cast.passwordChanged({ by: 'reset' })],
  ] as const
  test.each(secrets)('%s: good until it is used, or another one is made', (template, made, used) => {
    const retried = { type: 'MailRetried', data: { ...aboutBen, template } } as const
    given(calling(made), failed(template)).when(retryMail, aboutBen).then(retried)
    given(calling(made), failed(template), used).when(retryMail, aboutBen).thenRefused('mail_outdated')
    given(calling(made), failed(template), made).when(retryMail, aboutBen).thenRefused('mail_outdated')
  })
  test('a referral code is good until it is deleted, however many it is mailed to', () => {
    const retried = { type: 'MailRetried', data: { ...aboutBen, template: 'referral-code' } } as const
    const history = [calling(cast.codeMailed()), failed('referral-code')]
    const another = cast.codeMailed({ email: cast.ADA_ADDRESS })
    given(...history, another)
      .when(retryMail, aboutBen)
      .then(retried)
    given(...history, another, cast.codeDeleted())
      .when(retryMail, aboutBen)
      .thenRefused('mail_outdated')
  })
  test('what was only news stays worth telling', () => {
    const { decision } = given(
      calling(cast.passwordChanged()),
      failed('password-changed'),
      cast.passwordChanged(),
    ).when(retryMail, aboutBen)
    expect(decision.outcome).toBe('accepted')
  })
})
