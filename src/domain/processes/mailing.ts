import type { DomainEvent, EventOf, EventType } from '../catalogue.ts'
import type { Tag } from '../event.ts'
import type { Locale } from '../invites/events.ts'
import type { MailTemplate } from '../mails/events.ts'

/** A mail that an event calls for. Texts, links and passwords are made when it is sent; here is only what for and to whom. */
export type MailIntent = {
  readonly mailId: string
  readonly template: MailTemplate
  readonly about: Tag
  /** The address, in clear; null once its person has been forgotten, and then there is no mail. */
  readonly to: string | null
  readonly locale: Locale
}

type Calls = { readonly [K in EventType]?: (event: EventOf<K>) => MailIntent | null }
type Reader = { readonly email: string | null; readonly locale: Locale }

const mailTo = (id: string, about: Tag, template: MailTemplate, { email, locale }: Reader): MailIntent => ({
  mailId: id,
  template,
  about,
  to: email,
  locale,
})

/** A mail bears the id of its event: one event calls for one mail at most, so far. */
const calls: Calls = {
  InviteIssued: ({ id, data }) => mailTo(id, `invite:${data.inviteId}`, 'invite', data),
  InviteResent: ({ id, data }) => mailTo(id, `invite:${data.inviteId}`, 'invite', data),
  FirstPasswordIssued: ({ id, data }) => mailTo(id, `user:${data.userId}`, 'first-password', data),
  SignInLinkIssued: ({ id, data }) =>
    data.delivery === 'mail' ? mailTo(id, `user:${data.userId}`, 'sign-in-link', data) : null,
  PasswordChanged: ({ id, data }) =>
    data.by === 'owner' || data.by === 'reset'
      ? mailTo(id, `user:${data.userId}`, 'password-changed', data)
      : null,
  VerificationIssued: ({ id, data }) =>
    mailTo(id, `user:${data.userId}`, data.purpose === 'taken' ? 'address-taken' : 'verification', data),
  AddressReleased: ({ id, data }) => mailTo(id, `user:${data.userId}`, 'email-changed', data),
  NewDeviceNoticed: ({ id, data }) => mailTo(id, `user:${data.userId}`, 'new-device', data),
  ReferralCodeMailed: ({ id, data }) => mailTo(id, `user:${data.userId}`, 'referral-code', data),
  SealMailed: ({ id, data }) => mailTo(id, `user:${data.userId}`, 'seal-kept', data),
  PasswordResetRequested: ({ id, data }) => mailTo(id, `user:${data.userId}`, 'password-reset', data),
}

const byType = calls as Readonly<Record<string, ((event: DomainEvent) => MailIntent | null) | undefined>>

/** The types of events that may call for a mail. */
export const mailingTypes = Object.keys(calls) as readonly EventType[]

/** Which mails an event calls for. */
export const mailing = (event: DomainEvent): readonly MailIntent[] => {
  const intent = byType[event.type]?.(event) ?? null
  return intent ? [intent] : []
}
