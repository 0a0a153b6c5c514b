import dns from 'node:dns'
import { setTimeout as sleep } from 'node:timers/promises'
import pino from 'pino'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { issueInvite } from '../../src/domain/invites/issue-invite.ts'
import { smtpTransport } from '../../src/infrastructure/mail/smtp.ts'
import { openOutbox } from '../../src/runners.ts'
import { DAY, MINUTE, openTestFloor, type TestClock, temporaryFolder, testClock } from '../support/house.ts'
import { expectProjectionsEqualRebuild } from '../support/rebuild.ts'
import { NOBODY, startBadSmtp, type Trouble } from './bad-smtp.ts'
import { expectNothingLost, startService } from './service.ts'
import { onlyLong, percentile, progress, rounds, seeded, seedOf } from './support.ts'

const MAILS = rounds(30, 100)
const ROUNDS = rounds(1, 20)
/** Virtual: of trouble, and of peace after it, which is longer than the longest wait between tries that it leaves behind. */
const TROUBLED_MINUTES = 10
const PEACE_MINUTES = 60
/** Long enough that a machine with much else to do is never taken for a server that says nothing. */
const PATIENCE_MS = rounds(150, 500)
const PATIENCE = {
  connectionTimeout: PATIENCE_MS,
  greetingTimeout: PATIENCE_MS,
  socketTimeout: PATIENCE_MS,
}
const OPERATOR = { actor: 'operator', correlation: '01JNZ8K3V5Q2W9X7T4R6Y1M0AB' } as const
const TROUBLES = [
  'none',
  'busy (421)',
  'later (451)',
  'cut in the mail',
  'taken, then cut',
  'says nothing',
] as const satisfies readonly Trouble[]

type Floor = Awaited<ReturnType<typeof openTestFloor>>
let clock: TestClock
let floor: Floor
beforeEach(async () => {
  clock = testClock()
  floor = await openTestFloor({ clock })
})
afterEach(async () => {
  vi.restoreAllMocks()
  await expectProjectionsEqualRebuild(floor)
  await floor.dispose()
})

const invite = (email: string) => {
  const expiresAt = new Date(Date.parse(clock()) + 7 * DAY).toISOString()
  const wish = { inviteId: floor.ids(), email, role: 'member', locale: 'en', expiresAt } as const
  return floor.execute(issueInvite, wish, OPERATOR)
}
const over = (url: string, limits: { deadline?: number } = {}) =>
  openOutbox(
    floor,
    pino({ level: 'silent' }),
    smtpTransport(url, 'no-reply@example.org', 'https://id.example.org', { ...PATIENCE, ...limits }),
  )

/** Who was told what of each mail: by the history, and by the server. */
const account = async (taken: readonly { id: string; answered: boolean }[]) => {
  const sent = new Map<string, number>()
  const failed = new Map<string, string>()
  for await (const event of floor.store.read({ types: ['MailSent', 'MailFailed'] })) {
    if (event.type === 'MailSent') sent.set(event.data.mailId, (sent.get(event.data.mailId) ?? 0) + 1)
    else if (event.type === 'MailFailed') failed.set(event.data.mailId, event.data.reason)
  }
  const answered = new Map<string, number>()
  for (const { id, answered: said } of taken) if (said) answered.set(id, (answered.get(id) ?? 0) + 1)
  return { sent, failed, answered }
}

test(`F09, F10 ${MAILS} mails and a server that is dead, busy, slow and lies: each is delivered, each repeat bears the same Message-ID, and the accounts are exact`, {
  timeout: rounds(240_000, 3_600_000),
}, async () => {
  const random = seeded(seedOf('mail'))
  const pick = () => TROUBLES[Math.floor(random() * TROUBLES.length)] ?? 'none'
  const expected = { sent: 0, failed: 0 }
  let repeated = 0
  const troubles: Partial<Record<Trouble | 'dead', number>> = {}
  for (let round = 0; round < ROUNDS; round++) {
    let isPeace = false
    const smtp = await startBadSmtp(() => (isPeace ? 'none' : pick()))
    const outbox = over(smtp.url)
    for (let n = 0; n < MAILS; n++) {
      const isNobody = random() < 0.05
      await invite(`${isNobody ? NOBODY : 'somebody-'}${round}-${n}@example.org`)
      expected[isNobody ? 'failed' : 'sent']++
    }
    await smtp.close()
    while ((await outbox.sendDue()) > 0) troubles.dead = (troubles.dead ?? 0) + 1
    await smtp.open()
    for (let minute = 0; minute < TROUBLED_MINUTES; minute++) {
      clock.advance(MINUTE)
      while ((await outbox.sendDue()) > 0);
    }
    isPeace = true
    for (let minute = 0; minute < PEACE_MINUTES; minute += 5) {
      clock.advance(5 * MINUTE)
      while ((await outbox.sendDue()) > 0);
    }
    const { sent, failed, answered } = await account(smtp.taken)
    // Whatever was taken is a mail of the history; whatever we were told of was told once, and is recorded once.
    for (const { id } of smtp.taken) expect(sent.get(id), 'taken, and not recorded as sent').toBe(1)
    for (const [id, times] of answered) expect([id, times]).toStrictEqual([id, 1])
    const lies = smtp.taken.filter((one) => !one.answered).length
    expect(smtp.taken.length).toBe(answered.size + lies)
    repeated += lies
    expect([sent.size, failed.size]).toStrictEqual([expected.sent, expected.failed])
    expect(new Set(failed.values())).toStrictEqual(new Set(failed.size > 0 ? ['smtp_550'] : []))
    for (const [trouble, times] of Object.entries(smtp.troubles))
      troubles[trouble as Trouble] = (troubles[trouble as Trouble] ?? 0) + times
    await outbox.stop()
    await smtp.close()
    progress('mail', round, ROUNDS)
  }
  console.log(
    `mail: ${expected.sent} delivered, ${repeated} repeats, each under the same Message-ID, ${expected.failed} refused for good; met ${JSON.stringify(troubles)}`,
  )
})

type Lookup = (error: Error | null, addresses?: { address: string; family: 4 }[]) => void
const at = (address: string) => (done: Lookup) => done(null, [{ address, family: 4 }])
const noSuchName = () => Object.assign(new Error('no such name'), { code: dns.NOTFOUND })

test.each<[string, (done: Lookup) => void, string]>([
  ['cannot be looked up', (done) => done(noSuchName()), 'edns'],
  ['is asked for, and nobody answers', () => {}, 'edns'],
  ['is said to be where nobody is at home', at('127.0.0.2'), 'esocket'],
])(
  'F09 the name of the mail server %s: mails wait, and go out when it is known',
  async (_, trouble, reason) => {
    const smtp = await startBadSmtp(() => 'none')
    let lookup = trouble
    vi.spyOn(dns, 'Resolver').mockImplementation(function resolver() {
      const fail = (_host: string, done: Lookup) => done(noSuchName())
      return { resolve4: fail, resolve6: fail, cancel: () => {} } as unknown as dns.Resolver
    })
    vi.spyOn(dns, 'lookup').mockImplementation(((_host: string, ...rest: unknown[]) => {
      lookup(rest.at(-1) as Lookup)
    }) as unknown as typeof dns.lookup)
    const outbox = over(`smtp://mail-${smtp.port}.invalid:${smtp.port}`)
    for (let n = 0; n < 5; n++) await invite(`dns-${n}@example.org`)
    expect(await outbox.sendDue()).toBe(5)
    const reasons = await floor.database.reader.all(
      'select distinct last_reason as reason from mail_attempts',
    )
    expect(reasons).toStrictEqual([{ reason }])
    lookup = at('127.0.0.1')
    const now = Date.now()
    vi.spyOn(Date, 'now').mockReturnValue(now + 6 * MINUTE) // what was looked up is believed for five
    clock.advance(MINUTE)
    while ((await outbox.sendDue()) > 0);
    const { sent, failed } = await account(smtp.taken)
    expect([smtp.taken.length, sent.size, failed.size]).toStrictEqual([5, 5, 0])
    await outbox.stop()
    await smtp.close()
  },
)

test('F09 a mail server that says a word now and then and never comes to an end: mails are taken back, and go out once', async () => {
  let isPeace = false
  const smtp = await startBadSmtp(() => (isPeace ? 'none' : 'never ends'))
  const outbox = over(smtp.url, { deadline: 2 * PATIENCE_MS })
  for (let n = 0; n < 5; n++) await invite(`slow-${n}@example.org`)
  const began = performance.now()
  expect(await outbox.sendDue()).toBe(5)
  expect(performance.now() - began).toBeLessThan(5000)
  isPeace = true
  clock.advance(MINUTE)
  while ((await outbox.sendDue()) > 0);
  const { sent, failed } = await account(smtp.taken)
  expect([smtp.taken.length, sent.size, failed.size]).toStrictEqual([5, 5, 0])
  await outbox.stop()
  await smtp.close()
})

const LONG_MS = 60_000

test.skipIf(onlyLong('mail: pages meanwhile'))(
  'F09 500 mails wait while the server is dead, then says nothing: pages are as quick as ever, and all goes out afterwards',
  { timeout: 1_800_000 },
  async () => {
    const { folder, remove } = temporaryFolder()
    let isPeace = true
    const smtp = await startBadSmtp(() => (isPeace ? 'none' : 'says nothing'))
    const service = await startService(folder, { MAIL_URL: smtp.url })
    const pages = async (what: string, forMs: number) => {
      const times: number[] = []
      for (const began = performance.now(); performance.now() - began < forMs; ) {
        const asked = performance.now()
        expect((await service.page()).status).toBe(200)
        times.push(performance.now() - asked)
        await sleep(20)
      }
      const oldest = /^latchkey_mail_oldest_queued_seconds (\S+)/m.exec(
        String((await service.ask('GET', '/metrics')).body['text']),
      )
      console.log(
        `mail: ${what}: a page takes ${percentile(times, 50).toFixed(1)} ms, 99 of 100 within ${percentile(times, 99).toFixed(1)} ms; the oldest mail has waited ${oldest?.[1]} s`,
      )
    }
    await pages('before', 10_000)
    await smtp.close()
    for (let n = 0; n < 500; n += 20) await Promise.all(Array.from({ length: 20 }, () => service.issue()))
    await pages('the server is dead', LONG_MS)
    isPeace = false
    await smtp.open()
    await pages('the server says nothing', LONG_MS)
    isPeace = true
    const began = performance.now()
    await expect
      .poll(() => new Set(smtp.taken.map(({ id }) => id)).size, { timeout: 1_200_000, interval: 500 })
      .toBe(service.answers.length)
    console.log(
      `mail: all delivered ${Math.round((performance.now() - began) / 1000)} s after the server was well again`,
    )
    await pages('afterwards', 10_000)
    expect(smtp.taken).toHaveLength(service.answers.length)
    await service.stop()
    await smtp.close()
    await expectNothingLost(folder, service.answers)
    remove()
  },
)
