import type { Middleware } from 'koa'
import type { State } from '../context.ts'
import type { House } from '../house.ts'
export const apiRoutes = (_house: House): Middleware<State> => (_ctx, next) => next()
