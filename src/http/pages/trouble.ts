import type { Locale } from '../../domain/invites/events.ts'
import { text } from './words.ts'

/** What the reasons for not sending a mail come to, for people; whoever looks after the mail server is shown the code, too. */
const KINDS = {
  refused: /^smtp_5\d\d$/,
  full: /^smtp_552$/,
  unreachable:
    /^e(?:connrefused|connreset|connection|timedout|socket|dns|notfound|ai_again|hostunreach|netunreach)$/,
  auth: /^(?:eauth|enoauth)$/,
  malformed: /^address_malformed$/,
  expired: /^expired$/,
  forgotten: /^forgotten$/,
  unreadable: /^unreadable$/,
} as const
type Kind = keyof typeof KINDS

/** The narrower kinds stand behind the wider ones they are part of. */
const kinds = (Object.keys(KINDS) as Kind[]).toReversed()

/** Why a mail was not sent, in the reader's words. */
export const mailTrouble = (locale: Locale, reason: string): string => {
  const kind = kinds.find((one) => KINDS[one].test(reason))
  return text(locale, `mails.trouble.${kind ?? 'other'}`)
}

const UNANSWERED = ['timeout', 'unreachable', 'address_forbidden', 'unreadable'] as const

/** Why a message to a webhook has no answer, in the reader's words. */
export const deliveryTrouble = (locale: Locale, reason: string): string =>
  text(locale, `webhooks.trouble.${UNANSWERED.find((one) => one === reason) ?? 'other'}`)
