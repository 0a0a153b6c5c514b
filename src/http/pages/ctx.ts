import type { Context } from 'koa'
import type { State } from '../context.ts'

/** A request for a page, with what our middleware knows about it. */
export type Ctx = Context & { state: State }
