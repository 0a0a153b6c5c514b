import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { expect, test } from 'vitest'
import { openFoundation } from '../../src/foundation.ts'
import { temporaryFolder, testSettings } from '../support/house.ts'
import { createTestDatabase } from '../support/postgres.ts'
import { expectProjectionsEqualRebuild } from '../support/rebuild.ts'
import { openFollower } from './follower.ts'
import type { Share } from './pg-writer.ts'
import { nextMessage, on, rounds, seeded, seedOf, startWorker } from './support.ts'

const PROCESSES = 4
const WRITERS = 2
const EACH = rounds(40, 12_500)
const SLOW = 0.05
const SLOW_SECONDS = 0.02

const connected = async (url: string): Promise<pg.Client> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return client
}

/** One commit in twenty takes its time, between everything that it writes and its end. */
const slowCommits = `
  create function linger() returns trigger language plpgsql as $$
  begin
    if random() < ${SLOW} then perform pg_sleep(${SLOW_SECONDS}); end if;
    return null;
  end $$;
  create constraint trigger commits_linger after insert on events deferrable initially deferred
  for each row execute function linger()`

test(`F07 ${PROCESSES * WRITERS} writers in ${PROCESSES} processes, slow commits and pauses: a follower sees each of ${PROCESSES * WRITERS * EACH} positions once and in order`, {
  timeout: rounds(240_000, 3_600_000),
}, async () => {
  const random = seeded(seedOf('pg-order'))
  const database = await createTestDatabase()
  const admin = await connected(database.url)
  await admin.query(slowCommits)
  await admin.end()
  const { folder, remove } = temporaryFolder()
  const floor = await openFoundation(testSettings(folder, 3000, on(database.url)))
  const follower = openFollower(floor)
  const workers = Array.from({ length: PROCESSES }, () => startWorker('pg-writer.ts', folder, database.url))
  let pauses = 0
  let running = true
  const pausing = async () => {
    while (running) {
      await sleep(random() * 100)
      const worker = workers[Math.floor(random() * workers.length)]
      worker?.kill('SIGSTOP') // wherever it is, between begin and commit too
      await sleep(random() * 60)
      worker?.kill('SIGCONT')
      pauses++
    }
  }
  try {
    await Promise.all(workers.map((worker) => nextMessage(worker)))
    const share: Share = { writers: WRITERS, each: EACH }
    const done = Promise.all(
      workers.map((worker) => {
        const end = nextMessage(worker)
        worker.send(share)
        return end
      }),
    )
    const paused = pausing()
    await done.finally(() => {
      running = false
    })
    await paused
    const { seen, wrong } = await follower.stop()
    expect(wrong).toStrictEqual([])
    expect(seen).toHaveLength(PROCESSES * WRITERS * EACH)
    expect(new Set(seen).size).toBe(seen.length)
    const positions = await floor.database.reader.get(
      'select min(position) as first, max(position) as last, count(*) as n from events',
    )
    expect(positions).toStrictEqual({ first: 1, last: seen.length, n: seen.length })
    await expectProjectionsEqualRebuild(floor)
    console.log(`pg-order: ${seen.length} positions, ${pauses} pauses`)
  } finally {
    for (const worker of workers) worker.kill('SIGKILL')
    await floor.close()
    await database.drop()
    remove()
  }
})

test('a reader of a sequence is seen to skip, so that the test above can fail', {
  timeout: 60_000,
}, async () => {
  const database = await createTestDatabase()
  const clients = await Promise.all(
    Array.from({ length: PROCESSES * WRITERS }, () => connected(database.url)),
  )
  const reader = await connected(database.url)
  await reader.query('create table naive (position bigserial primary key)')
  const seen: number[] = []
  let running = true
  const look = async () => {
    const { rows } = await reader.query(
      'select position::int from naive where position > $1 order by position',
      [seen.at(-1) ?? 0],
    )
    for (const { position } of rows as { position: number }[]) seen.push(position)
    return rows.length
  }
  const reading = (async () => {
    while (running) {
      if ((await look()) === 0) await sleep(1)
    }
  })()
  await Promise.all(
    clients.map(async (client) => {
      for (let n = 0; n < 40; n++) {
        await client.query('begin; insert into naive default values')
        if (n % 20 === 0) await client.query(`select pg_sleep(${SLOW_SECONDS})`)
        await client.query('commit')
      }
    }),
  )
  running = false
  await reading
  await look()
  const { rows } = await reader.query('select count(*)::int as n from naive')
  const all = (rows[0] as { n: number }).n
  console.log(`pg-order: the naive reader saw ${seen.length} of ${all}`)
  expect(seen.length).toBeLessThan(all)
  for (const client of [...clients, reader]) await client.end()
  await database.drop()
})
