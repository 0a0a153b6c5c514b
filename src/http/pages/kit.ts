import type { State } from '../context.ts'
import type { House } from '../house.ts'
import { readForm } from '../middleware/body.ts'
import { readUpload } from '../middleware/upload.ts'
import { Problem } from '../problems.ts'
import type { Guards } from './csrf.ts'
import type { Ctx } from './ctx.ts'
import { openLayout } from './layout.ts'
import type { TextKey } from './texts/en.ts'
import type { RenderView } from './view.ts'
import { text, type Values } from './words.ts'

export type { Ctx }

/** One field that was filled in wrongly: said in a list above the form and beside the field. */
export type FieldError = {
  readonly field: string
  readonly message: string
  /** The field's name on the page, where a form has several. */
  readonly label?: string
}

export type Fields = Readonly<Record<string, string>>

/** What every page family is built with. */
export type Kit = {
  readonly house: House
  readonly guards: Guards
  /** Renders a view inside the layout. */
  readonly render: (
    ctx: Ctx,
    name: string,
    view: Readonly<Record<string, unknown>> & { readonly title: string },
    status?: number,
  ) => void
  /** Renders a view that has no frame around it: for a fraction of what a whole page costs. */
  readonly renderBare: Kit['render']
  /** The fields of a posted form whose origin has been checked. */
  readonly form: (ctx: Ctx, limit?: number) => Promise<Fields>
  /** The same for a form with files in it, by the names of their fields; a file that was not chosen is none. */
  readonly upload: (
    ctx: Ctx,
    limit: number,
  ) => Promise<{ readonly fields: Fields; readonly files: Readonly<Record<string, Uint8Array>> }>
  /** Addresses of the files in `public/`, by name. */
  readonly assets: Readonly<Record<string, string>>
  readonly t: (ctx: Ctx, key: TextKey, values?: Values) => string
}

export const openKit = (
  house: House,
  guards: Guards,
  views: RenderView,
  assets: Readonly<Record<string, string>>,
): Kit => {
  const layout = openLayout(house, guards, assets)
  const send = (ctx: Ctx, name: string, view: Parameters<RenderView>[1], status = 200): void => {
    ctx.status = status
    ctx.type = 'html'
    ctx.set('Cache-Control', 'no-store')
    ctx.body = views(name, view)
  }
  return {
    house,
    guards,
    assets,
    t: (ctx, key, values) => text(ctx.state.locale, key, values),
    render: (ctx, name, view, status) => send(ctx, name, { ...layout(ctx), ...view }, status),
    renderBare: (ctx, name, view, status) => send(ctx, name, { ...layout.bare(ctx), ...view }, status),
    async form(ctx, limit) {
      const fields = await readForm(ctx, limit)
      guards.check(ctx, fields)
      return fields
    },
    async upload(ctx, limit) {
      const sent = await readUpload(ctx, limit)
      guards.check(ctx, sent.fields)
      return sent
    },
  }
}

/** Only paths of this site: anything else would send people to strangers from a trusted address. */
export const localPath = (wanted: unknown, publicUrl: string, otherwise = '/'): string => {
  if (typeof wanted !== 'string' || !/^\/(?![/\\])/.test(wanted)) return otherwise
  const url = URL.parse(wanted, publicUrl)
  return url && url.origin === new URL(publicUrl).origin ? url.pathname + url.search : otherwise
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

/** Who may see what auditors see: auditors, and admins. */
export const auditorOf = (ctx: Ctx): NonNullable<State['principal']> | null => {
  const who = ctx.state.principal
  return who?.user.roles.includes('auditor') && !who.session.restricted ? who : adminOf(ctx)
}

/** Whether the reader is shown what changes something: an admin, in the present. */
export const mayChange = ({ house }: Kit, ctx: Ctx): boolean =>
  house.settings.readOnlyAsOf === null && adminOf(ctx) !== null

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

/** A path with those of the parameters that have a value. */
export const withQuery = (path: string, query: Readonly<Record<string, string | undefined>>): string => {
  const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined)
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`
}

/** Pages that carry a secret in their address: kept by no cache, named to nobody. */
export const tokenPage = (ctx: Ctx): void => {
  ctx.set('Referrer-Policy', 'no-referrer')
  ctx.set('X-Robots-Tag', 'noindex')
}

/** In whose name an admin's command runs. */
export const byAdmin = (ctx: Ctx, admin: NonNullable<State['principal']>) =>
  ({ actor: `user:${admin.user.id}`, correlation: ctx.state.correlation }) as const

export const deviceOf = (ctx: Ctx) => ({ userAgent: ctx.get('user-agent') || null, ip: ctx.ip || null })
