import { z } from 'zod'
import { accept, command, reading, refuse } from '../decision.ts'
import { ulidSchema } from '../event.ts'
import { disablingReasonSchema, webhookTag } from './events.ts'
import { webhook } from './webhook.ts'

/** Nothing has arrived there for days: the service gives a webhook up until an admin has looked at it. */
export const disableWebhook = command({
  type: 'DisableWebhook',
  schema: z.strictObject({ webhookId: ulidSchema, reason: disablingReasonSchema }),
  reads: ({ webhookId }) => ({ webhook: reading(webhookTag(webhookId), webhook) }),
  decide: ({ webhookId, reason }, view, { actor }) => {
    if (actor !== 'system') return refuse('not_allowed')
    if (!('url' in view.webhook)) return refuse('webhook_not_found')
    if (view.webhook.status !== 'active') return accept()
    return accept({ type: 'WebhookDisabled', data: { webhookId, reason } })
  },
})
