import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { issueInvite } from '../../../src/domain/invites/issue-invite.ts'
import { revokeInvite } from '../../../src/domain/invites/revoke-invite.ts'
import { retryMail } from '../../../src/domain/mails/retry-mail.ts'
import { mailLeases } from '../../../src/infrastructure/mail/leases.ts'
import { Outbox, type OutboxParts } from '../../../src/infrastructure/mail/outbox.ts'
import { maskedSecrets, renderMail } from '../../../src/infrastructure/mail/render.ts'
import { captureTransport, type MailTransport } from '../../../src/infrastructure/mail/transport.ts'
import { DAY, openTestFloor, rawSqlite, type TestClock, testClock } from '../../support/house.ts'
import { builtInLook } from '../../support/look.ts'

const OPERATOR = { actor: 'operator', correlation: 'C' } as const

let clock: TestClock
let floor: Awaited<ReturnType<typeof openTestFloor>>
let logged: object[]
beforeEach(async () => {
  clock = testClock()
  floor = await openTestFloor({ clock })
  logged = []
})
afterEach(() => floor.dispose())

const runner = (parts: Partial<OutboxParts> = {}) =>
  new Outbox({
    ...floor,
    leases: mailLeases({ ...floor.database, clock: floor.clock }),
    render: (event, template) =>
      renderMail(event, template, maskedSecrets, builtInLook('https://id.example.org')),
    transport: captureTransport(),
    log: { error: (fields) => void logged.push(fields), info: () => {} },
    ...parts,
  })
const invite = async () => {
  const inviteId = floor.ids()
  const expiresAt = new Date(Date.parse(clock()) + 30 * DAY).toISOString()
  const wish = { inviteId, email: 'ada@example.org', role: 'member', locale: 'en', expiresAt } as const
  await floor.execute(issueInvite, wish, OPERATOR)
  const [mail] = await floor.reads.mails.to('ada@example.org', 1)
  if (!mail) throw new Error('nobody was written to')
  return { mailId: mail.id, about: `invite:${inviteId}`, inviteId } as const
}
const notes = () => rawSqlite(floor).reader.prepare('select mail_id, attempts from mail_attempts').all()
const unreachable: MailTransport = {
  send: () => Promise.reject(Object.assign(new Error('no way'), { code: 'ECONNREFUSED' })),
  close: async () => {},
}
/** Runs until nothing is due any more, a day at a time. */
const runOn = async (outbox: Outbox, days: number) => {
  let tries = 0
  for (let day = 0; day < days; day++) {
    tries += await outbox.sendDue()
    clock.advance(DAY)
  }
  return tries
}

describe('W-22: a mail that cannot be made', () => {
  const broken = {
    render: () => {
      throw new Error('ada@example.org broke it')
    },
  }

  test('is given up after as many tries as one that cannot be delivered, for a reason that names nobody', async () => {
    const { mailId } = await invite()
    expect(await runOn(runner(broken), 20)).toBe(12)
    expect(await floor.reads.mails.get(mailId)).toMatchObject({ status: 'failed', reason: 'unreadable' })
    expect(logged.at(-1)).toStrictEqual({ mailId, template: 'invite', attempts: 12, reason: 'unreadable' })
    expect(notes()).toStrictEqual([])
  })

  test('is sent once what was broken is mended', async () => {
    const { mailId } = await invite()
    await runOn(runner(broken), 2)
    await runner().sendDue()
    expect(await floor.reads.mails.get(mailId)).toMatchObject({ status: 'sent' })
  })
})

describe('W-22, S2-35: a mail that was given up', () => {
  test('goes out once it is retried, its tries counted anew', async () => {
    const { mailId, about, inviteId } = await invite()
    await runOn(runner({ transport: unreachable }), 20)
    expect(await floor.reads.mails.get(mailId)).toMatchObject({ status: 'failed', reason: 'econnrefused' })

    await floor.execute(retryMail, { mailId, about }, OPERATOR)
    expect(await floor.reads.mails.get(mailId)).toMatchObject({
      status: 'queued',
      reason: null,
      failedAt: null,
    })
    expect((await floor.reads.invites.get(inviteId, clock()))?.delivery).toBe('queued')
    await runner({ transport: unreachable }).sendDue()
    expect(notes()).toStrictEqual([{ mail_id: mailId, attempts: 1 }])

    clock.advance(DAY)
    const transport = captureTransport()
    await runner({ transport }).sendDue()
    expect(transport.mails.map(({ id }) => id)).toStrictEqual([mailId])
    expect(await floor.reads.mails.get(mailId)).toMatchObject({ status: 'sent' })
  })
})

test('notes on mails that nobody waits for any more are swept away', async () => {
  const { inviteId } = await invite()
  await runner({ transport: unreachable }).sendDue()
  await floor.execute(revokeInvite, { inviteId, reason: null }, OPERATOR)
  expect(notes()).toHaveLength(1)
  await invite()
  await runner().sendDue()
  expect(notes()).toStrictEqual([])
})
