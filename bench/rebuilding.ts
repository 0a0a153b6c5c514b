// npm run bench:rebuild [-- EVENTS]: rebuilds all read tables of a history while another process writes 200 events a
// second; how long, how much memory, and how long the writer waits with and without it.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readSettings } from '../src/config.ts'
import { accept } from '../src/domain/decision.ts'
import { openFoundation } from '../src/foundation.ts'
import { compareProjections } from '../src/infrastructure/projections/compare.ts'
import { rebuildProjections } from '../src/infrastructure/projections/rebuild.ts'
import { projections } from '../src/projections/index.ts'
import { percentile } from './figures.ts'
import { liveUntil } from './lives.ts'
import { cleanUp, newFolder } from './machine.ts'

const PER_SECOND = 200
const QUIET_MS = 10_000

const open = (folder: string) =>
  openFoundation(
    readSettings({
      DATABASE_URL: `sqlite:${join(folder, 'service.db')}`,
      SECRET_FILE: join(folder, 'secret'),
      MAIL_URL: 'capture:',
    }),
  )

const rss = () => Math.round(process.memoryUsage.rss() / 2 ** 20)

/** Writes until it is told to stop; tells the latencies since it was last asked. */
const write = async (folder: string) => {
  const floor = await open(folder)
  let latencies: number[] = []
  process.send?.([])
  process.on('message', (message) => {
    process.send?.(latencies, () => {
      if (message === 'stop') process.exit(0)
    })
    latencies = []
  })
  const by = { actor: 'operator', correlation: floor.ids() } as const
  const began = performance.now()
  for (let n = 0; ; n++) {
    await sleep(Math.max(0, began + (n * 1000) / PER_SECOND - performance.now()))
    const since = performance.now()
    const data = {
      inviteId: floor.ids(),
      email: `late-${n}@example.org`,
      role: 'member',
      locale: 'en',
      expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
    } as const
    await floor.store.decide({ readings: {}, decide: () => accept({ type: 'InviteIssued', data }), ...by })
    latencies.push(performance.now() - since)
  }
}

const rebuild = async (folder: string) => {
  const { store, database, engine, origin, clock, ids } = await open(folder)
  const before = rss()
  let most = before
  const watch = setInterval(() => {
    most = Math.max(most, rss())
  }, 20)
  const began = performance.now()
  let built = 0
  const position = await rebuildProjections(
    { store, database, liveTables: engine.liveTables, projections, origin, clock, builder: ids() },
    () => {
      built = performance.now() - began
    },
  )
  clearInterval(watch)
  const seconds = (performance.now() - began) / 1000
  await store.close()
  process.send?.({ seconds, built: built / 1000, position, before, most }, () => process.exit(0))
}

const ask = async (child: ChildProcess, message: string): Promise<number[]> => {
  const answer = once(child, 'message')
  child.send(message)
  return (await answer)[0] as number[]
}

const main = async (events: number) => {
  const folder = newFolder()
  process.on('exit', cleanUp)
  const floor = await open(folder)
  await liveUntil(floor, events)
  const writer = fork(import.meta.filename, ['write', folder])
  await once(writer, 'message')
  await sleep(QUIET_MS)
  const quiet = await ask(writer, 'next')
  const [result] = await once(fork(import.meta.filename, ['rebuild', folder]), 'message')
  const busy = await ask(writer, 'stop')
  const { store, engine, origin, clock } = floor
  const differences = await compareProjections({ store, engine, projections, origin, clock })
  const p99 = (latencies: number[]) => Math.round(percentile(latencies, 0.99) * 10) / 10
  process.stdout.write(
    `${JSON.stringify({
      events,
      ...result,
      quiet_p99_ms: p99(quiet),
      busy_p99_ms: p99(busy),
      busy_max_ms: Math.round(Math.max(...busy)),
      writes: busy.length,
      differences: differences.length,
    })}\n`,
  )
  process.exit(0)
}

const [, , what = '100000', folder = ''] = process.argv
if (what === 'write') await write(folder)
else if (what === 'rebuild') await rebuild(folder)
else await main(Number(what))
