import { z } from 'zod'
import { eventTypes } from '../../domain/catalogue.ts'
import { disablingReasonSchema } from '../../domain/webhooks/events.ts'
import { webhookDescriptionSchema, webhookUrlSchema } from '../../domain/webhooks/webhook.ts'
import { type WebhookView, webhookStates } from '../../projections/webhooks.ts'
import { deliveryStates } from '../webhooks-door.ts'
import { id, when } from './schemas.ts'

export const url = webhookUrlSchema.meta({
  description: 'https, without user, query and fragment; nothing of a private network',
  examples: ['https://app.example/hooks/latchkey'],
})
export const description = webhookDescriptionSchema.meta({ examples: ['The directory'] })
export const types = z
  .array(z.enum(eventTypes))
  .max(eventTypes.length)
  .meta({
    description: 'types of events; none: all of them',
    examples: [['InviteRedeemed', 'UserErased']],
  })

const webhook = {
  id,
  url: z.string(),
  description: z.nullable(z.string()),
  types: z.array(z.string()).meta({ description: 'none: all of them' }),
  state: z.enum(webhookStates),
  registeredAt: when,
  registeredBy: z.string().meta({ examples: ['user:01JNZ8K3V5Q2W9X7T4R6Y1M0AB'] }),
  disabledAt: z.nullable(when),
  disabledReason: z
    .nullable(disablingReasonSchema)
    .meta({ description: '`failing`: nothing has arrived for days; `gone`: it answered 410' }),
  previousSecretUntil: z
    .nullable(when)
    .meta({ description: 'until then messages are signed with the secret before as well' }),
}
export const webhookSchema = z.strictObject(webhook).meta({ id: 'Webhook' })

const secret = z.string().meta({
  description: 'shown this once and stored nowhere; Standard Webhooks, HMAC-SHA256',
  examples: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
})
export const registeredWebhookSchema = z
  .strictObject({ ...webhook, secret })
  .meta({ id: 'RegisteredWebhook' })
export const newSecretSchema = z.strictObject({ secret, previousSecretUntil: z.nullable(when) })

const delivery = {
  id,
  messageId: z.string().meta({ description: '`webhook-id`: the same however often it is sent' }),
  position: z.nullable(z.int()).meta({ description: 'where the event stands; null for a test' }),
  type: z.string().meta({ examples: ['InviteRedeemed'] }),
  status: z.enum(deliveryStates),
  attempts: z.int(),
  queuedAt: when,
  nextAt: z.nullable(when),
  finishedAt: z.nullable(when),
  lastStatus: z.nullable(z.int()).meta({ description: 'HTTP; null when nothing was answered' }),
  lastReason: z
    .nullable(z.string())
    .meta({ description: '`status`, `timeout`, `unreachable`, `address_forbidden`; null when it arrived' }),
  lastLatencyMs: z.nullable(z.int()),
}
export const deliverySchema = z.strictObject(delivery).meta({ id: 'Delivery' })
export const deliveryDetailSchema = z
  .strictObject({
    ...delivery,
    log: z
      .array(
        z.strictObject({
          number: z.int(),
          at: when,
          status: z.nullable(z.int()),
          reason: z.nullable(z.string()),
          latencyMs: z.int(),
        }),
      )
      .meta({ description: 'its attempts, the newest first' }),
  })
  .meta({ id: 'DeliveryDetail' })

export const presentWebhook = (view: WebhookView): z.infer<typeof webhookSchema> => {
  const { secretId: _, previousUntil, types: named, ...rest } = view
  return { ...rest, types: [...named], previousSecretUntil: previousUntil }
}
