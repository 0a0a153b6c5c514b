import { z } from 'zod'
import { accept, command, reading, refuse } from '../decision.ts'
import { ulidSchema } from '../event.ts'
import { adminRefusal, refuseWith, standingOf } from '../users/user.ts'
import { webhookTag } from './events.ts'
import { webhook } from './webhook.ts'

/** An admin lets a webhook go on that was paused, or disabled because nothing arrived. */
export const resumeWebhook = command({
  type: 'ResumeWebhook',
  schema: z.strictObject({ webhookId: ulidSchema }),
  reads: ({ webhookId }, { actor }) => ({
    webhook: reading(webhookTag(webhookId), webhook),
    actor: standingOf(actor),
  }),
  decide: ({ webhookId }, view, { actor }) => {
    const forbidden = adminRefusal(actor, view.actor)
    if (forbidden) return refuseWith(forbidden)
    if (!('url' in view.webhook)) return refuse('webhook_not_found')
    if (view.webhook.status === 'active') return accept()
    return accept({ type: 'WebhookResumed', data: { webhookId } })
  },
})
