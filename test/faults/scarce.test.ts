import { fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { run } from '../support/cli.ts'
import { temporaryFolder } from '../support/house.ts'
import type { Answer } from './pg-node.ts'
import { expectNothingLost, type Service, startService, type Told, tally, withoutPrlimit } from './service.ts'
import { onlyLong, percentile, progress, rounds } from './support.ts'

const ROUNDS = rounds(1, 20)
const PAUSE_MS = rounds(300, 3000)

let folder: string
let remove: () => void
beforeEach(() => {
  ;({ folder, remove } = temporaryFolder())
})
afterEach(() => remove())

const meterOf = async (service: Service, name: string): Promise<number> => {
  const { body } = await service.ask('GET', '/metrics')
  return Number(new RegExp(`^${name} (\\S+)`, 'm').exec(String(body['text']))?.[1])
}

test(`the event loop stands still ${PAUSE_MS} ms, ${ROUNDS} times: everybody is answered afterwards, and the meters tell of it`, {
  timeout: 600_000,
}, async () => {
  const service = await startService(folder)
  const load = service.load(4)
  for (let round = 0; round < ROUNDS; round++) {
    await sleep(60)
    process.kill(service.pid, 'SIGSTOP')
    await sleep(PAUSE_MS)
    process.kill(service.pid, 'SIGCONT')
    expect((await service.ready()).status).toBe(200)
    progress('scarce: standstill', round, ROUNDS)
  }
  const counts = tally(await load.stop())
  expect(Object.keys(counts).toSorted()).toStrictEqual(['201', '410 invite_already_redeemed'])
  const worst = await meterOf(service, 'nodejs_eventloop_lag_max_seconds')
  expect(worst).toBeGreaterThan((PAUSE_MS / 1000) * 0.5)
  expect(await service.stop()).toBe(0)
  await expectNothingLost(folder, service.answers)
  console.log(
    `scarce: ${ROUNDS} standstills: ${JSON.stringify(counts)}, longest delay told ${worst.toFixed(2)} s`,
  )
})

const DESCRIPTORS = 96
const CROWD = 200

describe.skipIf(withoutPrlimit('scarce: descriptors'))('few descriptors', () => {
  test(`${CROWD} connections and ${DESCRIPTORS} descriptors: some are turned away, the log says so, the database is not hurt, and all goes on by itself`, async () => {
    const service = await startService(folder, {}, ['prlimit', `--nofile=${DESCRIPTORS}:${DESCRIPTORS}`])
    const told: Told[] = []
    for (let round = 0; round < ROUNDS; round++) {
      expect((await service.issue()).status).toBe(201)
      let turnedAway = 0
      const crowd = Array.from({ length: CROWD }, () => {
        const socket: Socket = connect(service.port, '127.0.0.1')
        socket.on('error', () => {}) // turned away
        socket.once('close', () => turnedAway++)
        return socket
      })
      await expect
        .poll(() => turnedAway, { interval: 20, timeout: 20_000 })
        .toBeGreaterThan(CROWD - DESCRIPTORS)
      // Whoever is connected already is served, and what has to be opened for it can be.
      const load = service.load(1)
      await sleep(100)
      told.push(...(await load.stop()))
      for (const socket of crowd) socket.destroy()
      await expect.poll(async () => (await service.ready()).status, { interval: 20 }).toBe(200)
      progress('scarce: descriptors', round, ROUNDS)
    }
    const counts = tally(told)
    expect(counts['201']).toBeGreaterThan(0)
    expect(Object.keys(counts).filter((one) => one.startsWith('5'))).toStrictEqual([])
    expect(service.err()).toContain('more connections than this process may hold')
    expect(await service.stop()).toBe(0)
    await expectNothingLost(folder, service.answers)
    console.log(`scarce: ${DESCRIPTORS} descriptors, ${ROUNDS} crowds: ${JSON.stringify(counts)}`)
  })
})

const HOLDER = join(import.meta.dirname, '..', 'infrastructure', 'event-store', 'lock-holder.ts')

test.skipIf(onlyLong('scarce: the lock'))(
  'F08 another process holds the database for 10 s: who waits longer than 5 s hears so, nobody’s wish is lost or done twice, and the command line says it too',
  { timeout: 120_000 },
  async () => {
    const service = await startService(folder)
    const holder = fork(HOLDER, [join(folder, 'latchkey.db'), '10000'])
    await once(holder, 'message')
    const began = performance.now()
    const times: number[] = []
    const told: Told[] = []
    const pages: number[] = []
    const each = async (client: number) => {
      for (let n = 0; performance.now() - began < 12_000; n++) {
        const asked = performance.now()
        const answer = await service.issue({ 'idempotency-key': `${client}-${n}` })
        times.push(performance.now() - asked)
        told.push(answer)
        if (answer.status === 503) {
          expect([answer.code, answer.retryAfter]).toStrictEqual(['overloaded', '1'])
          n--
          await sleep(1000)
        }
      }
    }
    const reading = async () => {
      while (performance.now() - began < 10_000) {
        const asked = performance.now()
        expect((await service.page()).status).toBe(200)
        pages.push(performance.now() - asked)
        await sleep(20)
      }
    }
    const beside = run(folder, ['admin', 'grant', 'other@example.org'])
    await Promise.all([
      ...Array.from({ length: 8 }, (_, client) => each(client)),
      reading(),
      once(holder, 'exit'),
    ])
    expect(Math.max(...times)).toBeLessThan(9000)
    const { code, err } = await beside
    expect([code, err]).toStrictEqual([1, 'another process holds the database\n'])
    expect((await run(folder, ['admin', 'grant', 'other@example.org'])).code).toBe(0)
    expect((await service.read()).status).toBe(200)
    await service.stop()
    console.log(
      `scarce: locked for 10 s: ${JSON.stringify(tally(told))}, nobody waited longer than ${(Math.max(...times) / 1000).toFixed(1)} s; a page 99 of 100 within ${percentile(pages, 99).toFixed(1)} ms`,
    )
  },
)

test.skipIf(onlyLong('scarce: memory'))(
  'little memory: it serves, or ends and says so; the next start has lost nothing',
  { timeout: 1_200_000 },
  async () => {
    const answers: Answer[] = []
    const ends: Record<string, number> = {}
    const csv = `email\n${Array.from({ length: 20_000 }, (_, n) => `m${n}@example.org`).join('\n')}`
    for (const megabytes of [16, 20, 24, 28, 32, 40, 64]) {
      const service = await startService(folder, { NODE_OPTIONS: `--max-old-space-size=${megabytes}` }).catch(
        (error: unknown) => String(error),
      )
      if (typeof service === 'string') {
        expect(service).toMatch(/heap out of memory/)
        ends[`${megabytes} MB: does not start`] = 1
        continue
      }
      const load = service.load(32)
      const imported = await service.import(csv)
      await Promise.race([service.ended, sleep(20_000)])
      const isAlive = spawnSync('kill', ['-0', String(service.pid)]).status === 0
      if (isAlive) {
        await load.stop()
        await service.stop()
      } else {
        expect(service.err()).toMatch(/heap out of memory/)
        await load.stop()
      }
      ends[
        `${megabytes} MB: ${isAlive ? 'serves' : 'ends'}, import ${imported.status}, ${service.answers.length} acknowledged`
      ] = 1
      answers.push(...service.answers)
      await expectNothingLost(folder, answers)
    }
    console.log(`scarce: memory: ${Object.keys(ends).join('; ')}`)
  },
)
