import { z } from 'zod'
import { accept, command, reading, refuse } from '../decision.ts'
import { ulidSchema } from '../event.ts'
import { adminRefusal, refuseWith, standingOf } from '../users/user.ts'
import { webhookTag } from './events.ts'
import { webhook } from './webhook.ts'

/** An admin takes a webhook away. It stays away: whoever wants it back registers it anew, with another secret. */
export const removeWebhook = command({
  type: 'RemoveWebhook',
  schema: z.strictObject({ webhookId: ulidSchema }),
  reads: ({ webhookId }, { actor }) => ({
    webhook: reading(webhookTag(webhookId), webhook),
    actor: standingOf(actor),
  }),
  decide: ({ webhookId }, view, { actor }) => {
    const forbidden = adminRefusal(actor, view.actor)
    if (forbidden) return refuseWith(forbidden)
    if (view.webhook.status === 'unknown') return refuse('webhook_not_found')
    if (view.webhook.status === 'removed') return accept()
    return accept({ type: 'WebhookRemoved', data: { webhookId } })
  },
})
