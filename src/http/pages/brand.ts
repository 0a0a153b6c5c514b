import { createHash } from 'node:crypto'
import type { Middleware } from 'koa'
import { type Shades, shadesOf } from '../../domain/settings/accent.ts'
import type { Logo } from '../../domain/settings/logo.ts'
import type { State } from '../context.ts'
import type { House } from '../house.ts'

const EXTENSIONS = { 'image/png': 'png', 'image/jpeg': 'jpg', 'image/webp': 'webp' } as const

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12)

/** Where pages and mails find the logo; another picture has another address. */
export const logoPath = ({ type, base64 }: Logo): string =>
  `/assets/logo.${digest(base64)}.${EXTENSIONS[type]}`

const declarations = ({ accent, hover, ink, soft }: Shades): string =>
  `--accent:${accent};--accent-hover:${hover};--accent-ink:${ink};--accent-soft:${soft}`

const styleSheet = (accent: string): string => {
  const { light, dark } = shadesOf(accent)
  return `:root{${declarations(light)}}@media (prefers-color-scheme:dark){:root{${declarations(dark)}}}\n`
}

/** The style sheet that lays the accent over that of the pages: inline styles are forbidden them. */
export const brandCssPath = (accent: string): string => `/assets/brand.${digest(styleSheet(accent))}.css`

const FOR_EVER = 'public, max-age=31536000, immutable'
/** An address of before the last change: whoever still holds it gets what is there now, and asks again. */
const FOR_NOW = 'no-cache'

/** What admins have made of the brand, as files. */
export const brandAssets =
  (house: House): Middleware<State> =>
  async (ctx, next) => {
    const [, name] = /^\/assets\/(logo|brand)\.[0-9a-f]{12}\.\w+$/.exec(ctx.path) ?? []
    if (name === undefined || (ctx.method !== 'GET' && ctx.method !== 'HEAD')) return next()
    const { accent, logo } = house.inForce.known().brand
    ctx.state.route = '/assets/:file'
    if (name === 'brand' && accent !== null) {
      ctx.set('Cache-Control', ctx.path === brandCssPath(accent) ? FOR_EVER : FOR_NOW)
      ctx.type = 'text/css; charset=utf-8'
      ctx.body = styleSheet(accent)
    } else if (name === 'logo' && logo !== null) {
      ctx.set('Cache-Control', ctx.path === logoPath(logo) ? FOR_EVER : FOR_NOW)
      ctx.set('Content-Security-Policy', "default-src 'none'; sandbox")
      ctx.set('Cross-Origin-Resource-Policy', 'cross-origin') // mail programs in browsers show it, too
      ctx.type = logo.type
      ctx.body = Buffer.from(logo.base64, 'base64')
    } else return next()
  }
