import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { EventType } from '../../../src/domain/catalogue.ts'
import { issueInvite } from '../../../src/domain/invites/issue-invite.ts'
import { pauseWebhook } from '../../../src/domain/webhooks/pause-webhook.ts'
import { registerWebhook } from '../../../src/domain/webhooks/register-webhook.ts'
import { removeWebhook } from '../../../src/domain/webhooks/remove-webhook.ts'
import { resumeWebhook } from '../../../src/domain/webhooks/resume-webhook.ts'
import { rewindWebhook } from '../../../src/domain/webhooks/rewind-webhook.ts'
import { rotateWebhookSecret } from '../../../src/domain/webhooks/rotate-webhook-secret.ts'
import { WebhookSecrets } from '../../../src/infrastructure/vault/webhook-secrets.ts'
import { openPost } from '../../../src/infrastructure/webhooks/post.ts'
import { rowKeeper } from '../../../src/infrastructure/webhooks/row-keeper.ts'
import { BACKOFF_MS } from '../../../src/infrastructure/webhooks/schedule.ts'
import { openSender } from '../../../src/infrastructure/webhooks/sending.ts'
import { WebhookRunner } from '../../../src/infrastructure/webhooks/webhook-runner.ts'
import { DAY, HOUR, openTestFloor, rawSqlite, type TestClock, testClock } from '../../support/house.ts'
import { isGenuine, openReceiver, type Receiver } from '../../support/receiver.ts'

const OPERATOR = { actor: 'operator', correlation: 'C' } as const

let clock: TestClock
let floor: Awaited<ReturnType<typeof openTestFloor>>
let receiver: Receiver
let runner: WebhookRunner
let secrets: WebhookSecrets
let logged: { fields: object; message: string }[]

const openRunner = (): WebhookRunner => {
  const note = (fields: object, message: string) => void logged.push({ fields, message })
  return new WebhookRunner({
    ...floor,
    keeper: rowKeeper(floor.database),
    send: openSender({ ...floor, secrets, post: openPost({ isAtHome: true, withinMs: 500 }) }),
    chance: () => 0.5,
    log: { error: note, info: note },
  })
}
beforeEach(async () => {
  clock = testClock(new Date().toISOString()) // the reference library looks at the clock on the wall
  floor = await openTestFloor({ clock })
  receiver = await openReceiver()
  secrets = new WebhookSecrets(floor.roots)
  logged = []
  runner = openRunner()
})
afterEach(async () => {
  await receiver.close()
  await floor.dispose()
})

const register = async (types: EventType[] = [], url = receiver.url) => {
  const [webhookId, secretId] = [floor.ids(), floor.ids()]
  const wish = { webhookId, secretId, url, description: null, types, isAtHome: true }
  const { events } = await floor.execute(registerWebhook, wish, OPERATOR)
  return { webhookId, secretId, secret: secrets.make(secretId), position: events[0]?.position ?? 0 }
}
const invite = async (email = 'ada@example.org') => {
  const inviteId = floor.ids()
  const expiresAt = new Date(Date.parse(clock()) + 7 * DAY).toISOString()
  const wish = { inviteId, email, role: 'member', locale: 'en', expiresAt } as const
  const { events } = await floor.execute(issueInvite, wish, OPERATOR)
  return { inviteId, position: events.at(-1)?.position ?? 0, id: events.at(-1)?.id }
}
const rows = (table: string) =>
  rawSqlite(floor).db.prepare(`select * from ${table}`).all() as Record<string, unknown>[]
const stateOf = async (id: string) => (await floor.reads.webhooks.get(id))?.state

describe('a webhook is told of what happens', () => {
  test('once it is registered, with a signature that the reference library takes for genuine', async () => {
    await invite('before@example.org')
    const { secret } = await register()
    const { inviteId, position, id } = await invite()
    expect(await runner.deliverDue()).toBe(1)
    const [one] = receiver.received
    expect(one?.message).toMatchObject({
      type: 'InviteIssued',
      timestamp: clock(),
      id,
      position,
      data: { inviteId },
    })
    expect(one?.headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(Date.parse(clock()) / 1000)),
    })
    expect(one && isGenuine(secret, one)).toBe(true)
    expect(await runner.deliverDue()).toBe(0)
  })

  test('T42 and of nothing personal: ids are all that it gets to know of people', async () => {
    await register()
    await invite('ada@example.org')
    await runner.deliverDue()
    expect(receiver.received).toHaveLength(1)
    expect(receiver.received[0]?.body).not.toMatch(/ada|example\.org/)
    expect(receiver.received[0]?.message.data).not.toHaveProperty('email')
    for (const table of ['webhook_deliveries', 'webhook_attempts'])
      expect(JSON.stringify(rows(table))).not.toMatch(/ada|example\.org|whsec/)
  })

  test('only of the types that it asked for', async () => {
    await register(['InviteRevoked'])
    for (let n = 0; n < 5; n++) await invite(`ada${n}@example.org`)
    expect(await runner.deliverDue()).toBe(0)
    expect(receiver.sockets()).toBe(0)
  })

  test('in order of position, however many', async () => {
    await register(['InviteIssued'])
    const told: number[] = []
    for (let n = 0; n < 45; n++) told.push((await invite(`ada${n}@example.org`)).position)
    expect(await runner.deliverDue()).toBe(45)
    expect(receiver.positions().toSorted((a, b) => Number(a) - Number(b))).toStrictEqual(told)
    const batches = [0, 20, 40].map((from) => new Set(receiver.positions().slice(from, from + 20)))
    expect(batches).toStrictEqual([0, 20, 40].map((from) => new Set(told.slice(from, from + 20))))
  })

  test('by whatever process comes first, and by one only', async () => {
    await register()
    for (let n = 0; n < 30; n++) await invite(`ada${n}@example.org`)
    const others = Array.from({ length: 4 }, openRunner)
    const made = await Promise.all([runner, ...others].map((one) => one.deliverDue()))
    expect(made.reduce((sum, n) => sum + n, 0)).toBe(30)
    expect(new Set(receiver.positions()).size).toBe(30)
  })

  test('by another process, when one has died at it', async () => {
    await register()
    const { position } = await invite()
    rawSqlite(floor)
      .db.prepare(`insert into webhook_cursors (webhook_id, from_event, position, leased_by, leased_until)
      select id, from_event, from_position, 'SOMEBODY', $until from webhooks`)
      .run({
        until: new Date(Date.parse(clock()) + 60_000).toISOString(),
      })
    expect(await runner.deliverDue()).toBe(0)
    clock.advance(60_000)
    expect(await runner.deliverDue()).toBe(1)
    expect(receiver.positions()).toStrictEqual([position])
  })

  test('as soon as it has happened, while the runner runs', async () => {
    await register()
    runner.start()
    const { position } = await invite()
    await vi.waitFor(() => expect(receiver.positions()).toStrictEqual([position]), { timeout: 5000 })
    await runner.stop()
    await invite('ben@example.org')
    expect(receiver.received).toHaveLength(1)
  })
})

describe('what does not arrive', () => {
  test('comes again after a while, beside what arrives, under the same id and with a new signature', async () => {
    const { secret } = await register()
    const first = await invite('ada@example.org')
    receiver.status(500)
    expect(await runner.deliverDue()).toBe(1)
    receiver.status(200)
    const second = await invite('ben@example.org')
    expect(await runner.deliverDue()).toBe(1)
    clock.advance(BACKOFF_MS[0] ?? 0)
    expect(await runner.deliverDue()).toBe(1)
    expect(receiver.positions()).toStrictEqual([first.position, second.position, first.position])
    const [once, , again] = receiver.received
    expect([once?.headers['webhook-id'], once?.body]).toStrictEqual([
      again?.headers['webhook-id'],
      again?.body,
    ])
    expect(again && isGenuine(secret, again)).toBe(true)
    expect(
      rows('webhook_attempts').map(({ number, status, reason }) => [number, status, reason]),
    ).toStrictEqual([
      [1, 500, 'status'],
      [1, 200, null],
      [2, 200, null],
    ])
  })

  test('comes again for three days; if nothing has arrived in that time the webhook is disabled, and goes on once it is resumed', async () => {
    const { webhookId } = await register(['InviteIssued'])
    const { position } = await invite()
    receiver.status(503)
    let attempts = await runner.deliverDue()
    for (const wait of BACKOFF_MS) {
      expect(await stateOf(webhookId)).toBe('active')
      clock.advance(wait - 1)
      expect(await runner.deliverDue()).toBe(0)
      clock.advance(1)
      attempts += await runner.deliverDue()
    }
    expect([attempts, await stateOf(webhookId)]).toStrictEqual([BACKOFF_MS.length + 1, 'disabled'])
    expect(await floor.reads.webhooks.get(webhookId)).toMatchObject({ disabledReason: 'failing' })
    expect(logged).toStrictEqual([
      { fields: { webhookId, reason: 'failing' }, message: 'a webhook was disabled' },
    ])

    receiver.status(200)
    const later = await invite('ben@example.org')
    expect(await runner.deliverDue()).toBe(0)
    await floor.execute(resumeWebhook, { webhookId }, OPERATOR)
    expect(await runner.deliverDue()).toBe(1)
    expect(receiver.positions().at(-1)).toBe(later.position)
    expect(receiver.positions()).toContain(position)
  })

  test('is given up alone where other messages arrive', async () => {
    const { webhookId } = await register(['InviteIssued'])
    const { position } = await invite()
    receiver.answers(({ message }, res) => res.writeHead(message.position === position ? 500 : 200).end())
    await runner.deliverDue()
    clock.advance(HOUR)
    await invite('ben@example.org')
    await runner.deliverDue()
    for (const wait of BACKOFF_MS) {
      clock.advance(wait)
      await runner.deliverDue()
    }
    expect(await stateOf(webhookId)).toBe('active')
    expect(rows('webhook_deliveries').map(({ status }) => status)).toStrictEqual(['failed', 'delivered'])
  })

  test('is not sent again to where nobody is any more (410)', async () => {
    const { webhookId } = await register()
    await invite()
    receiver.status(410)
    expect(await runner.deliverDue()).toBe(1)
    expect(await floor.reads.webhooks.get(webhookId)).toMatchObject({
      state: 'disabled',
      disabledReason: 'gone',
    })
  })

  test.each([
    ['a redirect', (location: string) => ({ status: 302, location }), 'status'],
    ['silence', () => null, 'timeout'],
  ])('%s is no arrival, and is not followed', async (_, what, reason) => {
    const elsewhere = await openReceiver()
    await register()
    await invite()
    const answer = what(elsewhere.url)
    receiver.answers((_received, res) => {
      if (answer) res.writeHead(answer.status, { location: answer.location }).end()
    })
    expect(await runner.deliverDue()).toBe(1)
    expect(rows('webhook_attempts')[0]?.['reason']).toBe(reason)
    expect(elsewhere.sockets()).toBe(0)
    await elsewhere.close()
  })
})

describe('what admins wish of it', () => {
  test('paused, it misses nothing', async () => {
    const { webhookId } = await register(['InviteIssued'])
    await floor.execute(pauseWebhook, { webhookId }, OPERATOR)
    const { position } = await invite()
    expect(await runner.deliverDue()).toBe(0)
    await floor.execute(resumeWebhook, { webhookId }, OPERATOR)
    expect(await runner.deliverDue()).toBe(1)
    expect(receiver.positions()).toStrictEqual([position])
  })

  test('rewound, it is told again, also of what was before it, under the same ids', async () => {
    const before = await invite('before@example.org')
    const { webhookId } = await register(['InviteIssued'])
    const after = await invite()
    await runner.deliverDue()
    const wish = { webhookId, rewindId: floor.ids(), position: 1 }
    await floor.execute(rewindWebhook, wish, OPERATOR)
    expect(await runner.deliverDue()).toBe(2)
    expect(receiver.positions()).toStrictEqual([after.position, before.position, after.position])
    expect(receiver.received[2]?.headers['webhook-id']).toBe(after.id)
    expect(await openRunner().deliverDue()).toBe(0)
  })

  test('with a new secret, both are good for a while', async () => {
    const { webhookId, secret } = await register(['InviteIssued'])
    const secretId = floor.ids()
    await floor.execute(rotateWebhookSecret, { webhookId, secretId, overlapMs: HOUR }, OPERATOR)
    await invite()
    await runner.deliverDue()
    const fresh = secrets.make(secretId)
    const [during] = receiver.received
    expect(during && [isGenuine(secret, during), isGenuine(fresh, during)]).toStrictEqual([true, true])

    await floor.execute(rotateWebhookSecret, { webhookId, secretId: floor.ids(), overlapMs: 0 }, OPERATOR)
    await invite('ben@example.org')
    await runner.deliverDue()
    const [, after] = receiver.received
    expect(after && [isGenuine(secret, after), isGenuine(fresh, after)]).toStrictEqual([false, false])
  })

  test('removed, nothing is sent and nothing is kept', async () => {
    const { webhookId } = await register()
    await invite()
    await runner.deliverDue()
    await invite('ben@example.org')
    await floor.execute(removeWebhook, { webhookId }, OPERATOR)
    expect(await runner.deliverDue()).toBe(0)
    await runner.sweep()
    for (const table of ['webhook_cursors', 'webhook_deliveries', 'webhook_attempts'])
      expect(rows(table)).toStrictEqual([])
  })

  test('the log keeps thirty days', async () => {
    await register(['InviteIssued'])
    await invite()
    await runner.deliverDue()
    clock.advance(30 * DAY)
    await runner.sweep()
    expect(rows('webhook_deliveries')).toHaveLength(1)
    clock.advance(1)
    await runner.sweep()
    expect([rows('webhook_deliveries'), rows('webhook_attempts')]).toStrictEqual([[], []])
  })
})
