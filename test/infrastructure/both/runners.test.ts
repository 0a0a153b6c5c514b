import { afterEach, beforeEach, expect, test } from 'vitest'
import { issueInvite } from '../../../src/domain/invites/issue-invite.ts'
import { registerWebhook } from '../../../src/domain/webhooks/register-webhook.ts'
import { importsOn, openImportRunner } from '../../../src/imports.ts'
import { plus } from '../../../src/infrastructure/clock.ts'
import { BACKOFF_MS } from '../../../src/infrastructure/webhooks/schedule.ts'
import { openWebhooks } from '../../../src/runners.ts'
import { DAY, openTestFloor, type TestClock, testClock } from '../../support/house.ts'
import { openReceiver, type Receiver } from '../../support/receiver.ts'

const OPERATOR = { actor: 'operator', correlation: 'C' } as const
const log = { info: () => {}, error: () => {} } as never

let clock: TestClock
let floor: Awaited<ReturnType<typeof openTestFloor>>
beforeEach(async () => {
  clock = testClock(new Date().toISOString())
  floor = await openTestFloor({ clock })
})
afterEach(() => floor.dispose())

const invite = async (email: string) => {
  const wish = { inviteId: floor.ids(), email, role: 'member', locale: 'en' } as const
  const { events } = await floor.execute(issueInvite, { ...wish, expiresAt: plus(clock(), DAY) }, OPERATOR)
  return events.at(-1)?.position ?? 0
}
const invites = (count: number) =>
  Promise.all(Array.from({ length: count }, (_, n) => invite(`ada${n}@example.org`)))

test('whichever of several runners comes first tells a webhook, and one only; what does not arrive comes again', async () => {
  const receiver: Receiver = await openReceiver()
  try {
    const wish = { description: null, types: [], isAtHome: true, url: receiver.url }
    await floor.execute(registerWebhook, { ...wish, webhookId: floor.ids(), secretId: floor.ids() }, OPERATOR)
    const runners = [1, 2, 3].map(() => openWebhooks(floor, log))
    const due = async () => {
      const made = await Promise.all(runners.map((one) => one.deliverDue()))
      return made.reduce((sum, n) => sum + n, 0)
    }
    receiver.status(500)
    const lost = await invite('lost@example.org')
    expect(await due()).toBe(1)
    receiver.status(200)
    const told = await invites(25)
    expect(await due()).toBe(25)
    clock.advance(2 * (BACKOFF_MS[0] ?? 0))
    expect(await due()).toBe(1)
    const inOrder = (positions: readonly unknown[]) => positions.map(Number).toSorted((a, b) => a - b)
    expect(inOrder(receiver.positions())).toStrictEqual(inOrder([lost, lost, ...told]))
    expect(await due()).toBe(0)
  } finally {
    await receiver.close()
  }
})

test('whichever of several runners comes first goes on with a list, and no address gets two invites', async () => {
  const addresses = Array.from({ length: 230 }, (_, n) => `person${n}@example.org`)
  await invite('person7@example.org')
  const imports = importsOn(floor)
  const id = floor.ids()
  const list = [new TextEncoder().encode(['email', ...addresses, 'nobody', 'PERSON9@example.org'].join('\n'))]
  expect(await imports.plan(list, { id, actor: 'operator' })).toMatchObject({ outcome: 'planned' })
  expect(await imports.plan(list, { id, actor: 'operator' })).toMatchObject({ outcome: 'known' })
  await imports.begin(id)
  const runners = [1, 2, 3].map(() => openImportRunner(floor, log))
  while ((await imports.get(id))?.state === 'running') await Promise.all(runners.map((one) => one.runDue()))
  const issued = await floor.reads.invites.list({}, { now: clock(), limit: 500 })
  expect(issued.map(({ email }) => email).toSorted()).toStrictEqual(addresses.toSorted())
  const outcomes = (await imports.lines(id, { which: 'problems', after: 0, limit: 10 })).map(
    ({ line, outcome }) => [line, outcome],
  )
  expect(outcomes).toStrictEqual([
    [9, 'already-open'],
    [232, 'invalid'],
    [233, 'duplicate'],
  ])
})
