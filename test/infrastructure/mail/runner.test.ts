import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { issueInvite } from '../../../src/domain/invites/issue-invite.ts'
import { purgeInvite } from '../../../src/domain/invites/purge-invite.ts'
import { StoreBusy } from '../../../src/infrastructure/errors.ts'
import type { EventStore } from '../../../src/infrastructure/event-store/store.ts'
import { mailLeases } from '../../../src/infrastructure/mail/leases.ts'
import { Outbox } from '../../../src/infrastructure/mail/outbox.ts'
import { renderMail } from '../../../src/infrastructure/mail/render.ts'
import { captureTransport, type MailTransport } from '../../../src/infrastructure/mail/transport.ts'
import { DAY, MINUTE, openTestFloor, rawSqlite, type TestClock, testClock } from '../../support/house.ts'
import { builtInLook } from '../../support/look.ts'

const OPERATOR = { actor: 'operator', correlation: 'C' } as const
const PUBLIC = 'https://id.example.org'

let clock: TestClock
let floor: Awaited<ReturnType<typeof openTestFloor>>
let logged: { fields: object; message: string }[]
beforeEach(async () => {
  clock = testClock()
  floor = await openTestFloor({ clock })
  logged = []
})
afterEach(() => floor.dispose())

const same = (id: string) => id
const secrets = {
  inviteToken: same,
  signInToken: same,
  firstPassword: same,
  verificationToken: same,
  verificationCode: same,
  resetToken: same,
}
const runner = (transport: MailTransport, store: EventStore = floor.store) => {
  const note = (fields: object, message: string) => void logged.push({ fields, message })
  return new Outbox({
    ...floor,
    store,
    leases: mailLeases({ ...floor.database, clock: floor.clock }),
    render: (event, template) => renderMail(event, template, secrets, builtInLook(PUBLIC)),
    transport,
    log: { error: note, info: note },
  })
}
const invite = async (email = 'ada@example.org') => {
  const inviteId = floor.ids()
  const expiresAt = new Date(Date.parse(clock()) + 7 * DAY).toISOString()
  await floor.execute(issueInvite, { inviteId, email, role: 'member', locale: 'en', expiresAt }, OPERATOR)
  return inviteId
}
const deliveryOf = async (id: string) => (await floor.reads.invites.get(id, clock()))?.delivery

const storeWith = (other: Partial<Pick<EventStore, 'decide' | 'get'>>): EventStore => ({
  decide: (request) => floor.store.decide(request),
  read: (filter) => floor.store.read(filter),
  readStored: (filter) => floor.store.readStored(filter),
  get: (position) => floor.store.get(position),
  head: () => floor.store.head(),
  close: () => floor.store.close(),
  ...other,
})

/** The floor's store, on which the first `times` notes that a mail was sent meet a busy database. */
const busyAtNoting = (times: number): EventStore => {
  let left = times
  return storeWith({
    decide: async (request) => {
      if (left-- > 0) throw new StoreBusy('another process holds the database')
      return floor.store.decide(request)
    },
  })
}

/** The floor's store, whose first event can't be read. */
const damaged = (): EventStore =>
  storeWith({
    get: async (position) => {
      if (position === 1) throw new Error('damaged')
      return floor.store.get(position)
    },
  })

describe('a mail that has gone out', () => {
  test('is noted even if the database is busy just then, and never goes out again', async () => {
    const transport = captureTransport()
    const id = await invite()
    await runner(transport, busyAtNoting(1)).sendDue()
    expect([transport.mails.length, await deliveryOf(id)]).toStrictEqual([1, 'sent'])
    clock.advance(DAY)
    await runner(transport).sendDue()
    expect(transport.mails).toHaveLength(1)
  })

  test('is given up noting only when the service stops; the log says so, and the mail bears the same id next time', async () => {
    const transport = captureTransport()
    const id = await invite()
    const stuck = runner(transport, busyAtNoting(Number.POSITIVE_INFINITY))
    const sending = stuck.sendDue()
    await expect.poll(() => transport.mails.length).toBe(1)
    await stuck.stop()
    await sending
    expect(logged.map(({ message }) => message)).toStrictEqual(['mail stays queued'])
    expect(await deliveryOf(id)).toBe('queued')
    clock.advance(3 * MINUTE)
    await runner(transport).sendDue()
    expect([
      transport.mails.map((mail) => mail.id === transport.mails[0]?.id),
      await deliveryOf(id),
    ]).toStrictEqual([[true, true], 'sent'])
  })
})

describe('a batch', () => {
  test('is finished as a whole: one mail that cannot be read keeps the runner from nothing', async () => {
    const transport = captureTransport()
    const [, second] = [await invite('first@example.org'), await invite('second@example.org')]
    expect(await runner(transport, damaged()).sendDue()).toBe(2)
    expect([transport.mails.map(({ to }) => to), await deliveryOf(second)]).toStrictEqual([
      ['second@example.org'],
      'sent',
    ])
    expect(logged).toMatchObject([{ fields: { err: { message: 'damaged' } }, message: 'mail stays queued' }])
  })

  test('is waited for by stop(), each of its mails, before the transport is closed', async () => {
    const steps: string[] = []
    let release = () => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    const transport: MailTransport = {
      send: async ({ to }) => {
        steps.push(`begun for ${to}`)
        await released
        steps.push(`sent to ${to}`)
      },
      close: async () => void steps.push('closed'),
    }
    await invite('damaged@example.org')
    const slow = await invite('slow@example.org')
    const outbox = runner(transport, damaged())
    outbox.start()
    await expect.poll(() => steps.length).toBe(1)
    const stopped = outbox.stop()
    release()
    await stopped
    expect(steps).toStrictEqual(['begun for slow@example.org', 'sent to slow@example.org', 'closed'])
    expect(await deliveryOf(slow)).toBe('sent')
  })
})

describe('a lease', () => {
  test('is not given to anybody else while it lasts, and is given again when its holder has died', async () => {
    const dead: MailTransport = { send: () => new Promise(() => {}), close: async () => {} }
    const id = await invite()
    void runner(dead).sendDue() // killed in the middle: it never comes back
    await expect
      .poll(() => rawSqlite(floor).db.prepare('select count(*) from mail_attempts').pluck().get())
      .toBe(1)
    const transport = captureTransport()
    clock.advance(MINUTE)
    expect(await runner(transport).sendDue()).toBe(0)
    clock.advance(MINUTE)
    expect(await runner(transport).sendDue()).toBe(1)
    expect([transport.mails.length, await deliveryOf(id)]).toStrictEqual([1, 'sent'])
  })

  test('an idle runner takes no write lock: another process may hold it, and nobody hears of it', async () => {
    rawSqlite(floor).db.exec('begin immediate')
    await expect(runner(captureTransport()).sendDue()).resolves.toBe(0)
    rawSqlite(floor).db.exec('rollback')
  })

  test('a mail that waits for its turn leaves the others theirs', async () => {
    const failing = { send: async () => Promise.reject(new Error('down')), close: async () => {} }
    const first = await invite('first@example.org')
    await runner(failing).sendDue()
    const second = await invite('second@example.org')
    const transport = captureTransport()
    await runner(transport).sendDue()
    expect([await deliveryOf(first), await deliveryOf(second)]).toStrictEqual(['queued', 'sent'])
  })
})

describe('what the log says', () => {
  test('S0-39 a failure is logged by a short reason, without address, link or the server’s words', async () => {
    const secret = await invite('ada@example.org')
    const transport: MailTransport = {
      send: async () => {
        throw Object.assign(new Error('550 <ada@example.org> unknown'), { code: 'ETIMEDOUT' })
      },
      close: async () => {},
    }
    await runner(transport).sendDue()
    expect(logged).toMatchObject([
      {
        fields: { template: 'invite', attempts: 1, reason: 'etimedout' },
        message: 'mail not sent; will try again',
      },
    ])
    expect(JSON.stringify(logged)).not.toMatch(/ada@|unknown/)
    expect(JSON.stringify(logged)).not.toContain(secret)
  })
})

test('the mail of an invite whose address was forgotten while it waited is nobody’s', async () => {
  const transport = captureTransport()
  const id = await invite()
  clock.advance(8 * DAY)
  await floor.execute(purgeInvite, { inviteId: id }, OPERATOR)
  expect(await runner(transport).sendDue()).toBe(0)
  expect(transport.mails).toStrictEqual([])
})

test('many rings of the doorbell in a moment leave no listeners behind', async () => {
  const warnings: Error[] = []
  const warn = (warning: Error) => void warnings.push(warning)
  process.on('warning', warn)
  const transport = captureTransport()
  const outbox = runner(transport)
  outbox.start()
  for (let n = 0; n < 50; n++) {
    await invite(`bell-${n}@example.org`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  await expect.poll(() => transport.mails.length, { timeout: 5000 }).toBe(50)
  await outbox.stop()
  process.off('warning', warn)
  expect(warnings).toStrictEqual([])
})
