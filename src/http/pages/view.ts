import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Handlebars from 'handlebars'
import type { Locale } from '../../domain/invites/events.ts'
import { en, type TextKey, type Texts } from './texts/en.ts'
import { ru } from './texts/ru.ts'

const texts: Readonly<Record<Locale, Texts>> = { en, ru }
const VIEWS = join(import.meta.dirname, '..', 'views')

/** A text of the pages with its `{names}` filled in. Filling happens before escaping, so values can't become markup. */
export const text = (locale: Locale, key: TextKey, values: Readonly<Record<string, unknown>> = {}): string =>
  texts[locale][key].replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name]
    return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  })

const isKey = (key: string): key is TextKey => Object.hasOwn(en, key)

const dates = new Map<string, Intl.DateTimeFormat>()

/** An instant in the reader's language, in UTC and saying so. */
export const moment = (locale: Locale, instant: string): string => {
  let format = dates.get(locale)
  if (!format) {
    format = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' })
    dates.set(locale, format)
  }
  return `${format.format(new Date(instant))} UTC`
}

type HelperOptions = {
  readonly hash: Record<string, unknown>
  readonly data: { readonly root: { readonly locale: Locale } }
}

/** All templates, compiled at start; a template that is broken stops the start and not a visitor. */
export const openViews = (): ((
  name: string,
  view: Readonly<Record<string, unknown>> & { readonly locale: Locale },
) => string) => {
  const engine = Handlebars.create()
  engine.registerHelper('t', (key: string, { hash, data }: HelperOptions) => {
    if (!isKey(key)) throw new Error(`no text named ${key}`)
    return text(data.root.locale, key, hash)
  })
  engine.registerHelper('tk', (prefix: string, name: string, { hash, data }: HelperOptions) => {
    const key = `${prefix}${name}`
    if (!isKey(key)) throw new Error(`no text named ${key}`)
    return text(data.root.locale, key, hash)
  })
  engine.registerHelper('moment', (instant: string, { data }: HelperOptions) =>
    moment(data.root.locale, instant),
  )
  engine.registerHelper('eq', (a: unknown, b: unknown) => a === b)
  const source = (file: string) => readFileSync(join(VIEWS, file), 'utf8')
  const pages = new Map<string, Handlebars.TemplateDelegate>()
  for (const file of readdirSync(VIEWS)) {
    const name = file.replace(/\.hbs$/, '')
    if (name.startsWith('_'))
      engine.registerPartial(name.slice(1), engine.compile(source(file), { strict: true }))
    else pages.set(name, engine.compile(source(file), { strict: true }))
  }
  return (name, view) => {
    const template = pages.get(name)
    if (!template) throw new Error(`no view named ${name}`)
    return template(view)
  }
}
