import Router from '@koa/router'
import type { Middleware } from 'koa'
import type { State } from '../context.ts'
import type { House } from '../house.ts'
import { clientOperations } from './clients.ts'
import { compareOperations } from './compare.ts'
import { deliveryOperations } from './deliveries.ts'
import { openApiDocument } from './document.ts'
import { carryOut } from './guard.ts'
import { historyOperations } from './history.ts'
import { importOperations } from './imports.ts'
import { inviteLinkOperations } from './invite-links.ts'
import { inviteOperations } from './invites.ts'
import { mailboxOperations } from './mailbox.ts'
import { mailOperations } from './mails.ts'
import { meOperations } from './me.ts'
import { oauthOperations } from './oauth.ts'
import type { Operation } from './operation.ts'
import { ownDataOperations } from './own-data.ts'
import { ownSessionOperations } from './own-sessions.ts'
import { proofOperations } from './proofs.ts'
import { referralCodeOperations } from './referral-codes.ts'
import { referralOperations } from './referrals.ts'
import { registrationOperations } from './registration.ts'
import { sessionOperations } from './sessions.ts'
import { settingOperations } from './settings.ts'
import { subtreeOperations } from './subtrees.ts'
import { userRoleOperations } from './user-roles.ts'
import { userOperations } from './users.ts'
import { webhookOperations } from './webhooks.ts'

export const API_PREFIX = '/api/v1'

/** Every operation there is under these settings. */
export const operationsOf = ({ settings }: Pick<House, 'settings'>): readonly Operation[] => [
  ...meOperations,
  ...inviteOperations,
  ...importOperations,
  ...inviteLinkOperations,
  ...registrationOperations,
  ...sessionOperations,
  ...ownDataOperations,
  ...ownSessionOperations,
  ...oauthOperations,
  ...userOperations,
  ...userRoleOperations,
  ...referralCodeOperations,
  ...referralOperations,
  ...subtreeOperations,
  ...clientOperations,
  ...webhookOperations,
  ...deliveryOperations,
  ...mailOperations,
  ...settingOperations,
  ...compareOperations,
  ...historyOperations,
  ...proofOperations,
  ...(settings.devMailbox ? mailboxOperations : []),
]

/** Below /api/ nothing else answers: no page, no session, no cookie. */
const notHere = async (): Promise<void> => {}

/** The JSON API and its description. */
export const apiRoutes = (house: House): Middleware<State> => {
  const operations = operationsOf(house)
  const router = new Router<State>({ prefix: API_PREFIX, sensitive: true })
  for (const operation of operations) router[operation.method](operation.path, carryOut(house, operation))
  let document: string | undefined // for those who ask: making it takes as long as the rest of the API does
  router.get('/openapi.json', (ctx) => {
    document ??= JSON.stringify(openApiDocument(operations, house.settings.publicUrl))
    ctx.state.route = '/openapi.json'
    ctx.type = 'application/json'
    ctx.body = document
  })
  // Paths without parameters, found at once: trying every route's pattern costs more than answering `GET /me`.
  const direct = new Map(
    operations
      .filter(({ path }) => !path.includes(':'))
      .map((operation) => [
        `${operation.method.toUpperCase()} ${API_PREFIX}${operation.path}`,
        carryOut(house, operation),
      ]),
  )
  const routes = router.routes() as unknown as Middleware<State>
  const allowed = router.allowedMethods() as unknown as Middleware<State>
  return (ctx, next) => {
    const { path } = ctx
    if (!path.startsWith('/api/')) return next()
    const carry = direct.get(`${ctx.method} ${path}`)
    return carry ? carry(ctx as never) : routes(ctx as never, () => allowed(ctx as never, notHere))
  }
}
