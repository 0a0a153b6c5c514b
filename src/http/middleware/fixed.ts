import type { Middleware } from 'koa'
import type { State } from '../context.ts'
import { Problem } from '../problems.ts'

export type Fixed = {
  readonly type: string
  readonly content: string | Buffer | (() => Promise<string>)
  readonly maxAgeSeconds: number
}

/** Documents that are the same for everybody, by their paths. They can be read, and nothing else. */
export const fixed = (route: string, documents: ReadonlyMap<string, Fixed>): Middleware<State> => {
  return async (ctx, next) => {
    const found = documents.get(ctx.path)
    if (!found) return next()
    ctx.state.route = route
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD')
      throw new Problem('method_not_allowed', {}, { allow: 'GET, HEAD' })
    const { type, content, maxAgeSeconds } = found
    ctx.set('Cache-Control', `public, max-age=${maxAgeSeconds}`)
    ctx.type = type
    ctx.body = typeof content === 'function' ? await content() : content
  }
}
