import { z } from 'zod'
import { accept, command, reading, refuse } from '../decision.ts'
import { ulidSchema } from '../event.ts'
import { adminRefusal, refuseWith, standingOf } from '../users/user.ts'
import { client, clientNameSchema, redirectUrisSchema, unfitRedirectUri } from './client.ts'
import { clientKindSchema, clientTag } from './events.ts'

/** An admin lets an application ask our users to sign in with us. The same wish again is already true. */
export const registerClient = command({
  type: 'RegisterClient',
  schema: z.strictObject({
    clientId: ulidSchema,
    name: clientNameSchema,
    kind: clientKindSchema,
    redirectUris: redirectUrisSchema,
  }),
  reads: ({ clientId }, { actor }) => ({
    client: reading(clientTag(clientId), client),
    actor: standingOf(actor),
  }),
  decide: ({ clientId, name, kind, redirectUris }, view, { actor }) => {
    const forbidden = adminRefusal(actor, view.actor)
    if (forbidden) return refuseWith(forbidden)
    if (view.client.status !== 'unknown') return accept()
    const unfit = unfitRedirectUri(redirectUris)
    if (unfit !== null) return refuse('redirect_uri_invalid', { place: unfit })
    return accept({
      type: 'ClientRegistered',
      data: { clientId, name, kind, redirectUris: [...redirectUris] },
    })
  },
})
