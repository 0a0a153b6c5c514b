import { randomBytes } from 'node:crypto'
import type { House } from '../house.ts'
import { Problem } from '../problems.ts'
import type { Ctx } from './ctx.ts'
import type { SessionCookies } from './session.ts'

const PRE_MS = 10 * 60_000

export type Guards = {
  /** Names this browser before anybody signs in, for ten minutes from this page on; nothing is stored for it. */
  readonly nameBrowser: (ctx: Ctx) => string
  /** The name that this browser came with, if it came with one. */
  readonly browserName: (ctx: Ctx) => string | null
  readonly token: (ctx: Ctx) => string
  /** Throws `csrf_failed` unless the form came from a page of ours, for this very browser or session. */
  readonly check: (ctx: Ctx, fields: Readonly<Record<string, string>>) => void
}

/**
 * A form is ours if it carries the HMAC of the cookie that came with it, and the browser says it was sent from here.
 * Pages with `Referrer-Policy: no-referrer` send `Origin: null` even to themselves (Fetch standard), so Fetch
 * Metadata is asked first and Origin only where a browser has none.
 */
export const csrfGuards = (house: House, cookies: SessionCookies): Guards => {
  const publicOrigin = new URL(house.settings.publicUrl).origin

  const browserName: Guards['browserName'] = (ctx) => {
    const name = ctx.cookies.get(cookies.pre)
    return name !== undefined && /^[\w-]{43}$/.test(name) ? name : null
  }

  const nameBrowser: Guards['nameBrowser'] = (ctx) => {
    const given: unknown = ctx.state['browserName']
    if (typeof given === 'string') return given
    const name = browserName(ctx) ?? randomBytes(32).toString('base64url')
    ctx.state['browserName'] = name
    // Set anew with every form, so that the form that was shown last has its ten minutes in full.
    ctx.cookies.set(cookies.pre, name, { maxAge: PRE_MS, httpOnly: true, sameSite: 'lax' })
    return name
  }

  const sessionCookie = (ctx: Ctx) =>
    ctx.state.principal ? (ctx.cookies.get(cookies.session) ?? null) : null

  const isSameSite = (ctx: Ctx): boolean => {
    const site = ctx.get('sec-fetch-site')
    const origin = ctx.get('origin')
    if (site !== '') return site === 'same-origin' || site === 'none'
    // The Host was checked before: a page of this host is one of ours, also under its loopback names.
    return origin === '' || origin === publicOrigin || origin === `${ctx.protocol}://${ctx.get('host')}`
  }

  return {
    nameBrowser,
    browserName,
    token: (ctx) => house.sign('csrf', sessionCookie(ctx) ?? nameBrowser(ctx)),
    check(ctx, fields) {
      const token = fields['_csrf'] ?? ''
      // A form shown before a sign-in may be sent after it (a double click on "join"): its cookie still names this browser.
      const isGenuine = [sessionCookie(ctx), browserName(ctx)].some(
        (bearer) => bearer !== null && house.verifySignature('csrf', bearer, token),
      )
      if (!isGenuine || !isSameSite(ctx)) throw new Problem('csrf_failed')
    },
  }
}
