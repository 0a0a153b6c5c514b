import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { openFoundation } from '../../src/foundation.ts'
import { temporaryFolder, testSettings } from '../support/house.ts'
import { createTestDatabase, startPostgres } from '../support/postgres.ts'
import { startSmtp } from '../support/smtp.ts'
import { expectAllAccountedFor } from './accounting.ts'
import { Cluster } from './cluster.ts'
import { openFollower } from './follower.ts'
import { on, rounds, seeded, seedOf } from './support.ts'

const NODES = 4
const LASTS_MS = rounds(4000, 600_000)
const KILL_EVERY_MS = { least: 300, most: rounds(1500, 6000) }
/** What was committed and not made durable lingers, so that a server that ends at once loses it. */
const LINGERING = ['wal_writer_delay=10s']

test(`F01, F21 random commands on ${NODES} nodes for ${LASTS_MS / 1000} s while one after another is killed and PostgreSQL is restarted twice: all is accounted for`, {
  timeout: rounds(240_000, 7_200_000),
}, async () => {
  const random = seeded(seedOf('pg-kill'))
  const server = await startPostgres(LINGERING)
  const { url } = await createTestDatabase(server.url, 'template0')
  const { folder, remove } = temporaryFolder()
  const smtp = await startSmtp()
  process.env['MAIL_URL'] = smtp.url
  const floor = await openFoundation(testSettings(folder, 3000, on(url)))
  const follower = openFollower(floor)
  const cluster = new Cluster(folder, url, random)
  let kills = 0
  const back: number[] = []
  try {
    await Promise.all(Array.from({ length: NODES }, () => cluster.add()))
    const until = performance.now() + LASTS_MS
    const restarts = [
      { mode: 'fast' as const, at: until - (LASTS_MS * 2) / 3 },
      { mode: 'immediate' as const, at: until - LASTS_MS / 3 },
    ]
    while (performance.now() < until || restarts.length > 0) {
      await sleep(KILL_EVERY_MS.least + random() * (KILL_EVERY_MS.most - KILL_EVERY_MS.least))
      if (restarts[0] && performance.now() > restarts[0].at) {
        server.stop(restarts.shift()?.mode)
        server.start()
        back.push(Math.round(await cluster.untilAccepted(60_000)))
      }
      if (cluster.size <= NODES / 2) continue
      await cluster.killOne()
      kills++
      void cluster.add()
    }
    await cluster.stop()
    expect([...cluster.errors.keys()].filter((name) => !/Store(Busy|Unavailable)/.test(name))).toStrictEqual(
      [],
    )
    const followed = await follower.stop()
    const line = await expectAllAccountedFor(floor, { folder, url, smtp }, cluster.acknowledged, followed)
    const told = JSON.stringify(Object.fromEntries(cluster.errors))
    console.log(
      `pg-kill: ${line}; ${kills} kills; accepting again ${back.join()} ms after a restart; told ${told}`,
    )
  } finally {
    await cluster.stop(0).catch(() => {})
    await floor.close()
    await smtp.stop()
    server.remove()
    remove()
  }
})
