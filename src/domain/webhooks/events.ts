import { z } from 'zod'
import { eventType, instantSchema, type Tag, ulidSchema } from '../event.ts'

// Names and shapes below are on disk for ever. A change is a new version with an upcast and a golden file.

export const webhookTag = (webhookId: string): Tag => `webhook:${webhookId}`

/** Why nothing is delivered there any more: everything failed for days, or the other side said that it is gone. */
export const disablingReasonSchema = z.enum(['failing', 'gone'])
export type DisablingReason = z.infer<typeof disablingReasonSchema>

const webhook = { webhookId: ulidSchema }
const tags = ({ webhookId }: { webhookId: string }): Tag[] => [webhookTag(webhookId)]
const fact = eventType({ schema: z.strictObject(webhook), tags })

export const webhookEvents = {
  /** Another program is told of what stands in the history from here on. No types named: of everything. */
  WebhookRegistered: eventType({
    schema: z.strictObject({
      ...webhook,
      /** What its signing secret is derived from. */
      secretId: ulidSchema,
      url: z.string(),
      description: z.nullable(z.string()),
      types: z.array(z.string()),
    }),
    tags,
  }),
  /** Null leaves a field as it is; an empty description is none. */
  WebhookChanged: eventType({
    schema: z.strictObject({
      ...webhook,
      url: z.nullable(z.string()),
      description: z.nullable(z.string()),
      types: z.nullable(z.array(z.string())),
    }),
    tags,
  }),
  WebhookPaused: fact,
  /** It goes on where it stood when it was paused or disabled. */
  WebhookResumed: fact,
  /** Until then what is sent is signed with the secret before this one as well. */
  WebhookSecretRotated: eventType({
    schema: z.strictObject({
      ...webhook,
      secretId: ulidSchema,
      previousSecretId: ulidSchema,
      previousUntil: instantSchema,
    }),
    tags,
  }),
  /** Everything from this position on is delivered again. */
  WebhookRewound: eventType({
    schema: z.strictObject({ ...webhook, rewindId: ulidSchema, position: z.int().min(1) }),
    tags,
  }),
  WebhookDisabled: eventType({
    schema: z.strictObject({ ...webhook, reason: disablingReasonSchema }),
    tags,
  }),
  WebhookRemoved: fact,
} as const
