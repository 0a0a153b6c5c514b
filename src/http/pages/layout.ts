import type { Brand } from '../../domain/settings/in-force.ts'
import { isTemporary } from '../../projections/users.ts'
import type { House } from '../house.ts'
import { brandCssPath, logoPath } from './brand.ts'
import type { Guards } from './csrf.ts'
import type { Ctx } from './ctx.ts'
import { presentOf } from './moment.ts'
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
    .replace(/^(\/admin\/webhooks\/[^/]+)\/(?!deliveries\/)[^/]+$/, '$1')
    .replace(/^(\/admin\/webhooks\/[^/]+\/deliveries\/[^/]+)\/replay$/, '$1')
    .replace(/^(\/admin\/mails\/[^/]+)\/retry$/, '$1')
    .replace(/^(\/admin\/invites\/imports\/[^/]+)\/[^/]+$/, '$1')
    .replace(/^(\/admin\/invites)\/(?!imports\/)[^/]+\/[^/]+$/, '$1')
    .replace(/^(\/admin\/users\/[^/]+)\/(?!(?:erase|history)$)[^/]+$/, '$1')

/** Of these pages of the control panel it can be said how they were at another moment. */
const HAS_PAST = /^\/admin(?:$|\/(?!(?:settings|webhooks|invites\/imports?)(?:\/|$)))/

const otherLanguage = {
  en: { locale: 'ru', name: 'Русский' },
  ru: { locale: 'en', name: 'English' },
} as const

const languageUrl = (ctx: Ctx, locale: string): string => {
  const query = new URLSearchParams(ctx.method === 'GET' || ctx.method === 'HEAD' ? ctx.querystring : '')
  query.set('lang', locale)
  return `${pageOf(ctx.path)}?${query.toString()}`
}

const faceOf = ({ name, accent, logo }: Brand, mark: string | undefined) => ({
  name,
  css: accent && brandCssPath(accent),
  logo: logo ? logoPath(logo) : mark,
  icon: logo ? logoPath(logo) : '/favicon.svg',
  iconType: logo ? logo.type : 'image/svg+xml',
})

/** A brand stays what it is until an admin changes it: its addresses are worked out once, not on each page. */
const faces = new WeakMap<Brand, ReturnType<typeof faceOf>>()

/** The brand as the frame shows it: the product's own colours and mark where no admin has chosen others. */
export const brandOf = (brand: Brand, mark: string | undefined): ReturnType<typeof faceOf> => {
  const face = faces.get(brand) ?? faceOf(brand, mark)
  faces.set(brand, face)
  return face
}

/** What the frame and its pages fetch besides themselves. */
export const frameFiles = (assets: Readonly<Record<string, string>>) => ({
  css: assets['app.css'],
  script: assets['page.js'],
  logo: assets['favicon.svg'],
  doorOpen: assets['door-open.svg'],
  doorClosed: assets['door-closed.svg'],
})

/** What the frame around every page needs to know. */
export const openLayout = (house: House, guards: Guards, assets: Readonly<Record<string, string>>) => {
  const files = frameFiles(assets)
  /** For a page without a frame. */
  const bare = ({ state: { locale, zone } }: Ctx) => ({
    locale,
    zone,
    assets: files,
    brand: brandOf(house.inForce.known().brand, files.logo),
  })
  const whole = (ctx: Ctx) => {
    const { locale, principal } = ctx.state
    const { registration } = house.inForce.known()
    const isRestricted = principal ? principal.session.restricted || isTemporary(principal.user) : false
    const isAdmin = !isRestricted && (principal?.user.roles.includes('admin') ?? false)
    const isAuditor = !isRestricted && (principal?.user.roles.includes('auditor') ?? false)
    const other = otherLanguage[locale]
    const canTravel = house.travel !== null && (isAdmin || isAuditor) && HAS_PAST.test(ctx.path)
    const { notice, undo } = takeNotice(ctx)
    return {
      ...bare(ctx),
      otherLocale: other.locale,
      otherLanguage: other.name,
      languageUrl: languageUrl(ctx, other.locale),
      script: null,
      reload: null,
      asOf: house.settings.readOnlyAsOf,
      past: null,
      present: canTravel && ctx.method === 'GET' ? presentOf(ctx) : null,
      section: null,
      isWide: false,
      csrf: guards.token(ctx),
      signedIn: principal !== null,
      login: principal?.user.email ?? null,
      isAdmin,
      isAuditor,
      isSink: false,
      isMember: principal !== null && !isRestricted,
      own: principal !== null && !isRestricted && /^\/(?:profile|password\/change)(?:\/|$)/.test(ctx.path),
      isOpen: registration !== 'invite',
      mailbox: house.settings.devMailbox && !isRestricted && (house.settings.loopback || isAdmin),
      path: ctx.path,
      notice: notice && text(locale, `notice.${notice}`),
      undo,
      here: pageOf(ctx.path),
      errors: [],
    }
  }
  return Object.assign(whole, { bare })
}
