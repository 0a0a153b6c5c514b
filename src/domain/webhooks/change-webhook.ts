import { z } from 'zod'
import { accept, command, reading, refuse } from '../decision.ts'
import { ulidSchema } from '../event.ts'
import { adminRefusal, refuseWith, standingOf } from '../users/user.ts'
import { webhookTag } from './events.ts'
import { inOrder, webhookTypesSchema } from './types.ts'
import { isWebhookUrl, webhook, webhookDescriptionSchema, webhookUrlSchema } from './webhook.ts'

const isSame = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === others.length && some.every((type, place) => type === others[place])

/** An admin changes where a webhook leads, what it is told of, or what is said of it; null leaves a field as it is. */
export const changeWebhook = command({
  type: 'ChangeWebhook',
  schema: z.strictObject({
    webhookId: ulidSchema,
    url: z.nullable(webhookUrlSchema),
    description: z.nullable(webhookDescriptionSchema),
    types: z.nullable(webhookTypesSchema),
    isAtHome: z.boolean(),
  }),
  reads: ({ webhookId }, { actor }) => ({
    webhook: reading(webhookTag(webhookId), webhook),
    actor: standingOf(actor),
  }),
  decide: ({ webhookId, url, description, types, isAtHome }, view, { actor }) => {
    const forbidden = adminRefusal(actor, view.actor)
    if (forbidden) return refuseWith(forbidden)
    const known = view.webhook
    if (!('url' in known)) return refuse('webhook_not_found')
    const told = types && inOrder(types)
    const news = {
      url: url === known.url ? null : url,
      description: description === known.description ? null : description,
      types: told === null || isSame(told, known.types) ? null : told,
    }
    if (news.url !== null && !isWebhookUrl(news.url, isAtHome)) return refuse('webhook_url_unfit')
    if (news.url === null && news.description === null && news.types === null) return accept()
    return accept({ type: 'WebhookChanged', data: { webhookId, ...news } })
  },
})
