import type { DataOf, DomainEvent, EventType } from '../../domain/catalogue.ts'
import type { Locale } from '../../domain/invites/events.ts'
import type { MailTemplate } from '../../domain/mails/events.ts'
import type { MailLook } from './look.ts'
import { type Mail, maskedSecrets, renderMail } from './render.ts'

const ID = '0'.repeat(26)
const AT = '2026-03-01T09:00:00.000Z'
const UNTIL = '2026-03-08T09:00:00.000Z'

/** Somebody who is nobody: the address is one that can belong to no one (RFC 2606). */
const person = (locale: Locale) => ({ userId: ID, email: 'ada@example.org', locale })

type Example = { readonly [K in EventType]: { readonly type: K; readonly data: DataOf<K> } }[EventType]

const verification = (locale: Locale, purpose: 'registration' | 'taken'): Example => ({
  type: 'VerificationIssued',
  data: {
    ...person(locale),
    verificationId: ID,
    purpose,
    codeExpiresAt: UNTIL,
    linkExpiresAt: UNTIL,
  },
})

/** An event that calls for such a mail. */
const examples: Readonly<Record<MailTemplate, (locale: Locale) => Example>> = {
  invite: (locale) => ({
    type: 'InviteIssued',
    data: { inviteId: ID, email: 'ada@example.org', role: 'member', locale, expiresAt: UNTIL },
  }),
  'first-password': (locale) => ({
    type: 'FirstPasswordIssued',
    data: { ...person(locale), credentialId: ID, expiresAt: UNTIL },
  }),
  'sign-in-link': (locale) => ({
    type: 'SignInLinkIssued',
    data: { ...person(locale), linkId: ID, expiresAt: UNTIL, delivery: 'mail' },
  }),
  'password-changed': (locale) => ({
    type: 'PasswordChanged',
    data: { ...person(locale), credentialId: ID, by: 'owner' },
  }),
  verification: (locale) => verification(locale, 'registration'),
  'address-taken': (locale) => verification(locale, 'taken'),
  'email-changed': (locale) => ({ type: 'AddressReleased', data: { ...person(locale), inviteIds: [] } }),
  'password-reset': (locale) => ({
    type: 'PasswordResetRequested',
    data: { ...person(locale), resetId: ID, expiresAt: UNTIL },
  }),
  'new-device': (locale) => ({
    type: 'NewDeviceNoticed',
    data: {
      ...person(locale),
      sessionId: ID,
      userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
      ip: '192.0.2.1',
    },
  }),
  'referral-code': (locale) => ({
    type: 'ReferralCodeMailed',
    data: { ...person(locale), codeId: ID, code: '0123456789ABCDEF', expiresAt: UNTIL },
  }),
}

/** A mail as somebody would get it, with everything masked that lets anybody in. */
export const exampleMail = (template: MailTemplate, locale: Locale, look: MailLook): Mail => {
  const envelope = {
    position: 1,
    id: ID,
    version: 1,
    at: AT,
    actor: 'system',
    causation: null,
    correlation: ID,
  }
  const event = { ...envelope, ...examples[template](locale) } as DomainEvent
  const mail = renderMail(event, template, maskedSecrets, look)
  if (!mail) throw new Error(`the example of ${template} makes no such mail`)
  return mail
}
