import Koa from 'koa'
import type { State } from './context.ts'
import type { House } from './house.ts'
import { metrics } from './metrics.ts'
import { errors } from './middleware/errors.ts'
import { request } from './middleware/request.ts'
import { wordingOf } from './problems.ts'

export type MeterDoors = Pick<House, 'metrics' | 'newId' | 'log' | 'watchRequest'> & {
  readonly settings: Pick<House['settings'], 'publicUrl'>
}

/** The meters and nothing else: for a process that has no pages (`latchkey work`). */
export const createMeterServer = (doors: MeterDoors): Koa<State> => {
  const app = new Koa<State>()
  app.use(request(doors))
  app.use(
    errors(doors, (ctx, { code }) => {
      ctx.body = wordingOf(code)
    }),
  )
  app.use(metrics(doors))
  return app
}
