import { z } from 'zod'
import { accept, command, reading, refuse } from '../decision.ts'
import { ulidSchema } from '../event.ts'
import { adminRefusal, refuseWith, standingOf } from '../users/user.ts'
import { client, clientNameSchema, redirectUrisSchema, unfitRedirectUri } from './client.ts'
import { clientTag } from './events.ts'

const isSame = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === others.length && some.every((uri, place) => uri === others[place])

/** An admin changes a client's name or redirect URIs; null leaves a field as it is. The event names what is new, nothing else. */
export const changeClient = command({
  type: 'ChangeClient',
  schema: z.strictObject({
    clientId: ulidSchema,
    name: z.nullable(clientNameSchema),
    redirectUris: z.nullable(redirectUrisSchema),
  }),
  reads: ({ clientId }, { actor }) => ({
    client: reading(clientTag(clientId), client),
    actor: standingOf(actor),
  }),
  decide: ({ clientId, name, redirectUris }, view, { actor }) => {
    const forbidden = adminRefusal(actor, view.actor)
    if (forbidden) return refuseWith(forbidden)
    if (view.client.status !== 'registered') return refuse('client_not_found')
    const unfit = unfitRedirectUri(redirectUris ?? [])
    if (unfit !== null) return refuse('redirect_uri_invalid', { place: unfit })
    const news = {
      name: name === view.client.name ? null : name,
      redirectUris:
        redirectUris === null || isSame(redirectUris, view.client.redirectUris) ? null : [...redirectUris],
    }
    if (news.name === null && news.redirectUris === null) return accept()
    return accept({ type: 'ClientChanged', data: { clientId, ...news } })
  },
})
