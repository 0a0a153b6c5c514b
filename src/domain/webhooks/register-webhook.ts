import { z } from 'zod'
import { accept, command, reading, refuse } from '../decision.ts'
import { ulidSchema } from '../event.ts'
import { adminRefusal, refuseWith, standingOf } from '../users/user.ts'
import { webhookTag } from './events.ts'
import { inOrder, webhookTypesSchema } from './types.ts'
import { isWebhookUrl, webhook, webhookDescriptionSchema, webhookUrlSchema } from './webhook.ts'

/** An admin has another program told of what happens here. The same wish again is already true. */
export const registerWebhook = command({
  type: 'RegisterWebhook',
  schema: z.strictObject({
    webhookId: ulidSchema,
    secretId: ulidSchema,
    url: webhookUrlSchema,
    description: z.nullable(webhookDescriptionSchema),
    types: webhookTypesSchema,
    /** The service listens to its own machine only, and may speak to it. */
    isAtHome: z.boolean(),
  }),
  reads: ({ webhookId }, { actor }) => ({
    webhook: reading(webhookTag(webhookId), webhook),
    actor: standingOf(actor),
  }),
  decide: ({ webhookId, secretId, url, description, types, isAtHome }, view, { actor }) => {
    const forbidden = adminRefusal(actor, view.actor)
    if (forbidden) return refuseWith(forbidden)
    if (view.webhook.status !== 'unknown') return accept()
    if (!isWebhookUrl(url, isAtHome)) return refuse('webhook_url_unfit')
    return accept({
      type: 'WebhookRegistered',
      data: { webhookId, secretId, url, description: description || null, types: inOrder(types) },
    })
  },
})
