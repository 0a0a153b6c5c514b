import { randomBytes } from 'node:crypto'
import type { Context } from 'koa'
import type { State } from '../context.ts'
import type { House } from '../house.ts'
import { Problem } from '../problems.ts'

type Ctx = Context & { state: State }

const PRE_MS = 10 * 60_000

export type Guards = {
  /** The name of the cookie that names this browser before anybody signs in; nothing is stored for it. */
  readonly preNonce: (ctx: Ctx) => string
  readonly token: (ctx: Ctx) => string
  /** Throws `csrf_failed` unless the form came from a page of ours, for this very browser or session. */
  readonly check: (ctx: Ctx, fields: Readonly<Record<string, string>>) => void
}

/**
 * A form is ours if it carries the HMAC of the cookie that came with it, and the browser says it was sent from here.
 * Pages with `Referrer-Policy: no-referrer` send `Origin: null` even to themselves (Fetch standard), so Fetch
 * Metadata is asked first and Origin only where a browser has none.
 */
export const csrfGuards = (
  house: House,
  cookies: { readonly session: string; readonly pre: string; readonly secure: boolean },
): Guards => {
  const publicOrigin = new URL(house.settings.publicUrl).origin
  const preNonce = (ctx: Ctx): string => {
    const known = ctx.cookies.get(cookies.pre)
    if (known !== undefined && /^[\w-]{43}$/.test(known)) return known
    const held: unknown = ctx.state['preNonce']
    if (typeof held === 'string') return held
    const nonce = randomBytes(32).toString('base64url')
    ctx.state['preNonce'] = nonce
    ctx.cookies.set(cookies.pre, nonce, {
      maxAge: PRE_MS,
      httpOnly: true,
      sameSite: 'lax',
      secure: cookies.secure,
    })
    return nonce
  }
  // A form shown before a sign-in may be sent after it (a double click on "join"): its cookie still names this browser.
  const bearers = (ctx: Ctx): string[] =>
    [ctx.state.principal ? ctx.cookies.get(cookies.session) : undefined, ctx.cookies.get(cookies.pre)].filter(
      (cookie) => cookie !== undefined,
    )
  const isSameSite = (ctx: Ctx): boolean => {
    const site = ctx.get('sec-fetch-site')
    const origin = ctx.get('origin')
    if (site !== '') return site === 'same-origin' || site === 'none'
    // The Host was checked before: a page of this host is one of ours, also under its loopback names.
    return origin === '' || origin === publicOrigin || origin === `${ctx.protocol}://${ctx.get('host')}`
  }
  return {
    preNonce,
    token(ctx) {
      const sid = ctx.state.principal ? ctx.cookies.get(cookies.session) : undefined
      return house.sign('csrf', sid ?? preNonce(ctx))
    },
    check(ctx, fields) {
      const token = fields['_csrf'] ?? ''
      const genuine = bearers(ctx).some((cookie) => house.verifySignature('csrf', cookie, token))
      if (!genuine || !isSameSite(ctx)) throw new Problem('csrf_failed')
    },
  }
}
