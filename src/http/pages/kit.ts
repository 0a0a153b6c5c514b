import type { Context } from 'koa'
import type { State } from '../context.ts'
import type { House } from '../house.ts'
import { readForm } from '../middleware/body.ts'
import { Problem } from '../problems.ts'
import type { Guards } from './csrf.ts'
import type { TextKey } from './texts/en.ts'
import { text } from './view.ts'

export type Ctx = Context & { state: State }

/** One field that was filled in wrongly: said in a list above the form and beside the field. */
export type FieldError = { readonly field: string; readonly message: string }

/** What every page family is built with. */
export type Kit = {
  readonly house: House
  readonly guards: Guards
  /** Renders a view inside the layout; `title` is a text key or a finished text. */
  readonly render: (
    ctx: Ctx,
    name: string,
    view: Readonly<Record<string, unknown>> & { readonly title: string },
    status?: number,
  ) => void
  /** The fields of a posted form whose origin has been checked. */
  readonly form: (ctx: Ctx, limit?: number) => Promise<Readonly<Record<string, string>>>
  /** Addresses of the files in `public/`, by name. */
  readonly assets: Readonly<Record<string, string>>
  readonly t: (ctx: Ctx, key: TextKey, values?: Readonly<Record<string, unknown>>) => string
}

const NOTICES = [
  'passwordChanged',
  'inviteSent',
  'inviteResent',
  'inviteRevoked',
  'userChanged',
  'userSuspended',
  'userReinstated',
  'userErased',
  'roleGranted',
] as const
export type Notice = (typeof NOTICES)[number]

/** Says something on the next page: after a redirect. */
export const leaveNotice = (ctx: Ctx, notice: Notice): void => {
  if (ctx.session) ctx.session.notice = notice
}

/** What the page before wanted to be said, once. */
export const takeNotice = (ctx: Ctx): Notice | null => {
  const left = ctx.session?.notice
  if (left === undefined || !ctx.session) return null
  delete ctx.session.notice
  return NOTICES.find((known) => known === left) ?? null
}

export const openKit = (
  house: House,
  guards: Guards,
  views: (
    name: string,
    view: Readonly<Record<string, unknown>> & { readonly locale: State['locale'] },
  ) => string,
  assets: Readonly<Record<string, string>>,
): Kit => {
  const t: Kit['t'] = (ctx, key, values) => text(ctx.state.locale, key, values)
  return {
    house,
    guards,
    assets,
    t,
    render(ctx, name, view, status = 200) {
      const { locale } = ctx.state
      const who = ctx.state.principal
      const notice = takeNotice(ctx)
      const restricted = who?.session.restricted ?? false
      ctx.status = status
      ctx.type = 'html'
      ctx.set('Cache-Control', 'no-store')
      const path = ctx.path
      ctx.body = views(name, {
        locale,
        otherLocale: locale === 'en' ? 'ru' : 'en',
        otherLanguage: locale === 'en' ? 'Русский' : 'English',
        languageUrl: `${path}?lang=${locale === 'en' ? 'ru' : 'en'}`,
        css: assets['app.css'],
        script: null,
        section: null,
        csrf: guards.token(ctx),
        signedIn: who !== null,
        isAdmin: !restricted && (who?.user.roles.includes('admin') ?? false),
        mailbox:
          house.settings.devMailbox &&
          (house.settings.loopback || (who?.user.roles.includes('admin') ?? false)),
        path,
        notice: notice && t(ctx, `notice.${notice}`),
        errors: [],
        ...view,
      })
    },
    async form(ctx, limit) {
      const fields = await readForm(ctx, limit)
      guards.check(ctx, fields)
      return fields
    },
  }
}

/** Only paths of this site: anything else would send people to strangers from a trusted address. */
export const localPath = (wanted: unknown, publicUrl: string): string => {
  if (typeof wanted !== 'string' || !/^\/(?![/\\])/.test(wanted)) return '/'
  const url = URL.parse(wanted, publicUrl)
  return url && url.origin === new URL(publicUrl).origin ? url.pathname + url.search : '/'
}

export const seeOther = (ctx: Ctx, path: string): void => {
  ctx.status = 303
  ctx.set('Location', path)
  ctx.set('Cache-Control', 'no-store')
  ctx.body = ''
}

/** Who may see admin pages; everybody else is led to the main page, which asks them to sign in. */
export const adminOf = (ctx: Ctx): NonNullable<State['principal']> | null => {
  const who = ctx.state.principal
  return who?.user.roles.includes('admin') && !who.session.restricted ? who : null
}

export const paramOf = (ctx: Ctx, name: string): string => {
  const value: unknown = (ctx['params'] as Record<string, unknown> | undefined)?.[name]
  if (typeof value !== 'string') throw new Problem('not_found')
  return value
}

/** A query parameter that was given once and is not empty. */
export const queryOf = (ctx: Ctx, name: string): string | undefined => {
  const value = ctx.query[name]
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}

/** Pages that carry a secret in their address: kept by no cache, named to nobody. */
export const tokenPage = (ctx: Ctx): void => {
  ctx.set('Referrer-Policy', 'no-referrer')
  ctx.set('X-Robots-Tag', 'noindex')
}

export const deviceOf = (ctx: Ctx) => ({ userAgent: ctx.get('user-agent') || null, ip: ctx.ip || null })
