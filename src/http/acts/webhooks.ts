import type { Command } from '../../domain/decision.ts'
import { rotateWebhookSecret } from '../../domain/webhooks/rotate-webhook-secret.ts'
import type { WebhookView } from '../../projections/webhooks.ts'
import type { By, House } from '../house.ts'
import { Problem, problemOf } from '../problems.ts'
import type { DeliveryView } from '../webhooks-door.ts'

export const findWebhook = async (house: House, id: string): Promise<WebhookView> => {
  const webhook = await house.reads.webhooks.get(id)
  if (!webhook) throw new Problem('webhook_not_found')
  return webhook
}

export const findDelivery = async (house: House, webhookId: string, id: string): Promise<DeliveryView> => {
  const { id: known } = await findWebhook(house, webhookId)
  const delivery = await house.webhooks.delivery(known, id)
  if (!delivery) throw new Problem('delivery_not_found')
  return delivery
}

/** Carries out a wish about a webhook. Throws the problem if it is refused. */
export const about = async <C, V>(
  house: House,
  command: Command<C, V>,
  wish: NoInfer<C>,
  by: By,
): Promise<void> => {
  const outcome = await house.execute(command, wish, by)
  if (outcome.outcome === 'refused') throw problemOf(outcome.refusal)
}

/** A new signing secret, shown this once, and until when the one before is good. */
export const rotateSecret = async (
  house: House,
  wish: { readonly webhookId: string; readonly secretId: string; readonly overlapMs: number },
  by: By,
) => {
  await about(house, rotateWebhookSecret, wish, by)
  const { previousUntil } = await findWebhook(house, wish.webhookId)
  return { secret: house.webhooks.secret(wish.secretId), previousUntil }
}

/** Sends a message again that was sent before. */
export const sendAgain = async (house: House, webhookId: string, id: string): Promise<DeliveryView> => {
  await findDelivery(house, webhookId, id)
  if (!(await house.webhooks.again(webhookId, id))) throw new Problem('delivery_not_found')
  return findDelivery(house, webhookId, id)
}

export const sendTest = async (house: House, webhookId: string): Promise<DeliveryView> => {
  const { id } = await findWebhook(house, webhookId)
  const delivery = await house.webhooks.test(id)
  if (!delivery) throw new Problem('webhook_not_found')
  return delivery
}
