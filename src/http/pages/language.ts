import type { Middleware } from 'koa'
import type { Locale } from '../../domain/invites/events.ts'
import type { State } from '../context.ts'
import type { Ctx } from './kit.ts'
import { zoneOf } from './zone.ts'

const COOKIE = 'lang'
const YEAR_MS = 365 * 86_400_000

const isLocale = (value: unknown): value is Locale => value === 'en' || value === 'ru'

/** `?lang=` (remembered), then the user's own choice, then the browser's wish, then English. */
export const localeOf = (ctx: Ctx): Locale => {
  const asked = ctx.query['lang']
  if (isLocale(asked)) return asked
  const remembered = ctx.cookies.get(COOKIE)
  if (isLocale(remembered)) return remembered
  const own = ctx.state.principal?.user.locale
  if (own) return own
  const wished = ctx.acceptsLanguages('en', 'ru')
  return isLocale(wished) ? wished : 'en'
}

export const language: Middleware<State> = (ctx, next) => {
  ctx.vary('Accept-Language')
  ctx.vary('Cookie')
  const asked = ctx.query['lang']
  if (isLocale(asked)) ctx.cookies.set(COOKIE, asked, { maxAge: YEAR_MS, sameSite: 'lax', httpOnly: true })
  ctx.state.locale = localeOf(ctx as Ctx)
  ctx.state.zone = zoneOf(ctx as Ctx)
  return next()
}
