import pino from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { issueInvite } from '../../../src/domain/invites/issue-invite.ts'
import { resendInvite } from '../../../src/domain/invites/resend-invite.ts'
import { revokeInvite } from '../../../src/domain/invites/revoke-invite.ts'
import type { Outbox } from '../../../src/infrastructure/mail/outbox.ts'
import { smtpTransport } from '../../../src/infrastructure/mail/smtp.ts'
import { captureTransport, type MailTransport } from '../../../src/infrastructure/mail/transport.ts'
import { rebuildProjections } from '../../../src/infrastructure/projections/rebuild.ts'
import { projections } from '../../../src/projections/index.ts'
import { openOutbox } from '../../../src/runners.ts'
import { HOUR, MINUTE, openTestFloor, type TestClock, testClock } from '../../support/house.ts'
import { expectProjectionsEqualRebuild } from '../../support/rebuild.ts'
import { startSmtp } from '../../support/smtp.ts'

const OPERATOR = { actor: 'operator', correlation: '01JNZ8K3V5Q2W9X7T4R6Y1M0AB' } as const
const log = pino({ level: 'silent' })

let clock: TestClock
let floor: Awaited<ReturnType<typeof openTestFloor>>
let smtp: Awaited<ReturnType<typeof startSmtp>>
let outbox: Outbox

const overSmtp = () => smtpTransport(smtp.url, 'Latchkey <no-reply@example.org>', 'https://id.example.org')
const open = (transport: MailTransport) => openOutbox(floor, log, transport)

beforeEach(async () => {
  clock = testClock()
  floor = await openTestFloor({ clock })
  smtp = await startSmtp()
  outbox = open(overSmtp())
})
afterEach(async () => {
  await expectProjectionsEqualRebuild(floor)
  await outbox.stop()
  await smtp.stop()
  await floor.dispose()
})

const invite = async (email = 'ada@example.org', locale: 'en' | 'ru' = 'en') => {
  const inviteId = floor.ids()
  const expiresAt = new Date(Date.parse(clock()) + 7 * 24 * HOUR).toISOString()
  await floor.execute(issueInvite, { inviteId, email, role: 'member', locale, expiresAt }, OPERATOR)
  return inviteId
}
const stateOf = async (id: string) => (await floor.reads.invites.get(id, clock()))?.delivery
const eventsOf = async (type: 'MailSent' | 'MailFailed') => {
  const found = []
  for await (const event of floor.store.read({ types: [type] })) found.push(event)
  return found
}

describe('the outbox over real SMTP', () => {
  test('S2-29, S2-30, S2-34 a mail arrives with sender, receiver and a stable Message-ID, and is recorded with its cause', async () => {
    const id = await invite()
    expect(await stateOf(id)).toBe('queued')
    expect(await outbox.sendDue()).toBe(1)
    const [received] = smtp.received
    expect([received?.from, received?.to]).toStrictEqual(['no-reply@example.org', ['ada@example.org']])
    expect(received?.mail.subject).toBe('You are invited')
    const [sent] = await eventsOf('MailSent')
    const [issued] = await (async () => {
      const all = []
      for await (const event of floor.store.read({ types: ['InviteIssued'] })) all.push(event)
      return all
    })()
    expect(received?.mail.messageId).toBe(`<${issued?.id}@id.example.org>`)
    expect([sent?.causation, sent?.correlation]).toStrictEqual([issued?.id, OPERATOR.correlation])
    expect(await stateOf(id)).toBe('sent')
    expect(await outbox.sendDue()).toBe(0)
  })

  test('a Russian mail arrives whole, subject and body', async () => {
    await invite('ada@example.org', 'ru')
    await outbox.sendDue()
    expect(smtp.received[0]?.mail.subject).toBe('Вас пригласили')
    expect(smtp.received[0]?.mail.text).toContain('Здравствуйте!')
    expect(smtp.received[0]?.mail.html).toContain('lang="ru"')
  })

  test('refused for good: given up at once, with a short reason and never the server’s words', async () => {
    smtp.be('refuse for good')
    const id = await invite()
    await outbox.sendDue()
    expect((await eventsOf('MailFailed'))[0]?.data).toMatchObject({ reason: 'smtp_550', attempts: 1 })
    expect(await stateOf(id)).toBe('failed')
    clock.advance(24 * HOUR)
    expect(await outbox.sendDue()).toBe(0)
  })

  test('S2-35, W-22 refused for now: tried again after a while and delivered once', async () => {
    smtp.be('refuse for now')
    const id = await invite()
    await outbox.sendDue()
    expect(await outbox.sendDue()).toBe(0)
    expect(await stateOf(id)).toBe('queued')
    smtp.be('accept')
    clock.advance(10_000)
    await outbox.sendDue()
    expect([smtp.received.length, await stateOf(id)]).toStrictEqual([1, 'sent'])
    expect((await eventsOf('MailSent'))[0]?.data).toMatchObject({ attempts: 2 })
  })

  test('a connection dropped in the middle of a mail is tried again, under the same Message-ID', async () => {
    smtp.be('drop the connection')
    const id = await invite()
    await outbox.sendDue()
    expect(await stateOf(id)).toBe('queued')
    smtp.be('accept')
    clock.advance(10_000)
    await outbox.sendDue()
    expect([smtp.received.length, await stateOf(id)]).toStrictEqual([1, 'sent'])
  })

  test('a server that takes the mail and never answers is let go after a while, and asked again', async () => {
    const patience = { connectionTimeout: 300, greetingTimeout: 300, socketTimeout: 300 }
    outbox = open(smtpTransport(smtp.url, 'no-reply@example.org', 'https://id.example.org', patience))
    smtp.be('stall')
    const id = await invite()
    await outbox.sendDue()
    expect(await stateOf(id)).toBe('queued')
    smtp.be('accept')
    clock.advance(10_000)
    await outbox.sendDue()
    expect([smtp.received.length, await stateOf(id)]).toStrictEqual([1, 'sent'])
  })

  test('F09 a server that is down for ten minutes costs nothing: everything is delivered once when it is back', async () => {
    const { port } = smtp
    await smtp.stop()
    const ids = await Promise.all(Array.from({ length: 20 }, (_, n) => invite(`down-${n}@example.org`)))
    for (let minute = 0; minute < 10; minute++) {
      await outbox.sendDue()
      clock.advance(MINUTE)
    }
    smtp = await startSmtp(port)
    for (let minute = 0; minute < 30; minute++) {
      await outbox.sendDue()
      clock.advance(MINUTE)
    }
    expect(smtp.received.map(({ to }) => to[0]).toSorted()).toStrictEqual(
      ids.map((_, n) => `down-${n}@example.org`).toSorted(),
    )
  })

  test('a mail nobody takes for two days is given up, and says so', async () => {
    smtp.be('refuse for now')
    const id = await invite()
    for (let hour = 0; hour < 48; hour++) {
      await outbox.sendDue()
      clock.advance(HOUR)
    }
    expect(await stateOf(id)).toBe('failed')
    expect((await eventsOf('MailFailed'))[0]?.data).toMatchObject({ attempts: 12 })
  })

  test('S0-39 a transport that throws harms nobody: the mail waits, the command was accepted', async () => {
    outbox = open({
      send: async () => {
        throw new Error('boom')
      },
      close: async () => {},
    })
    const id = await invite()
    await outbox.sendDue()
    expect(await stateOf(id)).toBe('queued')
  })
})

describe('the outbox and the history', () => {
  test('two runners on one database never send the same mail twice', async () => {
    const transport = captureTransport()
    const runners = [open(transport), open(transport), open(transport)]
    await Promise.all(Array.from({ length: 30 }, (_, n) => invite(`many-${n}@example.org`)))
    await Promise.all(runners.flatMap((runner) => [runner.sendDue(), runner.sendDue(), runner.sendDue()]))
    while ((await runners[0]?.sendDue()) ?? 0);
    expect(new Set(transport.mails.map(({ id }) => id)).size).toBe(30)
    expect(transport.mails).toHaveLength(30)
  })

  test('a rebuilt outbox mails nobody again', async () => {
    const transport = captureTransport()
    outbox = open(transport)
    await invite()
    await outbox.sendDue()
    const { store, database, engine, clock, ids } = floor
    await rebuildProjections({
      store,
      database,
      liveTables: engine.liveTables,
      projections,
      clock,
      builder: ids(),
    })
    expect(await outbox.sendDue()).toBe(0)
    expect(transport.mails).toHaveLength(1)
  })

  test('the mail of an invite that was revoked before it went out is not sent', async () => {
    const id = await invite()
    await floor.execute(revokeInvite, { inviteId: id, reason: null }, OPERATOR)
    expect(await outbox.sendDue()).toBe(0)
    expect(await stateOf(id)).toBe('suppressed')
  })

  test('a link that has ended while its mail waited is not sent any more', async () => {
    const id = await invite()
    clock.advance(8 * 24 * HOUR)
    await outbox.sendDue()
    expect((await eventsOf('MailFailed'))[0]?.data).toMatchObject({ reason: 'expired' })
    expect(smtp.received).toStrictEqual([])
    expect(await stateOf(id)).toBe('failed')
  })

  test('a resend sends the same link again', async () => {
    const transport = captureTransport()
    outbox = open(transport)
    const id = await invite()
    await outbox.sendDue()
    clock.advance(HOUR)
    await floor.execute(
      resendInvite,
      { inviteId: id, expiresAt: new Date(Date.parse(clock()) + HOUR).toISOString() },
      OPERATOR,
    )
    await outbox.sendDue()
    const links = transport.mails.map(({ text }) => /https?:\S+\/invites\/\S+/.exec(text)?.[0])
    expect(links[0]).toBeDefined()
    expect(links[1]).toBe(links[0])
  })

  test('S0-52 the doorbell wakes the runner: a mail goes out without anybody asking, and stopping waits for mails in hand', async () => {
    let release = () => {}
    const sent: string[] = []
    const transport: MailTransport = {
      send: ({ to }) =>
        new Promise((resolve) => {
          release = () => {
            sent.push(to)
            resolve()
          }
        }),
      close: async () => {},
    }
    outbox = open(transport)
    outbox.start()
    const id = await invite()
    await expect.poll(() => release.toString().includes('push'), { timeout: 5000 }).toBe(true)
    expect(await stateOf(id)).toBe('queued')
    const stopped = outbox.stop()
    release()
    await stopped
    expect([sent, await stateOf(id)]).toStrictEqual([['ada@example.org'], 'sent'])
  })
})
