import type { Middleware } from 'koa'
import type { State } from '../context.ts'
import { Problem } from '../problems.ts'
import { packed } from './packed.ts'

export type Fixed = {
  readonly type: string
  readonly content: string | Buffer | (() => Promise<string>)
  readonly maxAgeSeconds: number
}

/** Documents that are the same for everybody, by their paths. They can be read, and nothing else. */
export const fixed = (route: string, documents: ReadonlyMap<string, Fixed>): Middleware<State> => {
  const files = new Map(
    [...documents].flatMap(([path, { content }]) =>
      typeof content === 'function' ? [] : [[path, packed(content)] as const],
    ),
  )
  return async (ctx, next) => {
    const found = documents.get(ctx.path)
    if (!found) return next()
    ctx.state.route = route
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD')
      throw new Problem('method_not_allowed', {}, { allow: 'GET, HEAD' })
    const { type, content, maxAgeSeconds } = found
    ctx.set('Cache-Control', `public, max-age=${maxAgeSeconds}`)
    ctx.type = type
    if (typeof content === 'function') ctx.body = await content()
    else await files.get(ctx.path)?.(ctx)
  }
}
