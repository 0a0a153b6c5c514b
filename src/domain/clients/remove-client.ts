import { z } from 'zod'
import { accept, command, reading, refuse } from '../decision.ts'
import { ulidSchema } from '../event.ts'
import { adminRefusal, refuseWith, standingOf } from '../users/user.ts'
import { client } from './client.ts'
import { clientTag } from './events.ts'

/** An admin takes an application off the list. It stays off: whoever wants it back registers it anew, with another id. */
export const removeClient = command({
  type: 'RemoveClient',
  schema: z.strictObject({ clientId: ulidSchema }),
  reads: ({ clientId }, { actor }) => ({
    client: reading(clientTag(clientId), client),
    actor: standingOf(actor),
  }),
  decide: ({ clientId }, view, { actor }) => {
    const forbidden = adminRefusal(actor, view.actor)
    if (forbidden) return refuseWith(forbidden)
    if (view.client.status === 'unknown') return refuse('client_not_found')
    if (view.client.status === 'removed') return accept()
    return accept({ type: 'ClientRemoved', data: { clientId } })
  },
})
