import { z } from 'zod'
import { accept, command, reading, refuse } from '../decision.ts'
import { ulidSchema } from '../event.ts'
import { adminRefusal, refuseWith, standingOf } from '../users/user.ts'
import { webhookTag } from './events.ts'
import { webhook } from './webhook.ts'

/** An admin has everything delivered again from a position on, also what happened before the webhook was registered. The same wish again is already true. */
export const rewindWebhook = command({
  type: 'RewindWebhook',
  schema: z.strictObject({ webhookId: ulidSchema, rewindId: ulidSchema, position: z.int().min(1) }),
  reads: ({ webhookId }, { actor }) => ({
    webhook: reading(webhookTag(webhookId), webhook),
    actor: standingOf(actor),
  }),
  decide: ({ webhookId, rewindId, position }, view, { actor }) => {
    const forbidden = adminRefusal(actor, view.actor)
    if (forbidden) return refuseWith(forbidden)
    if (!('url' in view.webhook)) return refuse('webhook_not_found')
    if (view.webhook.rewindId === rewindId) return accept()
    return accept({ type: 'WebhookRewound', data: { webhookId, rewindId, position } })
  },
})
