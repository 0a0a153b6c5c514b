import { z } from 'zod'
import { changeClient } from '../../domain/clients/change-client.ts'
import { clientNameSchema, redirectUrisSchema } from '../../domain/clients/client.ts'
import { clientKindSchema } from '../../domain/clients/events.ts'
import { registerClient } from '../../domain/clients/register-client.ts'
import { removeClient } from '../../domain/clients/remove-client.ts'
import type { ClientView } from '../../projections/clients.ts'
import type { House } from '../house.ts'
import { Problem } from '../problems.ts'
import { derivedUlid } from './derived-ulid.ts'
import { listOf, pageOf, pageQuery } from './lists.ts'
import { byCaller, mustBe } from './on-users.ts'
import { operation } from './operation.ts'
import { id, when } from './schemas.ts'

const client = {
  id,
  name: z.string().meta({ examples: ['Example App'] }),
  kind: clientKindSchema.meta({ description: 'a confidential client keeps a secret, a public one has none' }),
  redirectUris: z.array(z.string()).meta({ examples: [['https://app.example/callback']] }),
  registeredAt: when,
  registeredBy: z.string().meta({ examples: ['user:01JNZ8K3V5Q2W9X7T4R6Y1M0AB'] }),
}
const clientSchema = z.strictObject(client).meta({ id: 'Client' })
const registeredSchema = z
  .strictObject({
    ...client,
    clientSecret: z
      .nullable(z.string())
      .meta({ description: 'shown this once and stored nowhere; null for a public client' }),
  })
  .meta({ id: 'RegisteredClient' })

const name = clientNameSchema.meta({ examples: ['Example App'] })
const redirectUris = redirectUrisSchema.meta({
  description: 'https, or http for the caller’s own machine; compared letter by letter',
  examples: [['https://app.example/callback']],
})

const present = (view: ClientView) => ({ ...view, redirectUris: [...view.redirectUris] })

const read = async (house: House, clientId: string): Promise<ClientView> => {
  const found = await house.reads.clients.get(clientId)
  if (!found) throw new Problem('client_not_found')
  return found
}

export const clientOperations = [
  operation({
    operationId: 'registerClient',
    method: 'post',
    path: '/clients',
    tag: 'clients',
    summary: 'Register an application',
    description:
      'Its users may then sign in with us: OpenID Connect, authorization code with PKCE. The same Idempotency-Key and body is answered with the same client and secret.',
    who: 'admin',
    body: z.strictObject({ name, kind: clientKindSchema.default('confidential'), redirectUris }),
    answers: { 201: { description: 'registered; `Location` is its address', schema: registeredSchema } },
    refusals: ['redirect_uri_invalid', 'client_not_found'],
    seesToRepeats: true,
    async handle({ house, body, principal, correlation, idempotencyKey }) {
      const clientId =
        idempotencyKey === null
          ? house.newId()
          : derivedUlid(house, `client ${idempotencyKey} ${JSON.stringify(body)}`)
      mustBe(await house.execute(registerClient, { clientId, ...body }, byCaller({ principal, correlation })))
      const registered = present(await read(house, clientId))
      const clientSecret = registered.kind === 'confidential' ? house.oidc.clientSecret(clientId) : null
      return {
        status: 201,
        headers: { location: `/api/v1/clients/${clientId}` },
        body: { ...registered, clientSecret },
      }
    },
  }),

  operation({
    operationId: 'listClients',
    method: 'get',
    path: '/clients',
    tag: 'clients',
    summary: 'List applications',
    description: 'No secret is in it.',
    who: 'auditor',
    query: z.strictObject(pageQuery),
    answers: { 200: { description: 'a page; `Link` leads to the next', schema: listOf(clientSchema) } },
    refusals: [],
    asOf: () => 'everything',
    async handle({ house, query: { limit, cursor } }) {
      const found = await house.reads.clients.list({ limit: limit + 1, after: cursor })
      return pageOf(found, present, { url: '/api/v1/clients', filters: {}, limit })
    },
  }),

  operation({
    operationId: 'getClient',
    method: 'get',
    path: '/clients/:id',
    tag: 'clients',
    summary: 'One application',
    description: 'No secret is in it.',
    who: 'auditor',
    answers: { 200: { description: 'the application', schema: clientSchema } },
    refusals: ['client_not_found'],
    asOf: () => 'everything',
    async handle({ house, params }) {
      return { status: 200, body: present(await read(house, params['id'] ?? '')) }
    },
  }),

  operation({
    operationId: 'changeClient',
    method: 'patch',
    path: '/clients/:id',
    tag: 'clients',
    summary: 'Change an application',
    description: 'Absent fields keep their value. What kind it is stays as it was registered.',
    who: 'admin',
    body: z.strictObject({ name: name.optional(), redirectUris: redirectUris.optional() }),
    answers: { 200: { description: 'the changed application', schema: clientSchema } },
    refusals: ['client_not_found', 'redirect_uri_invalid'],
    async handle({ house, params, body, principal, correlation }) {
      const clientId = params['id'] ?? ''
      const wish = { clientId, name: body.name ?? null, redirectUris: body.redirectUris ?? null }
      mustBe(await house.execute(changeClient, wish, byCaller({ principal, correlation })))
      return { status: 200, body: present(await read(house, clientId)) }
    },
  }),

  operation({
    operationId: 'removeClient',
    method: 'delete',
    path: '/clients/:id',
    tag: 'clients',
    summary: 'Remove an application',
    description: 'Nobody can sign in to it any more, and all its tokens are void at once.',
    who: 'admin',
    answers: { 204: { description: 'removed' } },
    refusals: ['client_not_found'],
    async handle({ house, params, principal, correlation }) {
      const wish = { clientId: params['id'] ?? '' }
      mustBe(await house.execute(removeClient, wish, byCaller({ principal, correlation })))
      return { status: 204 }
    },
  }),
]
