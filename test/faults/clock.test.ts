import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pino from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openSeals } from '../../src/infrastructure/history/seals.ts'
import { captureTransport } from '../../src/infrastructure/mail/transport.ts'
import { openDeadlines, openOutbox } from '../../src/runners.ts'
import { openSealer } from '../../src/sealing.ts'
import { Api } from '../http/api/client.ts'
import { DAY, HOUR, MINUTE, temporaryFolder } from '../support/house.ts'
import { expectProjectionsEqualRebuild } from '../support/rebuild.ts'
import { expectHistory } from './accounting.ts'
import { startBadSmtp } from './bad-smtp.ts'
import type { Answer } from './pg-node.ts'
import { expectNothingLost, startService } from './service.ts'
import { onlyLong, progress, rounds, seeded, seedOf } from './support.ts'

const STEPS = rounds(60, 3000)
const log = pino({ level: 'silent' })

let api: Awaited<ReturnType<typeof Api.open>>
let token: string
beforeEach(async () => {
  api = await Api.open()
  token = (await api.signIn()).accessToken
})
afterEach(async () => {
  await expectProjectionsEqualRebuild(api.app.floor)
  await api.app.dispose()
})

/** What no jump of the clock may do to the history: put an event before the one that it came after. */
const expectOrder = async () => {
  let last = ''
  for await (const { at } of api.app.floor.store.read()) {
    expect(at >= last).toBe(true)
    last = at
  }
}

describe('F11 the clock is set back', () => {
  test('what had expired, and something happened since, stays expired', async () => {
    await api.issue(token, 'ada@example.org', { expiresIn: '1h' })
    const invite = await api.inviteToken('ada@example.org')
    api.app.clock.advance(2 * HOUR)
    token = (await api.signIn()).accessToken
    expect(await api.refusal('POST', '/invite-redemptions', { body: { token: invite } })).toStrictEqual([
      410,
      'invite_expired',
    ])
    api.app.clock.advance(-2 * HOUR)
    expect(await api.refusal('POST', '/invite-redemptions', { body: { token: invite } })).toStrictEqual([
      410,
      'invite_expired',
    ])
    await expectOrder()
  })

  test('a token from the time when it was ahead is worth nothing, and whoever holds it gets another one', async () => {
    api.app.clock.advance(DAY)
    const ahead = await api.signIn()
    expect((await api.call('GET', '/me', { token: ahead.accessToken })).status).toBe(200)
    api.app.clock.advance(-DAY)
    expect((await api.refusal('GET', '/me', { token: ahead.accessToken }))[0]).toBe(401)
    const { status, body } = await api.call('POST', '/sessions/refresh', {
      body: { refreshToken: ahead.refreshToken },
    })
    expect(status).toBe(200)
    expect((await api.call('GET', '/me', { token: String(body['accessToken']) })).status).toBe(200)
  })

  test('a mail whose next turn was set while it was ahead goes out when a turn of now would', async () => {
    const { floor, clock } = api.app
    let isUp = false
    const transport = captureTransport()
    const outbox = openOutbox(floor, log, {
      ...transport,
      send: (mail) => (isUp ? transport.send(mail) : Promise.reject(new Error('down'))),
    })
    clock.advance(DAY)
    token = (await api.signIn()).accessToken
    await api.issue(token, 'ada@example.org')
    await outbox.sendDue()
    clock.advance(-DAY)
    isUp = true
    while ((await outbox.sendDue()) > 0);
    expect(transport.mails.filter(({ to }) => to === 'ada@example.org')).toHaveLength(1)
    await outbox.stop()
  })

  test('a lease from the time when it was ahead keeps nobody waiting', async () => {
    const { floor, clock } = api.app
    clock.advance(DAY)
    token = (await api.signIn()).accessToken
    await api.issue(token, 'ada@example.org')
    const gone = openOutbox(floor, log, { send: () => new Promise(() => {}), close: async () => {} })
    void gone.sendDue()
    await expect
      .poll(async () => floor.database.reader.all('select * from mail_attempts'))
      .not.toHaveLength(0)
    clock.advance(-DAY)
    expect(await api.app.mailsTo('ada@example.org')).toHaveLength(1)
  })

  test('the log says so, and by how much', async () => {
    const said: unknown[] = []
    const error = (fields: object, message: string) => void said.push([fields, message.slice(0, 37)])
    const { floor, clock } = api.app
    const deadlines = openDeadlines(floor, { ...log, error } as unknown as typeof log)
    await deadlines.everyRun()
    clock.advance(-HOUR)
    await deadlines.everyRun()
    expect(said).toStrictEqual([[{ behindSeconds: 3600 }, 'the clock is behind the last event: l']])
  })

  test('the history is sealed as often as before', async () => {
    const { floor, clock } = api.app
    clock.advance(DAY)
    await openSealer(floor, log).seal()
    clock.advance(-DAY + MINUTE)
    token = (await api.signIn()).accessToken
    const sealer = openSealer(floor, log)
    sealer.start()
    await expect
      .poll(async () => (await openSeals(floor.database.reader).last())?.size, { interval: 10 })
      .toBe(await floor.store.head())
    await sealer.stop()
  })
})

test(`F11 ${STEPS} times the clock jumps, also in the middle of a request: no error, no invite used twice, the order is that of positions`, {
  timeout: rounds(240_000, 3_600_000),
}, async () => {
  const random = seeded(seedOf('clock'))
  const { clock, floor } = api.app
  const jumps = [-DAY, -HOUR, -1, 0, 0, 0, 1000, MINUTE, HOUR, DAY]
  const jump = () => clock.advance(jumps[Math.floor(random() * jumps.length)] ?? 0)
  const answers: Answer[] = []
  const invites: string[] = []
  const told: Record<string, number> = {}
  const note = (status: number, code: unknown) => {
    expect(status, String(code)).toBeLessThan(500)
    const name = `${status} ${typeof code === 'string' ? code : ''}`.trim()
    told[name] = (told[name] ?? 0) + 1
  }
  for (let step = 0; step < STEPS; step++) {
    jump()
    if (random() < 0.4 || invites.length === 0) {
      // Nobody is signed in for ever, and a clock that jumps by days ends what was begun.
      token = (await api.signIn()).accessToken
      const email = `jump-${step}@example.org`
      const asked = api.call('POST', '/invites', { token, body: { email, expiresIn: '30d' } })
      jump()
      const { status, body } = await asked
      note(status, body['code'])
      if (status !== 201) continue
      const id = String(body['id'])
      invites.push(id)
      answers.push({ n: step, wish: { kind: 'issue', id, email }, result: 'accepted' })
    } else {
      const id = invites[Math.floor(random() * invites.length)] ?? ''
      const body = { token: floor.tokens.make('invite', id) }
      const clicks = [0, 1].map(() => api.call('POST', '/invite-redemptions', { body }))
      jump()
      for (const { status, body: answer, headers } of await Promise.all(clicks)) {
        note(status, answer['code'])
        expect(Number(headers.get('retry-after') ?? 0)).toBeGreaterThanOrEqual(0)
        if (status !== 201) continue
        const user = answer['user'] as { id: string }
        answers.push({ n: step, wish: { kind: 'redeem', id }, result: user.id })
      }
    }
    progress('clock', step, STEPS)
  }
  await expectHistory(floor, answers, 1)
  await expectOrder()
  console.log(`clock: ${STEPS} steps: ${JSON.stringify(told)}`)
})

const LIBRARY = ['x86_64', 'aarch64']
  .map((machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketimeMT.so.1`)
  .find((file) => existsSync(file))
const withoutFaketime = () => {
  if (LIBRARY === undefined)
    console.log(
      'clock: the service’s own: skipped, because faketime is not installed (Debian: apt-get install faketime)',
    )
  return LIBRARY === undefined
}
const JUMPS = 200

test.skipIf(onlyLong('clock: the service’s own') || withoutFaketime())(
  `F11 the clock of the service itself jumps ${JUMPS} times by up to a day under load; then it is right again`,
  { timeout: 1_800_000 },
  async () => {
    const random = seeded(seedOf('clock of the machine'))
    const { folder, remove } = temporaryFolder()
    const home = join(folder, 'home')
    mkdirSync(home)
    const time = join(folder, 'time')
    const set = (seconds: number) => writeFileSync(time, `${seconds < 0 ? '-' : '+'}${Math.abs(seconds)}`)
    set(0)
    const smtp = await startBadSmtp(() => 'none')
    const service = await startService(home, {
      MAIL_URL: smtp.url,
      LD_PRELOAD: LIBRARY ?? '',
      FAKETIME_TIMESTAMP_FILE: time,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    })
    const told: Record<string, number> = {}
    let issued = 0
    for (let n = 0; n < JUMPS; n++) {
      await service.signIn()
      const load = service.load(4)
      await sleep(150)
      set(Math.round((random() - 0.5) * 2 * 86_400)) // most who are signed in have to sign in again
      await sleep(100)
      for (const { status, code } of await load.stop()) {
        const name = `${status} ${code}`.trim()
        told[name] = (told[name] ?? 0) + 1
        expect(status, name).toBeLessThan(500)
        expect(status, name).toBeGreaterThan(0)
        if (status === 201) issued++
      }
      progress('clock', n, JUMPS)
    }
    expect(issued).toBeGreaterThan(JUMPS)
    set(0)
    await service.signIn()
    const began = performance.now()
    await expect
      .poll(
        async () => {
          const { body } = await service.ask('GET', '/metrics')
          return /^latchkey_mails\{state="queued"\} (\d+)/m.exec(String(body['text']))?.[1]
        },
        { timeout: 900_000, interval: 500 },
      )
      .toBe('0')
    console.log(
      `clock: ${JUMPS} jumps, ${issued} acknowledged, mails out ${Math.round((performance.now() - began) / 1000)} s afterwards: ${JSON.stringify(told)}`,
    )
    expect(await service.stop()).toBe(0)
    await smtp.close()
    const twice = smtp.taken.length - new Set(smtp.taken.map(({ id }) => id)).size
    const events = await expectNothingLost(home, service.answers)
    console.log(`clock: ${events} events, ${smtp.taken.length} mails, ${twice} repeats`)
    remove()
  },
)
