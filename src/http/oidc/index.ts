import type { Middleware } from 'koa'
import type Provider from 'oidc-provider'
import type { State } from '../context.ts'
import type { House } from '../house.ts'
import { type Desk, openDesk } from './desk.ts'
import { oidcRoutes } from './mount.ts'
import { openProvider } from './provider.ts'

/** OpenID Connect for applications of others. The library is loaded when the first of them asks. */
export const openOidc = (house: House): { readonly routes: Middleware<State>; readonly desk: Desk } => {
  let opening: Promise<Provider> | undefined
  const open = (): Promise<Provider> => {
    opening ??= openProvider(house)
    return opening
  }
  return { routes: oidcRoutes(house, open), desk: openDesk(open) }
}
