import Koa from 'koa'
import type { State } from '../../../src/http/context.ts'
import type { House } from '../../../src/http/house.ts'
import { openPages } from '../../../src/http/pages/index.ts'

export type PageRoute = { readonly method: 'GET' | 'POST'; readonly path: string }

/** Every route of a page there is, from the router itself, so that none can be forgotten where all are meant. */
export const pageRoutes = (house: House): PageRoute[] => {
  const routed = openPages(house, new Koa<State>()).routes.find((one) => 'router' in one)
  const { stack } = (routed as unknown as { router: { stack: { path: string; methods: string[] }[] } }).router
  return stack.flatMap(({ path, methods }) =>
    (['GET', 'POST'] as const)
      .filter((method) => methods.includes(method))
      .map((method) => ({ method, path })),
  )
}
