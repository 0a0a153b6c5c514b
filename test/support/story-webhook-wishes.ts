import fc from 'fast-check'
import { changeWebhook } from '../../src/domain/webhooks/change-webhook.ts'
import { disableWebhook } from '../../src/domain/webhooks/disable-webhook.ts'
import { pauseWebhook } from '../../src/domain/webhooks/pause-webhook.ts'
import { registerWebhook } from '../../src/domain/webhooks/register-webhook.ts'
import { removeWebhook } from '../../src/domain/webhooks/remove-webhook.ts'
import { resumeWebhook } from '../../src/domain/webhooks/resume-webhook.ts'
import { rewindWebhook } from '../../src/domain/webhooks/rewind-webhook.ts'
import { rotateWebhookSecret } from '../../src/domain/webhooks/rotate-webhook-secret.ts'
import * as cast from './controls.ts'
import { DAY, maybe, webhookId, webhookSecretId, webhookTypes, webhookUrl } from './story-things.ts'
import { wishing } from './story-wishing.ts'

const description = maybe(fc.constantFrom('The directory', ''))
const rewindId = fc.constantFrom(cast.REWIND, cast.OTHER_REWIND)
const isAtHome = fc.boolean()

/** What admins wish who have other programs told of what happens. */
export const webhookWishes = [
  wishing(
    2,
    registerWebhook,
    fc.record({
      webhookId,
      secretId: webhookSecretId,
      url: webhookUrl,
      description,
      types: webhookTypes,
      isAtHome,
    }),
  ),
  wishing(
    1,
    changeWebhook,
    fc.record({ webhookId, url: maybe(webhookUrl), description, types: maybe(webhookTypes), isAtHome }),
  ),
  wishing(1, pauseWebhook, fc.record({ webhookId })),
  wishing(1, resumeWebhook, fc.record({ webhookId })),
  wishing(
    1,
    rotateWebhookSecret,
    fc.record({ webhookId, secretId: webhookSecretId, overlapMs: fc.constantFrom(0, DAY) }),
  ),
  wishing(1, rewindWebhook, fc.record({ webhookId, rewindId, position: fc.integer({ min: 1, max: 9 }) })),
  wishing(1, disableWebhook, fc.record({ webhookId, reason: fc.constantFrom('failing', 'gone') })),
  wishing(1, removeWebhook, fc.record({ webhookId })),
]
