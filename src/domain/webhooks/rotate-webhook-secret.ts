import { z } from 'zod'
import { accept, command, reading, refuse } from '../decision.ts'
import { ulidSchema } from '../event.ts'
import { adminRefusal, refuseWith, standingOf } from '../users/user.ts'
import { webhookTag } from './events.ts'
import { MAX_OVERLAP_MS, webhook } from './webhook.ts'

/** An admin has a webhook signed with a new secret; for a while with the one before as well, or not at all if it leaked. */
export const rotateWebhookSecret = command({
  type: 'RotateWebhookSecret',
  schema: z.strictObject({
    webhookId: ulidSchema,
    secretId: ulidSchema,
    overlapMs: z.int().min(0).max(MAX_OVERLAP_MS),
  }),
  reads: ({ webhookId }, { actor }) => ({
    webhook: reading(webhookTag(webhookId), webhook),
    actor: standingOf(actor),
  }),
  decide: ({ webhookId, secretId, overlapMs }, view, { actor, now }) => {
    const forbidden = adminRefusal(actor, view.actor)
    if (forbidden) return refuseWith(forbidden)
    if (!('url' in view.webhook)) return refuse('webhook_not_found')
    const previousSecretId = view.webhook.secretId
    if (previousSecretId === secretId) return accept()
    const previousUntil = new Date(Date.parse(now) + overlapMs).toISOString()
    return accept({
      type: 'WebhookSecretRotated',
      data: { webhookId, secretId, previousSecretId, previousUntil },
    })
  },
})
