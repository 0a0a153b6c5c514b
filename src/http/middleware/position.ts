import type { Middleware } from 'koa'
import type { State } from '../context.ts'
import type { House } from '../house.ts'

const HEADER = 'Latchkey-Position'
const COOKIE = 'lk-position'
/** A replica that is further behind than this has other troubles. */
const KEPT_MS = 10 * 60_000

const positionIn = (text: string | undefined): number =>
  text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : 0

/**
 * Where lists are read from a replica, whoever has written is told how far the history was then, and brings it along: so
 * that no list they see is older, whichever node answers. It is no secret and no right; a wrong one costs a look.
 */
export const ownWrites =
  (
    positions: NonNullable<House['positions']>,
    { publicUrl }: Pick<House['settings'], 'publicUrl'>,
  ): Middleware<State> =>
  (ctx, next) => {
    const known = Math.max(positionIn(ctx.get(HEADER)), positionIn(ctx.cookies.get(COOKIE)))
    return positions.run(known, async () => {
      await next()
      const least = positions.least()
      if (least <= known) return
      ctx.set(HEADER, String(least))
      if (ctx.path.startsWith('/api/')) return
      ctx.cookies.set(COOKIE, String(least), {
        httpOnly: true,
        sameSite: 'lax',
        secure: publicUrl.startsWith('https:'),
        maxAge: KEPT_MS,
        overwrite: true,
      })
    })
  }
