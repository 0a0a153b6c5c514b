import type { DomainEvent } from '../catalogue.ts'
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

/** Which mails an event calls for. A mail bears the id of its event: one event calls for one mail at most, so far. */
export const mailing = (event: DomainEvent): readonly MailIntent[] => {
  switch (event.type) {
    case 'InviteIssued':
    case 'InviteResent': {
      const { inviteId, email, locale } = event.data
      return [{ mailId: event.id, template: 'invite', about: `invite:${inviteId}`, to: email, locale }]
    }
    case 'FirstPasswordIssued': {
      const { userId, email, locale } = event.data
      return [{ mailId: event.id, template: 'first-password', about: `user:${userId}`, to: email, locale }]
    }
    case 'SignInLinkIssued': {
      const { userId, email, locale, delivery } = event.data
      return delivery === 'mail'
        ? [{ mailId: event.id, template: 'sign-in-link', about: `user:${userId}`, to: email, locale }]
        : []
    }
    case 'PasswordChanged': {
      const { userId, email, locale, by } = event.data
      return by === 'owner' || by === 'reset'
        ? [{ mailId: event.id, template: 'password-changed', about: `user:${userId}`, to: email, locale }]
        : []
    }
    case 'VerificationIssued': {
      const { userId, email, locale, purpose } = event.data
      const template = purpose === 'taken' ? 'address-taken' : 'verification'
      return [{ mailId: event.id, template, about: `user:${userId}`, to: email, locale }]
    }
    case 'AddressReleased': {
      const { userId, email, locale } = event.data
      return [{ mailId: event.id, template: 'email-changed', about: `user:${userId}`, to: email, locale }]
    }
    case 'PasswordResetRequested': {
      const { userId, email, locale } = event.data
      return [{ mailId: event.id, template: 'password-reset', about: `user:${userId}`, to: email, locale }]
    }
    default:
      return []
  }
}
