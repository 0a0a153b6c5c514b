import { Webhook } from 'standardwebhooks'
import { describe, expect, test } from 'vitest'
import { type DomainEvent, definitionOf, eventTypes } from '../../../src/domain/catalogue.ts'
import { WebhookSecrets } from '../../../src/infrastructure/vault/webhook-secrets.ts'
import { messageOf } from '../../../src/infrastructure/webhooks/message.ts'
import { BACKOFF_MS, waitAfter } from '../../../src/infrastructure/webhooks/schedule.ts'
import * as cast from '../../support/controls.ts'
import { recorded } from '../../support/given.ts'
import { goldenExamples } from '../../support/golden.ts'
import { DAY } from '../../support/house.ts'

const root = (letter: string) => ({ id: letter.repeat(8), bytes: Buffer.alloc(32, letter) })
const [OLD, NEW] = [root('a'), root('b')]

const exampleOf = (type: (typeof eventTypes)[number]) =>
  recorded({ type, data: goldenExamples[type] } as never)[0] as DomainEvent

describe('a message', () => {
  test.each(eventTypes)('T42 of %s says nothing personal', (type) => {
    const event = exampleOf(type)
    const { body } = messageOf(event)
    expect(body).not.toMatch(/@|\b\d{1,3}(?:\.\d{1,3}){3}\b/)
    const { data } = JSON.parse(body) as { data: Record<string, unknown> }
    const { personalFields, schema } = definitionOf(type)
    const told = Object.keys(schema.shape).filter((field) => !personalFields.includes(field))
    expect(Object.keys(data).toSorted()).toStrictEqual(told.toSorted())
  })

  test('is in the form that Standard Webhooks gives it, and says where it stands', () => {
    const event = exampleOf('WebhookPaused')
    expect(JSON.parse(messageOf(event).body)).toStrictEqual({
      type: 'WebhookPaused',
      timestamp: cast.EARLIER,
      data: { webhookId: cast.WEBHOOK },
      id: 'EVENT-1',
      position: 1,
      version: 1,
    })
  })
})

describe('its signature', () => {
  const at = new Date()
  const seconds = Math.floor(at.getTime() / 1000)
  test('is what the reference library would make', () => {
    const secrets = new WebhookSecrets([NEW])
    const theirs = new Webhook(secrets.make(cast.WEBHOOK_SECRET)).sign('M', at, '{}')
    expect(secrets.sign([cast.WEBHOOK_SECRET], 'M', seconds, '{}')).toBe(theirs)
  })
  test('outlives a new root secret for as long as the old one is kept', () => {
    const before = new WebhookSecrets([OLD]).make(cast.WEBHOOK_SECRET)
    const signed = new WebhookSecrets([NEW, OLD]).sign([cast.WEBHOOK_SECRET], 'M', seconds, '{}')
    expect(signed.split(' ')).toContain(new Webhook(before).sign('M', at, '{}'))
  })
  test('is another one for each secret and each root', () => {
    const made = [NEW, OLD].flatMap((one) =>
      [cast.WEBHOOK_SECRET, cast.NEXT_WEBHOOK_SECRET].map((id) => new WebhookSecrets([one]).make(id)),
    )
    expect(new Set(made).size).toBe(4)
  })
})

describe('waits', () => {
  test('grow to three days in all, and spread by a fifth', () => {
    const waits = BACKOFF_MS.map((_, n) => waitAfter(n + 1, 0.5))
    expect(waits).toStrictEqual(BACKOFF_MS)
    expect(BACKOFF_MS.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(3 * DAY)
    expect([waitAfter(1, 0), waitAfter(1, 1)]).toStrictEqual([4000, 6000])
    expect(waitAfter(BACKOFF_MS.length + 1, 0.5)).toBeNull()
  })
})
