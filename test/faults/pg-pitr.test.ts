import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import pino from 'pino'
import { expect, test } from 'vitest'
import { issueInvite } from '../../src/domain/invites/issue-invite.ts'
import { type Foundation, openFoundation } from '../../src/foundation.ts'
import { plus } from '../../src/infrastructure/clock.ts'
import { readBy } from '../../src/infrastructure/database/work.ts'
import { ownSealKeys } from '../../src/infrastructure/history/seal-keys.ts'
import { verifyHistory } from '../../src/infrastructure/history/verify.ts'
import { openSealer } from '../../src/sealing.ts'
import { DAY, temporaryFolder, testSettings } from '../support/house.ts'
import {
  baseBackup,
  createTestDatabase,
  type PostgresServer,
  recoveredFrom,
  startPostgres,
} from '../support/postgres.ts'
import { expectProjectionsEqualRebuild } from '../support/rebuild.ts'
import { on, rounds } from './support.ts'

const TARGETS = rounds(1, 8)
const BETWEEN = rounds(60, 2000)
const log = pino({ level: 'silent' })

const issue = (floor: Foundation) => {
  const inviteId = floor.ids()
  const wish = {
    inviteId,
    email: `${inviteId.toLowerCase()}@example.org`,
    role: 'member',
    locale: 'en',
  } as const
  return floor.execute(
    issueInvite,
    { ...wish, expiresAt: plus(floor.clock(), DAY) },
    { actor: 'operator', correlation: inviteId },
  )
}

/** Writes until it is told to stop; `acknowledged` is the newest position that was answered. */
const load = (floor: Foundation) => {
  let running = true
  let acknowledged = 0
  const write = async () => {
    try {
      while (running) {
        const { events } = await issue(floor)
        acknowledged = Math.max(acknowledged, events.at(-1)?.position ?? 0)
      }
    } finally {
      running = false
    }
  }
  const writers = Promise.all(Array.from({ length: 4 }, write))
  const reached = async (position: number) => {
    while (running && acknowledged < position) await sleep(2)
  }
  return {
    acknowledged: () => acknowledged,
    until: (position: number) => Promise.race([reached(position), writers]),
    async stop() {
      running = false
      await writers
    },
  }
}

const asked = async <R>({ url }: PostgresServer, sql: string, values: readonly string[] = []): Promise<R> => {
  const client = new pg.Client({ connectionString: `${url}/postgres` })
  await client.connect()
  try {
    return (await client.query(sql, [...values])).rows[0] as R
  } finally {
    await client.end()
  }
}

type Target = {
  /** How the server is told. */
  readonly setting: string
  /** Acknowledged before; the head may have been a little further. */
  readonly acknowledged: number
  readonly seal: string
  /** What the history had become a moment later. */
  readonly head: number
}

/** Every other target is a name in the log, the rest are moments. */
const aim = async (
  server: PostgresServer,
  floor: Foundation,
  n: number,
  acknowledged: number,
): Promise<Target> => {
  const seal = (await openSealer(floor, log).seal())?.note ?? ''
  const name = `target ${n}`
  const { now } =
    n % 2 === 0
      ? await asked<{ now: string }>(server, 'select pg_create_restore_point($1)::text as now', [name])
      : await asked<{ now: string }>(server, 'select clock_timestamp()::text as now')
  const setting = n % 2 === 0 ? `recovery_target_name='${name}'` : `recovery_target_time='${now}'`
  return { setting, acknowledged, seal, head: await floor.store.head() }
}

const untilPromoted = async (server: PostgresServer): Promise<void> => {
  while ((await asked<{ still: boolean }>(server, 'select pg_is_in_recovery() as still')).still)
    await sleep(20)
}

test(`back to a name or a moment in the archived log, ${TARGETS} times: everything acknowledged before it is there, the history holds, and a seal that was kept tells what came after`, {
  timeout: rounds(240_000, 3_600_000),
}, async () => {
  const { folder, remove } = temporaryFolder()
  chmodSync(folder, 0o777)
  const archive = join(folder, 'archive')
  mkdirSync(archive)
  chmodSync(archive, 0o777)
  const primary = await startPostgres([`archive_mode=on`, `archive_command='cp %p ${archive}/%f'`])
  const { pathname } = new URL((await createTestDatabase(primary.url, 'template0')).url)
  const open = ({ url }: PostgresServer) =>
    openFoundation(testSettings(folder, 3000, on(`${url}${pathname}`)))
  const targets: Target[] = []
  let last = ''
  try {
    const floor = await open(primary)
    const work = load(floor)
    await work.until(20)
    await baseBackup(primary, join(folder, 'base'))
    for (let n = 0; n < TARGETS; n++) {
      await work.until(work.acknowledged() + BETWEEN)
      targets.push(await aim(primary, floor, n, work.acknowledged()))
    }
    await work.until(work.acknowledged() + BETWEEN)
    await work.stop()
    last = (await openSealer(floor, log).seal())?.note ?? ''
    await floor.close()
    primary.stop() // the rest of the log is archived before it ends

    for (const { setting, acknowledged, seal, head } of targets) {
      const recovered = await startPostgres(
        [`restore_command='cp ${archive}/%f %p'`, setting, 'recovery_target_action=promote'],
        recoveredFrom(join(folder, 'base')),
      )
      try {
        await untilPromoted(recovered)
        const again = await open(recovered)
        const there = await again.store.head()
        expect(there).toBeGreaterThanOrEqual(acknowledged)
        expect(there).toBeLessThanOrEqual(head)
        const verify = async (kept: string[]) =>
          (
            await verifyHistory(await again.engine.historySource(), {
              anchors: await readBy(again.database.reader, ownSealKeys(again.roots)),
              kept,
            })
          ).findings
        expect(await verify([seal])).toStrictEqual([])
        expect(await verify([last])).toMatchObject([{ kind: 'rolled_back' }])
        await expectProjectionsEqualRebuild(again)
        expect((await issue(again)).events.map(({ position }) => position)).toStrictEqual([there + 1])
        await again.close()
      } finally {
        recovered.remove()
      }
    }
  } finally {
    primary.remove()
    remove()
  }
})
