import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { expect, test } from 'vitest'
import { openFoundation } from '../../src/foundation.ts'
import { freePort, temporaryFolder, testSettings } from '../support/house.ts'
import { createTestDatabase, type PostgresServer, replicaOf, startPostgres } from '../support/postgres.ts'
import { startSmtp } from '../support/smtp.ts'
import { expectAllAccountedFor } from './accounting.ts'
import { Cluster } from './cluster.ts'
import { openFollower } from './follower.ts'
import { on, progress, rounds, seeded, seedOf } from './support.ts'

const NODES = 2
const ROUNDS = rounds(1, 20)
const BETWEEN_MS = rounds(1500, 5000)
const SETTINGS = ['wal_writer_delay=10s']
const REPLICA = 'replica'

/** From now on the primary answers a commit only once the replica has it. */
const wantReplica = async ({ url }: PostgresServer): Promise<void> => {
  const client = new pg.Client({ connectionString: `${url}/postgres` })
  await client.connect()
  try {
    await client.query(`alter system set synchronous_standby_names = '${REPLICA}'`)
    await client.query('select pg_reload_conf()')
    for (;;) {
      const { rows } = await client.query("select 1 from pg_stat_replication where sync_state = 'sync'")
      if (rows.length > 0) return
      await sleep(50)
    }
  } finally {
    await client.end()
  }
}

test(`F21 two PostgreSQL servers, the replica has what is acknowledged; the primary is killed and the replica promoted, ${ROUNDS} times: nothing acknowledged is lost, and no node is restarted`, {
  timeout: rounds(240_000, 7_200_000),
}, async () => {
  const random = seeded(seedOf('pg-failover'))
  const ports = [await freePort(), await freePort()] as const
  let primary = await startPostgres(SETTINGS, undefined, ports[0])
  const { pathname } = new URL((await createTestDatabase(primary.url, 'template0')).url)
  const url = `postgres://postgres@127.0.0.1:${ports[0]},127.0.0.1:${ports[1]}${pathname}`
  let replica = await startPostgres(SETTINGS, replicaOf(primary, REPLICA), ports[1])
  await wantReplica(primary)
  const { folder, remove } = temporaryFolder()
  const smtp = await startSmtp()
  process.env['MAIL_URL'] = smtp.url
  const floor = await openFoundation(testSettings(folder, 3000, on(url)))
  const follower = openFollower(floor)
  const cluster = new Cluster(folder, url, random)
  const back: number[] = []
  try {
    await Promise.all(Array.from({ length: NODES }, () => cluster.add()))
    for (let round = 1; round <= ROUNDS; round++) {
      await sleep(BETWEEN_MS + random() * 500)
      const died = performance.now()
      if (random() < 0.5) primary.kill()
      else primary.stop('immediate')
      replica.promote()
      await cluster.untilAccepted(60_000)
      back.push(Math.round(performance.now() - died))
      await sleep(BETWEEN_MS)
      if (round === ROUNDS) break
      // The one that died comes back as a copy of the other, in its old place.
      const { port } = primary
      primary.remove()
      ;[primary, replica] = [replica, await startPostgres(SETTINGS, replicaOf(replica, REPLICA), port)]
      await wantReplica(primary)
      progress('failover', round, ROUNDS)
    }
    await cluster.stop()
    expect([...cluster.errors.keys()].filter((name) => !/Store(Busy|Unavailable)/.test(name))).toStrictEqual(
      [],
    )
    const followed = await follower.stop()
    const line = await expectAllAccountedFor(floor, { folder, url, smtp }, cluster.acknowledged, followed)
    const told = JSON.stringify(Object.fromEntries(cluster.errors))
    console.log(`pg-failover: ${line}; accepting again after ${back.join()} ms; told ${told}`)
  } finally {
    await cluster.stop(0).catch(() => {})
    await floor.close()
    await smtp.stop()
    primary.remove()
    replica.remove()
    remove()
  }
})
