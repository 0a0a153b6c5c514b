import Router from '@koa/router'
import type { Middleware } from 'koa'
import type { State } from '../context.ts'
import type { House } from '../house.ts'
import { openApiDocument } from './document.ts'
import { carryOut } from './guard.ts'
import { inviteOperations } from './invites.ts'
import { mailboxOperations } from './mailbox.ts'
import { meOperations } from './me.ts'
import type { Operation } from './operation.ts'
import { sessionOperations } from './sessions.ts'
import { userOperations } from './users.ts'

export const API_PREFIX = '/api/v1'

/** Every operation there is under these settings. */
export const operationsOf = (house: House): readonly Operation[] => [
  ...meOperations,
  ...inviteOperations,
  ...sessionOperations,
  ...userOperations,
  ...(house.settings.devMailbox ? mailboxOperations : []),
]

/** The JSON API, its description, and the public keys of its tokens. */
export const apiRoutes = (house: House): readonly Middleware<State>[] => {
  const operations = operationsOf(house)
  const router = new Router<State>({ prefix: API_PREFIX })
  for (const operation of operations) router[operation.method](operation.path, carryOut(house, operation))
  const document = JSON.stringify(openApiDocument(operations, house.settings.publicUrl))
  router.get('/openapi.json', (ctx) => {
    ctx.type = 'application/json'
    ctx.body = document
  })
  const keys = new Router<State>()
  keys.get('/.well-known/jwks.json', async (ctx) => {
    ctx.set('Cache-Control', 'public, max-age=300')
    ctx.body = await house.tokens.jwks()
  })
  const routes = router.routes() as unknown as Middleware<State>
  const allowed = router.allowedMethods() as unknown as Middleware<State>
  return [
    (ctx, next) =>
      ctx.path.startsWith('/api/') ? routes(ctx as never, () => allowed(ctx as never, notHere)) : next(),
    keys.routes() as unknown as Middleware<State>,
  ]
}

/** Below /api/ nothing else answers: no page, no session, no cookie. */
const notHere = async (): Promise<void> => {}
