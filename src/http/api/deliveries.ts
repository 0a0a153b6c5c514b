import { z } from 'zod'
import { rewindWebhook } from '../../domain/webhooks/rewind-webhook.ts'
import { about, findDelivery, findWebhook, sendAgain, sendTest } from '../acts/webhooks.ts'
import { deliveryStates } from '../webhooks-door.ts'
import { listOf, pageOf, pageQuery } from './lists.ts'
import { byCaller } from './on-users.ts'
import { operation } from './operation.ts'
import { deliveryDetailSchema, deliverySchema } from './webhook-schemas.ts'

/** What became of the messages of a webhook, and sending them again. */
export const deliveryOperations = [
  operation({
    operationId: 'listDeliveries',
    method: 'get',
    path: '/webhooks/:id/deliveries',
    tag: 'webhooks',
    summary: 'What became of messages',
    description: 'The newest first; what has arrived or been given up stays for 30 days.',
    who: 'auditor',
    query: z.strictObject({
      ...pageQuery,
      status: z.enum(deliveryStates).optional(),
      type: z.string().max(100).optional(),
    }),
    answers: { 200: { description: 'a page; `Link` leads to the next', schema: listOf(deliverySchema) } },
    refusals: ['webhook_not_found'],
    async handle({ house, params, query: { limit, cursor, ...question } }) {
      const { id } = await findWebhook(house, params['id'] ?? '')
      const found = await house.webhooks.deliveries(id, question, { limit: limit + 1, after: cursor })
      const url = `/api/v1/webhooks/${id}/deliveries`
      return pageOf(found, (delivery) => delivery, { url, filters: question, limit })
    },
  }),

  operation({
    operationId: 'getDelivery',
    method: 'get',
    path: '/webhooks/:id/deliveries/:deliveryId',
    tag: 'webhooks',
    summary: 'One message and its attempts',
    description: 'Statuses and times; nothing of what was sent or answered.',
    who: 'auditor',
    answers: { 200: { description: 'the delivery', schema: deliveryDetailSchema } },
    refusals: ['webhook_not_found', 'delivery_not_found'],
    async handle({ house, params }) {
      const delivery = await findDelivery(house, params['id'] ?? '', params['deliveryId'] ?? '')
      return { status: 200, body: { ...delivery, log: await house.webhooks.attempts(delivery.id) } }
    },
  }),

  operation({
    operationId: 'replayDelivery',
    method: 'post',
    path: '/webhooks/:id/deliveries/:deliveryId/replays',
    tag: 'webhooks',
    summary: 'Send a message again',
    description: 'Under the same `webhook-id`: a receiver that has it already knows so.',
    who: 'admin',
    answers: { 202: { description: 'queued', schema: deliverySchema } },
    refusals: ['webhook_not_found', 'delivery_not_found'],
    async handle({ house, params }) {
      return { status: 202, body: await sendAgain(house, params['id'] ?? '', params['deliveryId'] ?? '') }
    },
  }),

  operation({
    operationId: 'replayWebhook',
    method: 'post',
    path: '/webhooks/:id/replays',
    tag: 'webhooks',
    summary: 'Send everything again from a position on',
    description: 'Also what happened before the webhook was registered.',
    who: 'admin',
    body: z.strictObject({
      position: z
        .int()
        .min(1)
        .meta({ examples: [1] }),
    }),
    answers: { 202: { description: 'it begins' } },
    refusals: ['webhook_not_found'],
    async handle({ house, params, body: { position }, principal, correlation }) {
      const wish = { webhookId: params['id'] ?? '', rewindId: house.newId(), position }
      await about(house, rewindWebhook, wish, byCaller({ principal, correlation }))
      return { status: 202 }
    },
  }),

  operation({
    operationId: 'testWebhook',
    method: 'post',
    path: '/webhooks/:id/tests',
    tag: 'webhooks',
    summary: 'Try a webhook out',
    description:
      'Sends one message of the type `Test`, now and once, also while it is paused. The answer says what came of it.',
    who: 'admin',
    answers: { 200: { description: 'what came of it', schema: deliverySchema } },
    refusals: ['webhook_not_found'],
    async handle({ house, params }) {
      return { status: 200, body: await sendTest(house, params['id'] ?? '') }
    },
  }),
]
