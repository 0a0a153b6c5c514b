import { isTemporary } from '../../projections/users.ts'
import type { House } from '../house.ts'
import type { Guards } from './csrf.ts'
import type { Ctx } from './ctx.ts'
import { takeNotice } from './notices.ts'
import { text } from './words.ts'

/** The page that a path belongs to, as an address that GET answers: where "try again" and the other language lead. */
export const pageOf = (path: string): string =>
  path
    .replace(/^\/logout$/, '/')
    .replace(/^\/profile\/email$/, '/profile')
    .replace(/^(\/profile\/sessions)\/[^/]+$/, '$1')
    .replace(/^(\/profile\/referrals)\/[^/]+$/, '$1')
    .replace(/^(\/admin\/referrals\/[^/]+)\/suspend$/, '$1')
    .replace(/^(\/admin\/referrals\/batches\/[^/]+)\/reinstate$/, '$1')
    .replace(/^(\/invites\/[^/]+)\/sign-in-link$/, '$1')
    .replace(/^(\/admin\/clients\/[^/]+)\/remove$/, '$1')
    .replace(/^(\/admin\/mails\/[^/]+)\/retry$/, '$1')
    .replace(/^(\/admin\/invites\/imports\/[^/]+)\/[^/]+$/, '$1')
    .replace(/^(\/admin\/invites)\/(?!imports\/)[^/]+\/[^/]+$/, '$1')
    .replace(/^(\/admin\/users\/[^/]+)\/(?!(?:erase|history)$)[^/]+$/, '$1')

const otherLanguage = {
  en: { locale: 'ru', name: 'Русский' },
  ru: { locale: 'en', name: 'English' },
} as const

const languageUrl = (ctx: Ctx, locale: string): string => {
  const query = new URLSearchParams(ctx.method === 'GET' || ctx.method === 'HEAD' ? ctx.querystring : '')
  query.set('lang', locale)
  return `${pageOf(ctx.path)}?${query.toString()}`
}

/** What the frame around every page needs to know. */
export const openLayout = (house: House, guards: Guards, assets: Readonly<Record<string, string>>) => {
  const files = {
    css: assets['app.css'],
    logo: assets['favicon.svg'],
    doorOpen: assets['door-open.svg'],
    doorClosed: assets['door-closed.svg'],
  }
  return (ctx: Ctx) => {
    const { locale, principal } = ctx.state
    const isRestricted = principal ? principal.session.restricted || isTemporary(principal.user) : false
    const isAdmin = !isRestricted && (principal?.user.roles.includes('admin') ?? false)
    const isAuditor = !isRestricted && (principal?.user.roles.includes('auditor') ?? false)
    const other = otherLanguage[locale]
    const notice = takeNotice(ctx)
    return {
      locale,
      otherLocale: other.locale,
      otherLanguage: other.name,
      languageUrl: languageUrl(ctx, other.locale),
      assets: files,
      script: null,
      reload: null,
      asOf: house.settings.readOnlyAsOf,
      section: null,
      csrf: guards.token(ctx),
      signedIn: principal !== null,
      login: principal?.user.email ?? null,
      isAdmin,
      isAuditor,
      isSink: false,
      isMember: principal !== null && !isRestricted,
      own: principal !== null && !isRestricted && /^\/(?:profile|password\/change)(?:\/|$)/.test(ctx.path),
      isOpen: house.settings.registration !== 'invite',
      mailbox: house.settings.devMailbox && !isRestricted && (house.settings.loopback || isAdmin),
      path: ctx.path,
      notice: notice && text(locale, `notice.${notice}`),
      errors: [],
    }
  }
}
