import { z } from 'zod'
import { changeWebhook } from '../../domain/webhooks/change-webhook.ts'
import { pauseWebhook } from '../../domain/webhooks/pause-webhook.ts'
import { registerWebhook } from '../../domain/webhooks/register-webhook.ts'
import { removeWebhook } from '../../domain/webhooks/remove-webhook.ts'
import { resumeWebhook } from '../../domain/webhooks/resume-webhook.ts'
import { about, findWebhook, rotateSecret } from '../acts/webhooks.ts'
import type { House } from '../house.ts'
import { derivedUlid } from './derived-ulid.ts'
import { listOf, pageOf, pageQuery } from './lists.ts'
import { byCaller } from './on-users.ts'
import { operation } from './operation.ts'
import {
  description,
  newSecretSchema,
  presentWebhook,
  registeredWebhookSchema,
  types,
  url,
  webhookSchema,
} from './webhook-schemas.ts'

const MAX_OVERLAP_HOURS = 168
const HOUR_MS = 3_600_000

/** Ids of what a caller makes: always the same for the same Idempotency-Key and wish. */
const idsFor = (house: House, key: string | null, wish: unknown) => (what: string) =>
  key === null ? house.newId() : derivedUlid(house, `${what} ${key} ${JSON.stringify(wish)}`)

export const webhookOperations = [
  operation({
    operationId: 'registerWebhook',
    method: 'post',
    path: '/webhooks',
    tag: 'webhooks',
    summary: 'Register a webhook',
    description:
      'Another program is told of every event from here on: a signed POST (Standard Webhooks), at least once, nothing personal in it. The same Idempotency-Key and body is answered with the same webhook and secret.',
    who: 'admin',
    body: z.strictObject({ url, description: description.optional(), types: types.default([]) }),
    answers: {
      201: { description: 'registered; `Location` is its address', schema: registeredWebhookSchema },
    },
    refusals: ['webhook_url_unfit', 'webhook_not_found'],
    seesToRepeats: true,
    async handle({ house, body, principal, correlation, idempotencyKey }) {
      const idOf = idsFor(house, idempotencyKey, body)
      const webhookId = idOf('webhook')
      const wish = {
        webhookId,
        secretId: idOf('webhook secret'),
        url: body.url,
        description: body.description ?? null,
        types: body.types,
        isAtHome: house.webhooks.isAtHome,
      }
      await about(house, registerWebhook, wish, byCaller({ principal, correlation }))
      const registered = await findWebhook(house, webhookId)
      return {
        status: 201,
        headers: { location: `/api/v1/webhooks/${webhookId}` },
        body: { ...presentWebhook(registered), secret: house.webhooks.secret(wish.secretId) },
      }
    },
  }),

  operation({
    operationId: 'listWebhooks',
    method: 'get',
    path: '/webhooks',
    tag: 'webhooks',
    summary: 'List webhooks',
    description: 'No secret is in it.',
    who: 'auditor',
    query: z.strictObject(pageQuery),
    answers: { 200: { description: 'a page; `Link` leads to the next', schema: listOf(webhookSchema) } },
    refusals: [],
    async handle({ house, query: { limit, cursor } }) {
      const found = await house.reads.webhooks.list({ limit: limit + 1, after: cursor })
      return pageOf(found, presentWebhook, { url: '/api/v1/webhooks', filters: {}, limit })
    },
  }),

  operation({
    operationId: 'getWebhook',
    method: 'get',
    path: '/webhooks/:id',
    tag: 'webhooks',
    summary: 'One webhook',
    description: 'No secret is in it.',
    who: 'auditor',
    answers: { 200: { description: 'the webhook', schema: webhookSchema } },
    refusals: ['webhook_not_found'],
    async handle({ house, params }) {
      return { status: 200, body: presentWebhook(await findWebhook(house, params['id'] ?? '')) }
    },
  }),

  operation({
    operationId: 'changeWebhook',
    method: 'patch',
    path: '/webhooks/:id',
    tag: 'webhooks',
    summary: 'Change a webhook',
    description: 'Absent fields keep their value; an empty description is none.',
    who: 'admin',
    body: z.strictObject({
      url: url.optional(),
      description: description.optional(),
      types: types.optional(),
    }),
    answers: { 200: { description: 'the changed webhook', schema: webhookSchema } },
    refusals: ['webhook_not_found', 'webhook_url_unfit'],
    async handle({ house, params, body, principal, correlation }) {
      const webhookId = params['id'] ?? ''
      const wish = {
        webhookId,
        url: body.url ?? null,
        description: body.description ?? null,
        types: body.types ?? null,
        isAtHome: house.webhooks.isAtHome,
      }
      await about(house, changeWebhook, wish, byCaller({ principal, correlation }))
      return { status: 200, body: presentWebhook(await findWebhook(house, webhookId)) }
    },
  }),

  operation({
    operationId: 'pauseWebhook',
    method: 'put',
    path: '/webhooks/:id/pause',
    tag: 'webhooks',
    summary: 'Pause a webhook',
    description: 'Nothing is sent, and nothing is missed: it goes on where it stood.',
    who: 'admin',
    answers: { 204: { description: 'paused' } },
    refusals: ['webhook_not_found'],
    async handle({ house, params, principal, correlation }) {
      const wish = { webhookId: params['id'] ?? '' }
      await about(house, pauseWebhook, wish, byCaller({ principal, correlation }))
      return { status: 204 }
    },
  }),

  operation({
    operationId: 'resumeWebhook',
    method: 'delete',
    path: '/webhooks/:id/pause',
    tag: 'webhooks',
    summary: 'Let a webhook go on',
    description: 'One that was paused, or disabled because nothing arrived.',
    who: 'admin',
    answers: { 204: { description: 'it goes on' } },
    refusals: ['webhook_not_found'],
    async handle({ house, params, principal, correlation }) {
      const wish = { webhookId: params['id'] ?? '' }
      await about(house, resumeWebhook, wish, byCaller({ principal, correlation }))
      return { status: 204 }
    },
  }),

  operation({
    operationId: 'rotateWebhookSecret',
    method: 'post',
    path: '/webhooks/:id/secrets',
    tag: 'webhooks',
    summary: 'Give a webhook a new secret',
    description:
      'For `overlapHours` messages bear a signature of each; 0 makes the old one void at once. The same Idempotency-Key and body is answered with the same secret.',
    who: 'admin',
    body: z.strictObject({ overlapHours: z.int().min(0).max(MAX_OVERLAP_HOURS).default(24) }),
    answers: { 201: { description: 'the new secret', schema: newSecretSchema } },
    refusals: ['webhook_not_found'],
    seesToRepeats: true,
    async handle({ house, params, body, principal, correlation, idempotencyKey }) {
      const wish = {
        webhookId: params['id'] ?? '',
        secretId: idsFor(house, idempotencyKey, body)('webhook secret'),
        overlapMs: body.overlapHours * HOUR_MS,
      }
      const rotated = await rotateSecret(house, wish, byCaller({ principal, correlation }))
      const { secret, previousUntil: previousSecretUntil } = rotated
      return { status: 201, body: { secret, previousSecretUntil } }
    },
  }),

  operation({
    operationId: 'removeWebhook',
    method: 'delete',
    path: '/webhooks/:id',
    tag: 'webhooks',
    summary: 'Remove a webhook',
    description: 'Nothing more is sent, and its deliveries are forgotten.',
    who: 'admin',
    answers: { 204: { description: 'removed' } },
    refusals: ['webhook_not_found'],
    async handle({ house, params, principal, correlation }) {
      const wish = { webhookId: params['id'] ?? '' }
      await about(house, removeWebhook, wish, byCaller({ principal, correlation }))
      return { status: 204 }
    },
  }),
]
