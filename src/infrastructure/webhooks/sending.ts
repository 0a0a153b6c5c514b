import type { Clock } from '../clock.ts'
import type { EventStore } from '../event-store/store.ts'
import type { WebhookSecrets } from '../vault/webhook-secrets.ts'
import { type Message, messageOf, testMessage } from './message.ts'
import type { Attempted, Post } from './post.ts'
import type { Delivery, Receiver } from './webhook-rows.ts'

export type Sender = (receiver: Receiver, delivery: Delivery) => Promise<Attempted>

type Parts = {
  readonly store: Pick<EventStore, 'get'>
  readonly secrets: WebhookSecrets
  readonly post: Post
  readonly clock: Clock
}

/** Makes a message anew from its event, signs it for this very moment, and sends it. */
export const openSender = ({ store, secrets, post, clock }: Parts): Sender => {
  const messageFor = async ({
    position,
    messageId,
    webhookId,
    queuedAt,
  }: Delivery): Promise<Message | null> => {
    if (position === null) return testMessage(messageId, webhookId, queuedAt)
    const event = await store.get(position)
    return event && messageOf(event)
  }
  return async ({ url, secretId, previousSecretId, previousUntil }, delivery) => {
    const message = await messageFor(delivery)
    if (!message) return { status: null, reason: 'unreadable', latencyMs: 0 }
    const now = clock()
    const secretIds =
      previousSecretId !== null && previousUntil !== null && now < previousUntil
        ? [secretId, previousSecretId]
        : [secretId]
    const seconds = Math.floor(Date.parse(now) / 1000)
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'latchkey',
      'webhook-id': message.id,
      'webhook-timestamp': String(seconds),
      'webhook-signature': secrets.sign(secretIds, message.id, seconds, message.body),
    }
    return post(url, headers, message.body)
  }
}
