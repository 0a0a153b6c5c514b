import type Router from '@koa/router'
import type { Locale } from '../../domain/invites/events.ts'
import { type MailTemplate, mailTemplates } from '../../domain/mails/events.ts'
import {
  languages,
  mailParts,
  mailTextName,
  readMailTextName,
  type SettingName,
} from '../../domain/settings/names.ts'
import { valueProblem } from '../../domain/settings/values.ts'
import type { State } from '../context.ts'
import type { House } from '../house.ts'
import type { MailTexts } from '../in-force-door.ts'
import { Problem } from '../problems.ts'
import { mailName } from './event-words.ts'
import { auditorOf, type Ctx, type Fields, type Kit, paramOf, seeOther } from './kit.ts'
import { settingForm } from './setting-form.ts'
import { valueError } from './setting-words.ts'

const LIST = '/admin/settings/mail-texts'
const ONE = `${LIST}/:template/:language`

const isChanged = (house: House, template: MailTemplate, locale: Locale): boolean =>
  mailParts.some(
    (part) => house.inForce.known().settings.get(mailTextName(template, locale, part))?.value != null,
  )

/** How many mails say something else than they came with. */
export const mailTextsChanged = (house: House): number =>
  mailTemplates.flatMap((template) => languages.filter((locale) => isChanged(house, template, locale))).length

/** Which mail a page is about. */
const subjectOf = (ctx: Ctx): { readonly template: MailTemplate; readonly locale: Locale } => {
  const template = mailTemplates.find((one) => one === paramOf(ctx, 'template'))
  const locale = languages.find((one) => one === paramOf(ctx, 'language'))
  if (!template || !locale) throw new Problem('not_found')
  return { template, locale }
}

const textsIn = (ctx: Ctx, draft: Fields): MailTexts => {
  const { template, locale } = subjectOf(ctx)
  const texts = mailParts.map((part) => [part, draft[mailTextName(template, locale, part)] ?? ''])
  return Object.fromEntries(texts) as MailTexts
}

/** A mail as a mail program would show it: styles stand in it, so this one page may have them. It can run nothing. */
const showAsMail = (ctx: Ctx, html: string): void => {
  ctx.set(
    'Content-Security-Policy',
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'none'; sandbox allow-popups",
  )
  ctx.set('Cache-Control', 'no-store')
  ctx.type = 'html'
  ctx.body = html
}

/** What mails say: all of them in both languages, and a page for each with a preview. */
export const adminMailTextPages = (router: Router<State>, kit: Kit): void => {
  const { house, render, t } = kit

  const exampleOf = (ctx: Ctx, draft: Fields) => {
    const { template, locale } = subjectOf(ctx)
    return house.inForce.exampleMail(template, locale, textsIn(ctx, draft))
  }

  const usual = (_: Ctx, name: SettingName): string | null => {
    const text = readMailTextName(name)
    return text && house.inForce.builtInTexts(text.template, text.locale)[text.part]
  }

  const namesOf = (ctx: Ctx): readonly SettingName[] => {
    const { template, locale } = subjectOf(ctx)
    return mailParts.map((part) => mailTextName(template, locale, part))
  }

  router.get(LIST, (ctx: Ctx) => {
    if (!auditorOf(ctx)) return seeOther(ctx, '/')
    render(ctx, 'admin-mail-texts', {
      title: t(ctx, 'settings.mailTexts'),
      section: 'settings',
      mails: mailTemplates.map((template) => ({
        name: mailName(ctx.state.locale, template),
        languages: languages.map((locale) => ({
          locale,
          url: `${LIST}/${template}/${locale}`,
          isChanged: isChanged(house, template, locale),
        })),
      })),
    })
  })

  const textsNow = (ctx: Ctx): Fields =>
    Object.fromEntries(
      namesOf(ctx).map((name) => [
        name,
        house.inForce.known().settings.get(name)?.value ?? usual(ctx, name) ?? '',
      ]),
    )

  router.get(`${ONE}/html`, (ctx: Ctx) => {
    if (!auditorOf(ctx)) return seeOther(ctx, '/')
    showAsMail(ctx, exampleOf(ctx, textsNow(ctx)).html)
  })

  settingForm(router, kit, ONE, {
    pathOf: (ctx) => `${LIST}/${subjectOf(ctx).template}/${subjectOf(ctx).locale}`,
    title: (ctx) =>
      t(ctx, 'settings.mailText.title', { name: mailName(ctx.state.locale, subjectOf(ctx).template) }),
    lead: (ctx) => t(ctx, 'settings.mailText.lead'),
    names: namesOf,
    usual,
    more(ctx, draft) {
      const { template, locale } = subjectOf(ctx)
      const { subject, text } = exampleOf(ctx, draft)
      return {
        preview: { subject, text, locale, htmlUrl: `${LIST}/${template}/${locale}/html` },
        links: languages.map((one) => ({
          locale: one,
          url: `${LIST}/${template}/${one}`,
          isCurrent: one === locale,
        })),
      }
    },
    async instead(ctx, fields, again) {
      const { preview } = fields
      if (preview !== 'text' && preview !== 'html') return false
      const draft = { ...textsNow(ctx), ...fields }
      const errors = namesOf(ctx).flatMap((setting) => {
        const problem = valueProblem(setting, (draft[setting] ?? '').replaceAll('\r\n', '\n').trim())
        const details = { setting, ...problem }
        return (problem && valueError(kit, ctx, { code: 'setting_invalid', details })) ?? []
      })
      if (errors.length > 0) await again(fields, errors, 422)
      else if (preview === 'text') await again(fields, [], 200)
      else showAsMail(ctx, exampleOf(ctx, draft).html)
      return true
    },
  })
}
