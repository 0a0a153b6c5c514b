import { LRUCache } from 'lru-cache'
import type { Locale } from '../../domain/invites/events.ts'
import { type CountKey, en, enCounts, type TextKey, type Texts } from './texts/en.ts'
import { ru, ruCounts } from './texts/ru.ts'

const texts: Readonly<Record<Locale, Texts>> = { en, ru }

/** What stands for the `{names}` in a text. */
export type Values = Readonly<Record<string, string | number | null | undefined>>

/** Most texts have nothing to fill in. */
const fill = (pattern: string, values: Values): string =>
  pattern.includes('{')
    ? pattern.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''))
    : pattern

/** A text of the pages with its `{names}` filled in. Filling happens before escaping, so values can't become markup. */
export const text = (locale: Locale, key: TextKey, values: Values = {}): string =>
  fill(texts[locale][key], values)

/** A key that was put together, or stands in a template. */
export const textKey = (key: string): TextKey => {
  if (!Object.hasOwn(en, key)) throw new Error(`no text named ${key}`)
  return key as TextKey
}

const rules = { en: new Intl.PluralRules('en'), ru: new Intl.PluralRules('ru') }

type Forms = { readonly other: string } & Partial<Readonly<Record<Intl.LDMLPluralRule, string>>>
const counts: Readonly<Record<Locale, Readonly<Record<CountKey, Forms>>>> = { en: enCounts, ru: ruCounts }

/** A text that counts things, in the plural form that the language has for this many. */
export const plural = (locale: Locale, key: CountKey, count: number): string => {
  const forms = counts[locale][key]
  return fill(forms[rules[locale].select(count)] ?? forms.other, { count })
}

type Clock = { readonly at: Intl.DateTimeFormat; readonly zone: Intl.DateTimeFormat }
/** Making one takes longer than all the rest of a page. */
const clocks = new LRUCache<string, Clock>({ max: 200 })
const languages = { en: 'en-GB', ru: 'ru' }

const clockOf = (locale: Locale, timeZone: string): Clock => {
  const name = `${locale} ${timeZone}`
  const language = languages[locale]
  const clock = clocks.get(name) ?? {
    at: new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short', timeZone }),
    zone: new Intl.DateTimeFormat(language, { timeZone, timeZoneName: 'short' }),
  }
  clocks.set(name, clock)
  return clock
}

export type Reader = { readonly locale: Locale; readonly zone: string }

/** Who reads a page again reads the same instants; to say one takes as long as all the texts of a page. */
const moments = new LRUCache<string, string>({ max: 2000 })

/** An instant in the reader's language and time zone, and saying which that is. `page.js` says the same in browsers. */
export const moment = (reader: Reader, instant: string): string => {
  const name = `${instant} ${reader.locale} ${reader.zone}`
  const said = moments.get(name) ?? say(reader, instant)
  moments.set(name, said)
  return said
}

const say = ({ locale, zone }: Reader, instant: string): string => {
  const clock = clockOf(locale, zone)
  const at = new Date(instant)
  const name = clock.zone.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value
  // Russian writes “of the year” after the number; lists are narrow enough without it.
  return `${clock.at.format(at).replace(' г.', '')} ${name}`
}

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const
const spanFormats = Object.fromEntries(
  (['en', 'ru'] as const).map((locale) => [
    locale,
    Object.fromEntries(
      UNITS.map(([unit]) => [
        unit,
        new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: 0 }),
      ]),
    ),
  ]),
)

/** How long something took, in the largest unit of which there is one at least. */
export const span = (locale: Locale, ms: number): string => {
  const [unit, size] = UNITS.find(([, one]) => ms >= one) ?? ['second', 1000]
  return spanFormats[locale]?.[unit]?.format(Math.floor(ms / size)) ?? ''
}

const dayFormat = (language: string) =>
  new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', timeZone: 'UTC' })
const dayFormats = { en: dayFormat('en-GB'), ru: dayFormat('ru') }

/** A day of this or the last year, as `2026-03-01`. */
export const day = (locale: Locale, date: string): string => dayFormats[locale].format(new Date(date))
