import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Handlebars from 'handlebars'
import { deliveryTrouble, mailTrouble } from './trouble.ts'
import { day, moment, type Reader, text, textKey, type Values } from './words.ts'

// Indenting what a partial brings would indent the lines of a textarea or a mail, too.
const OPTIONS = { strict: true, preventIndent: true }
const VIEWS = join(import.meta.dirname, '..', 'views')

type View = Readonly<Record<string, unknown>> & Reader
export type RenderView = (name: string, view: View) => string

type HelperOptions = {
  readonly hash: Values
  readonly data: { readonly root: Reader }
}

const helpers = {
  t: (key: string, { hash, data }: HelperOptions) => text(data.root.locale, textKey(key), hash),
  /** A text whose name ends in a value: `{{tk 'state.' invite.state}}`. */
  tk: (prefix: string, name: string, { hash, data }: HelperOptions) =>
    text(data.root.locale, textKey(`${prefix}${name}`), hash),
  moment: (instant: string, { data }: HelperOptions) => moment(data.root, instant),
  day: (date: string, { data }: HelperOptions) => day(data.root.locale, date),
  mailTrouble: (reason: string, { data }: HelperOptions) => mailTrouble(data.root.locale, reason),
  deliveryTrouble: (reason: string, { data }: HelperOptions) => deliveryTrouble(data.root.locale, reason),
  encode: (text: string) => encodeURIComponent(text),
  /** Parts that make one address or one label. The options that handlebars adds are no part. */
  join: (...parts: unknown[]) => parts.slice(0, -1).map(String).join(''),
  eq: (a: unknown, b: unknown) => a === b,
  or: (a: unknown, b: unknown) => Boolean(a) || Boolean(b),
}

/** All templates, compiled at start; a template that is broken stops the start and not a visitor. */
export const openViews = (folder = VIEWS): RenderView => {
  const engine = Handlebars.create()
  for (const [name, helper] of Object.entries(helpers)) engine.registerHelper(name, helper)
  const pages = new Map<string, Handlebars.TemplateDelegate>()
  for (const file of readdirSync(folder)) {
    const name = file.replace(/\.hbs$/, '')
    const template = engine.compile(readFileSync(join(folder, file), 'utf8'), OPTIONS)
    if (name.startsWith('_')) engine.registerPartial(name.slice(1), template)
    else pages.set(name, template)
  }
  return (name, view) => {
    const template = pages.get(name)
    if (!template) throw new Error(`no view named ${name}`)
    return template(view)
  }
}
