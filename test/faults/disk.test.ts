import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Api } from '../http/api/client.ts'
import { rawSqlite, temporaryFolder } from '../support/house.ts'
import { expectProjectionsEqualRebuild } from '../support/rebuild.ts'
import type { Answer } from './pg-node.ts'
import {
  disturb,
  expectNothingLost,
  startService,
  type Told,
  tally,
  withoutMount,
  withoutStrace,
} from './service.ts'
import { isLong, onlyLong, percentile, progress, rounds } from './support.ts'

const PAUSE_MS = rounds(60, 500)
const SLOW_MS = 10_000
const ROUNDS = rounds(1, 20)

let folder: string
let remove: () => void
beforeEach(() => {
  ;({ folder, remove } = temporaryFolder())
})
afterEach(() => remove())

const UNAVAILABLE = { status: 503, code: 'storage_unavailable', retryAfter: '5' }
const brief = ({ status, code, retryAfter }: Told) => ({ status, code, retryAfter })

/** What nobody should have heard, besides success, a plain refusal, an outage, and to come again when there is less to do. */
const unexpected = (counts: Record<string, number>, ...also: string[]): string[] => {
  const fine = ['201', '410 invite_already_redeemed', '503 storage_unavailable', '503 overloaded', ...also]
  return Object.keys(counts).filter((one) => !fine.includes(one))
}

test('F03 a full disk: writes are refused as an outage, reading goes on, it is not ready; with room again all goes on', async () => {
  const api = await Api.open()
  const { floor, address } = api.app
  const { accessToken: token } = await api.signIn()
  const ready = async () => (await fetch(`${address}/readyz`)).status
  const page = async () => (await fetch(`${address}/`, { headers: { accept: 'text/html' } })).status
  const { db } = rawSqlite(floor)
  const acknowledged = new Set<string>()
  const issue = async (n: number) => {
    const body = { email: `full-${n}@example.org` }
    const answer = await api.call('POST', '/invites', { token, body })
    if (answer.status === 201) acknowledged.add(String(answer.body['id']))
    return [answer.status, answer.body['code'], answer.headers.get('retry-after')]
  }
  expect(await ready()).toBe(200)
  db.pragma(`max_page_count = ${Number(db.pragma('page_count', { simple: true }))}`)
  let n = 0
  let refused = await issue(n)
  while (refused[0] === 201) refused = await issue(++n)
  expect(refused).toStrictEqual([503, 'storage_unavailable', '5'])
  expect([await ready(), await page(), (await api.call('GET', '/invites', { token })).status]).toStrictEqual([
    503, 200, 200,
  ])
  db.pragma('max_page_count = 1000000')
  // Nobody is sent here while it is not ready: it finds out for itself that there is room.
  expect([await ready(), (await issue(++n))[0], await ready()]).toStrictEqual([200, 201, 200])
  expect(db.prepare('select count(*) from throttles where length(key) > 1000').pluck().get()).toBe(0)
  const issued = new Set<string>()
  for await (const event of floor.store.read())
    if (event.type === 'InviteIssued') issued.add(event.data.inviteId)
  expect(issued).toStrictEqual(acknowledged)
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
  await expectProjectionsEqualRebuild(floor)
  await api.app.dispose()
})

describe.skipIf(withoutStrace('disk: calls that fail'))(
  'calls of the system that fail under the service',
  () => {
    const files = () => [join(folder, 'latchkey.db-wal'), join(folder, 'latchkey.db')]

    const FAULTS = [
      ['no room', 'pwrite64:error=ENOSPC'],
      ['a read-only disk', 'pwrite64,ftruncate:error=EROFS'],
      ['a disk that cannot be written', 'pwrite64:error=EIO'],
      ['a quota that is used up', 'pwrite64:error=EDQUOT'],
      ['a file that may not grow', 'pwrite64:error=EFBIG'],
    ] as const

    test('F03, F04 refused writes are told at once, reading goes on, and all goes on by itself; after a failed fsync it ends, and nothing acknowledged is lost', async () => {
      const answers: Answer[] = []
      const heard: Told[] = []
      for (let round = 0; round < ROUNDS; round++) {
        const service = await startService(folder)
        const load = service.load(4)
        for (const [, inject] of FAULTS.slice(0, isLong ? FAULTS.length : 1)) {
          await sleep(PAUSE_MS)
          const fault = await disturb(service.pid, inject, files())
          await sleep(PAUSE_MS)
          expect([
            brief(await service.issue()),
            (await service.read()).status,
            (await service.page()).status,
            (await service.ready()).status,
          ]).toStrictEqual([UNAVAILABLE, 200, 200, 503])
          await fault.stop()
          expect([(await service.ready()).status, (await service.issue()).status]).toStrictEqual([200, 201])
        }
        expect(service.err()).toContain('storage_unavailable')
        const last = await disturb(service.pid, 'fsync,fdatasync:error=EIO', files())
        expect(await service.ended).toBe(1)
        await last.stop()
        heard.push(...(await load.stop()))
        expect(service.err()).toContain('the disk failed; ending')
        answers.push(...service.answers)
        await expectNothingLost(folder, answers)
        progress('disk', round, ROUNDS)
      }
      const counts = tally(heard)
      console.log(`disk: ${ROUNDS} rounds, ${answers.length} acknowledged: ${JSON.stringify(counts)}`)
      // Whether what was under way is on the disk nobody can say: those do not hear "nothing was changed".
      expect(counts['500 internal']).toBeGreaterThan(0)
      expect(unexpected(counts, '500 internal', '0 no answer')).toStrictEqual([])
    })

    test.skipIf(onlyLong('disk: the same key again'))(
      'F04 after an fsync that failed under it a command has one effect, however often it is asked again with its key',
      async () => {
        const service = await startService(folder)
        const key = { 'idempotency-key': 'once' }
        // The first commit keeps the key, the second one is the invite's.
        const fault = await disturb(service.pid, 'fsync,fdatasync:error=EIO:when=2', files())
        expect((await service.issue(key, 'once@example.org')).code).toBe('internal')
        expect(await service.ended).toBe(1)
        await fault.stop()
        const again = await startService(folder)
        let repeated = await again.issue(key, 'once@example.org')
        expect(repeated.code).toBe('idempotency_in_progress')
        while (isLong && repeated.code === 'idempotency_in_progress') {
          await sleep(5000)
          repeated = await again.issue(key, 'once@example.org')
        }
        const { body } = await again.read()
        expect(body['items']).toHaveLength(1)
        expect(repeated.body['id']).toBe((body['items'] as { id: string }[])[0]?.id)
        await again.stop()
        await expectNothingLost(folder, again.answers)
      },
    )

    test.skipIf(onlyLong('disk: slow'))(
      'a slow disk: everything is answered, and one flush serves all who wait',
      async () => {
        const service = await startService(folder)
        const delayMs = 50
        const fault = await disturb(service.pid, `fsync,fdatasync:delay_enter=${delayMs * 1000}`, files())
        const times: number[] = []
        const began = performance.now()
        const each = async () => {
          while (performance.now() - began < SLOW_MS) {
            const asked = performance.now()
            expect((await service.issue()).status).toBe(201)
            times.push(performance.now() - asked)
          }
        }
        await Promise.all(Array.from({ length: 16 }, each))
        const pages = []
        for (let n = 0; n < 10; n++) {
          const asked = performance.now()
          expect((await service.page()).status).toBe(200)
          pages.push(performance.now() - asked)
        }
        await fault.stop()
        console.log(
          `disk: each fsync ${delayMs} ms slower: ${times.length} commands, half within ${Math.round(percentile(times, 50))} ms, 99 of 100 within ${Math.round(percentile(times, 99))} ms; a page ${Math.round(percentile(pages, 50))} ms`,
        )
        expect(times.length).toBeGreaterThan((SLOW_MS / delayMs) * 2)
        await service.stop()
        await expectNothingLost(folder, service.answers)
      },
    )
  },
)

test('F04 a repeat whose first answer could not be kept before the process ended is told of the same invite', async () => {
  const api = await Api.open()
  const { accessToken: token } = await api.signIn()
  const ask = () =>
    api.call('POST', '/invites', {
      token,
      body: { email: 'ada@example.org' },
      headers: { 'idempotency-key': 'k' },
    })
  const first = await ask()
  const { db } = rawSqlite(api.app.floor)
  db.prepare('update idempotency_keys set status = null, headers = null, body = null, expires_at = ?').run(
    new Date(Date.parse(api.app.clock()) + 60_000).toISOString(),
  )
  expect((await ask()).body['code']).toBe('idempotency_in_progress')
  api.app.clock.advance(61_000)
  const again = await ask()
  expect([again.status, again.body, again.headers.get('location')]).toStrictEqual([
    201,
    first.body,
    first.headers.get('location'),
  ])
  expect((await api.call('GET', '/invites', { token })).body['items']).toHaveLength(1)
  await api.app.dispose()
})

describe.skipIf(onlyLong('disk: a small one') || withoutMount('disk: a small one'))(
  'a small disk of its own',
  () => {
    const mounted = () => join(folder, 'disk')
    const mount = (...words: string[]) => expect(spawnSync('mount', words).status).toBe(0)
    beforeEach(() => {
      mkdirSync(mounted())
      mount('-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', mounted())
    })
    afterEach(() => {
      spawnSync('umount', [mounted()])
    })

    test('F03 is filled to the last byte, again and again, and goes on whenever there is room', async () => {
      const service = await startService(mounted())
      const told: Told[] = []
      for (let round = 0; round < ROUNDS; round++) {
        const ballast = join(mounted(), 'ballast')
        spawnSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=4096'])
        const load = service.load(4)
        await expect
          .poll(() => load.told.some(({ code }) => code === UNAVAILABLE.code), { timeout: 60_000 })
          .toBe(true)
        expect([(await service.read()).status, (await service.ready()).status]).toStrictEqual([200, 503])
        rmSync(ballast)
        await expect.poll(async () => (await service.ready()).status, { timeout: 5000 }).toBe(200)
        expect((await service.issue()).status).toBe(201)
        told.push(...(await load.stop()))
      }
      const counts = tally(told)
      expect(unexpected(counts)).toStrictEqual([])
      await service.stop()
      rmSync(join(mounted(), 'ballast'), { force: true })
      const events = await expectNothingLost(mounted(), service.answers)
      console.log(`disk: 24 MB, filled ${ROUNDS} times: ${JSON.stringify(counts)}, ${events} events`)
    })

    test('F03 is read-only as the service starts: it says so and does not start; writable again, it does', async () => {
      const service = await startService(mounted())
      expect((await service.issue()).status).toBe(201)
      await service.stop()
      mount('-o', 'remount,ro', mounted())
      const refused = startService(mounted())
      await expect(refused).rejects.toThrow(/read-only|cannot be opened|may not be opened/)
      mount('-o', 'remount,rw', mounted())
      const again = await startService(mounted())
      expect((await again.issue()).status).toBe(201)
      await again.stop()
      await expectNothingLost(mounted(), [...service.answers, ...again.answers])
    })
  },
)
