import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import type { Middleware } from 'koa'
import type { State } from '../context.ts'
import { packed } from '../middleware/packed.ts'

const PUBLIC = join(import.meta.dirname, '..', 'public')
const STYLES = join(PUBLIC, 'styles')
const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/**
 * Files of `public/`, read once; their names carry a digest of their content, so browsers may keep them for ever.
 * The style sheets in `styles/` go out as one, in the order of their names.
 */
export const openAssets = () => {
  const styles = readdirSync(STYLES)
    .sort()
    .map((name) => readFileSync(join(STYLES, name), 'utf8'))
  const sources = [
    { name: 'app.css', content: Buffer.from(styles.join('\n')) },
    ...readdirSync(PUBLIC)
      .filter((name) => extname(name) in TYPES)
      .map((name) => ({ name, content: readFileSync(join(PUBLIC, name)) })),
  ]
  const files = sources.map(({ name, content }) => {
    const extension = extname(name)
    const digest = createHash('sha256').update(content).digest('hex').slice(0, 8)
    return {
      name,
      send: packed(content),
      type: TYPES[extension] ?? 'application/octet-stream',
      path: `/assets/${name.slice(0, -extension.length)}.${digest}${extension}`,
    }
  })
  const byPath = new Map(files.map((file) => [file.path, file]))
  const urls: Readonly<Record<string, string>> = Object.fromEntries(
    files.map(({ name, path }) => [name, path]),
  )
  const icon = files.find(({ name }) => name === 'favicon.svg')

  const serve: Middleware<State> = async (ctx, next) => {
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') return next()
    if (ctx.path === '/robots.txt') {
      ctx.type = 'text/plain'
      ctx.body = 'User-agent: *\nDisallow: /\n'
      return
    }
    const isIcon = ctx.path === '/favicon.svg' || ctx.path === '/favicon.ico'
    const file = isIcon ? icon : byPath.get(ctx.path)
    if (!file) return next()
    ctx.state.route = '/assets/:file'
    ctx.set('Cache-Control', isIcon ? 'public, max-age=86400' : 'public, max-age=31536000, immutable')
    ctx.type = file.type
    await file.send(ctx)
  }
  return { urls, serve }
}
