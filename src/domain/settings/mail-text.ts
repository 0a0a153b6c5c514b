import type { MailTemplate } from '../mails/events.ts'
import type { MailPart } from './names.ts'

/** What a mail can say of itself: the service, its receiver, and a moment that matters. */
export type MailFacts = {
  readonly service: string
  readonly login: string
  /** When link or password end, in words of the reader's language. */
  readonly until: string
  /** When it happened. */
  readonly at: string
}
export type Placeholder = keyof MailFacts

const ENDING: readonly Placeholder[] = ['service', 'login', 'until']
const HAPPENED: readonly Placeholder[] = ['service', 'login', 'at']
const NEITHER: readonly Placeholder[] = ['service', 'login']

const placeholders: Readonly<Record<MailTemplate, readonly Placeholder[]>> = {
  invite: ENDING,
  'first-password': ENDING,
  'sign-in-link': ENDING,
  'password-changed': HAPPENED,
  verification: ENDING,
  'address-taken': NEITHER,
  'email-changed': HAPPENED,
  'password-reset': ENDING,
  'new-device': HAPPENED,
  'referral-code': ENDING,
}

/** Which placeholders a part of a mail may have. Subjects are read over shoulders: nothing of the receiver stands there. */
export const placeholdersOf = (template: MailTemplate, part: MailPart): readonly Placeholder[] =>
  part === 'subject' || part === 'action' ? ['service'] : placeholders[template]

const PLACEHOLDER = /\{([^{}]*)\}/g

/** The first placeholder that this part of this mail can't fill in. */
export const unknownPlaceholder = (template: MailTemplate, part: MailPart, text: string): string | null => {
  const known: readonly string[] = placeholdersOf(template, part)
  for (const [, name = ''] of text.matchAll(PLACEHOLDER)) if (!known.includes(name)) return name
  return null
}

/**
 * A text with its placeholders filled in, once, from left to right: what stands in a fact is never read as a
 * placeholder, and no text is ever read as a template.
 */
export const fillMailText = (text: string, facts: MailFacts): string =>
  text.replace(PLACEHOLDER, (whole, name: string) =>
    Object.hasOwn(facts, name) ? facts[name as Placeholder] : whole,
  )
