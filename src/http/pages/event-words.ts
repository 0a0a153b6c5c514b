import type { DomainEvent } from '../../domain/catalogue.ts'
import type { Locale } from '../../domain/invites/events.ts'
import { en, type TextKey } from './texts/en.ts'
import { type EventWords, enEvents } from './texts/events-en.ts'
import { ruEvents } from './texts/events-ru.ts'
import { mailTrouble } from './trouble.ts'
import { text } from './words.ts'

const words: Readonly<Record<Locale, EventWords>> = { en: enEvents, ru: ruEvents }

/** What a mail is called; a kind that is no longer sent keeps the name that stands in the history. */
export const mailName = (locale: Locale, template: string): string => {
  const key = `mails.template.${template}`
  return Object.hasOwn(en, key) ? text(locale, key as TextKey) : template
}

/** An event as a sentence in the reader's language. */
export const eventWords = (locale: Locale, event: DomainEvent): string => {
  const say = words[locale][event.type] as (data: DomainEvent['data']) => string
  if (!('template' in event.data)) return say(event.data)
  const named = { ...event.data, template: mailName(locale, event.data.template) }
  return say('reason' in named ? { ...named, reason: mailTrouble(locale, named.reason) } : named)
}
