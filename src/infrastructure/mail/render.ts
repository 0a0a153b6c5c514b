import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Handlebars from 'handlebars'
import type { DomainEvent } from '../../domain/catalogue.ts'
import type { Locale } from '../../domain/invites/events.ts'
import type { MailTemplate } from '../../domain/mails/events.ts'
import { mailing } from '../../domain/processes/mailing.ts'
import { shownCode } from '../../domain/referrals/code.ts'
import { fillMailText } from '../../domain/settings/mail-text.ts'
import { readUserAgent } from '../../domain/user-agent.ts'
import type { MailLook } from './look.ts'
import { mailWords } from './texts.ts'

/** A mail ready to go. Links and passwords in it were made for this moment and are kept nowhere. */
export type Mail = {
  readonly id: string
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
  /** What stands before the sender's address, where an admin has named the service. */
  readonly senderName?: string
}

/** Makes the secrets that mails carry, from ids. */
export type MailSecrets = {
  readonly inviteToken: (inviteId: string) => string
  readonly signInToken: (linkId: string) => string
  readonly firstPassword: (credentialId: string) => string
  readonly verificationToken: (verificationId: string) => string
  readonly verificationCode: (verificationId: string) => string
  readonly resetToken: (resetId: string) => string
}

const mask = () => '•••'

/** For those who look after mails and must not read what would let them in. */
export const maskedSecrets: MailSecrets = {
  inviteToken: mask,
  signInToken: mask,
  firstPassword: mask,
  verificationToken: mask,
  verificationCode: mask,
  resetToken: mask,
}

const views = Handlebars.create()
const template = (name: string, noEscape: boolean) =>
  views.compile(readFileSync(join(import.meta.dirname, 'templates', name), 'utf8'), {
    strict: true,
    noEscape,
  })
// HTML escapes; plain text must not, or an apostrophe would read as `&#x27;`.
const asHtml = template('mail.html.hbs', false)
const asText = template('mail.txt.hbs', true)

const LANGUAGES: Readonly<Record<Locale, string>> = { en: 'en-GB', ru: 'ru' }
const formats: Partial<Record<Locale, Intl.DateTimeFormat>> = {}
/** Making one takes longer than all the rest of a mail, and than most commands that send none. */
const formatIn = (locale: Locale): Intl.DateTimeFormat => {
  formats[locale] ??= new Intl.DateTimeFormat(LANGUAGES[locale], {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone: 'UTC',
  })
  return formats[locale]
}

/** Day, month, year and 24 hours, as on the pages; in UTC, for a mail does not know its reader's time zone. */
const moment = (instant: string, locale: Locale): string =>
  `${formatIn(locale).format(new Date(instant))} UTC`

type Content = {
  readonly path: string
  readonly until: string
  readonly details: readonly { label: string; value: string }[]
  /** A code that is typed off the mail, and has to be found at a glance. */
  readonly code?: string
  /** A text that is kept letter by letter. */
  readonly note?: string
}

const contentOf = (event: DomainEvent, locale: Locale, secrets: MailSecrets): Content | null => {
  const words = mailWords[locale]
  switch (event.type) {
    case 'InviteIssued':
    case 'InviteResent':
      return {
        path: `/invites/${secrets.inviteToken(event.data.inviteId)}`,
        until: event.data.expiresAt,
        details: [],
      }
    case 'FirstPasswordIssued':
      return {
        path: '/',
        until: event.data.expiresAt,
        details: [
          { label: words.login, value: event.data.email ?? '' },
          { label: words.firstPassword, value: secrets.firstPassword(event.data.credentialId) },
        ],
      }
    case 'SignInLinkIssued':
      return {
        path: `/sign-in/${secrets.signInToken(event.data.linkId)}`,
        until: event.data.expiresAt,
        details: [],
      }
    case 'PasswordChanged':
      return { path: '/', until: event.at, details: [] }
    case 'VerificationIssued': {
      const { verificationId, purpose, codeExpiresAt, linkExpiresAt } = event.data
      if (purpose === 'taken') return { path: '/password/forgot', until: event.at, details: [] }
      return {
        path: `/verify/${secrets.verificationToken(verificationId)}`,
        until: codeExpiresAt < linkExpiresAt ? codeExpiresAt : linkExpiresAt,
        details: [],
        code: secrets.verificationCode(verificationId),
      }
    }
    case 'AddressReleased':
      return { path: '/', until: event.at, details: [] }
    case 'NewDeviceNoticed':
      return {
        path: '/profile/sessions',
        until: event.at,
        details: [
          { label: words.when, value: moment(event.at, locale) },
          { label: words.device, value: words.deviceOf(readUserAgent(event.data.userAgent)) },
          { label: words.ip, value: event.data.ip ?? '–' },
        ],
      }
    case 'PasswordResetRequested':
      return {
        path: `/password/reset/${secrets.resetToken(event.data.resetId)}`,
        until: event.data.expiresAt,
        details: [],
      }
    case 'ReferralCodeMailed': {
      const code = shownCode(event.data.code ?? '')
      return { path: `/r/${code}`, until: event.data.expiresAt, details: [], code }
    }
    case 'SealMailed':
      return { path: '/history/seals', until: event.at, details: [], note: event.data.note.trimEnd() }
    default:
      return null
  }
}

/** Empty lines of a text part its paragraphs; any other line break stays with its own line. */
const paragraphsOf = (text: string): string[] => text.split(/\n+/).filter((line) => line.trim() !== '')

/**
 * The mail that an event calls for, as its receiver reads it. Null when its person has been forgotten, or when the
 * event calls for no such mail. Under the same settings the same event makes the same mail, however often it is tried.
 */
export const renderMail = (
  event: DomainEvent,
  wanted: MailTemplate,
  secrets: MailSecrets,
  look: MailLook,
): Mail | null => {
  const intent = mailing(event).find((one) => one.template === wanted)
  if (!intent || intent.to === null) return null
  const { locale, to } = intent
  const content = contentOf(event, locale, secrets)
  if (!content) return null
  const words = mailWords[locale]
  const texts = look.textsOf(wanted, locale)
  const { service, publicUrl, senderName } = look
  const facts = { service, login: to, until: moment(content.until, locale), at: moment(event.at, locale) }
  const say = (text: string) => fillMailText(text, facts)
  const subject = say(texts.subject)
  const lead = paragraphsOf(say(texts.lead))
  const view = {
    locale,
    look,
    subject,
    greeting: words.greeting,
    // What lists of mails show beside the subject.
    preheader: lead.join(' '),
    lead,
    code: content.code ?? null,
    codeLabel: words.code,
    note: content.note ?? null,
    details: content.details,
    action: { label: say(texts.action), url: `${publicUrl}${content.path}` },
    orCopy: words.orCopy,
    closing: paragraphsOf(say(texts.closing)),
    footer: words.footer(to, service),
    home: `${publicUrl}/`,
  }
  return {
    id: intent.mailId,
    to,
    subject,
    text: asText(view),
    html: asHtml(view),
    ...(senderName === null ? {} : { senderName }),
  }
}

/** From when on a mail would only mislead: the link or password in it has ended. Null when it never does. */
export const staleFrom = (event: DomainEvent): string | null => {
  if (event.type !== 'VerificationIssued') return 'expiresAt' in event.data ? event.data.expiresAt : null
  const { purpose, codeExpiresAt, linkExpiresAt } = event.data
  if (purpose === 'taken') return null
  return codeExpiresAt > linkExpiresAt ? codeExpiresAt : linkExpiresAt
}
