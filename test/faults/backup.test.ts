import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pino from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { issueInvite } from '../../src/domain/invites/issue-invite.ts'
import { openFoundation } from '../../src/foundation.ts'
import { backUp } from '../../src/infrastructure/backup/backup.ts'
import { openReader } from '../../src/infrastructure/database/sqlite.ts'
import { readBy } from '../../src/infrastructure/database/work.ts'
import { ownSealKeys } from '../../src/infrastructure/history/seal-keys.ts'
import { sqliteSource } from '../../src/infrastructure/history/sqlite-source.ts'
import { verifyHistory } from '../../src/infrastructure/history/verify.ts'
import { restore } from '../../src/restoring.ts'
import { openSealer } from '../../src/sealing.ts'
import { openTestFloor, rawSqlite, testSettings } from '../support/house.ts'
import { expectProjectionsEqualRebuild } from '../support/rebuild.ts'
import { rounds } from './support.ts'

const COPIES = rounds(3, 20)
const BY = { actor: 'operator', correlation: 'C' } as const
const log = pino({ level: 'silent' })

let floor: Awaited<ReturnType<typeof openTestFloor>>
beforeEach(async () => {
  floor = await openTestFloor()
})
afterEach(() => floor.dispose())

/** Writes without a pause until it is told to stop; `acknowledged` is the newest position that was answered. */
const load = () => {
  let running = true
  let acknowledged = 0
  const write = async (writer: number) => {
    for (let n = 0; running; n++) {
      const email = `writer${writer}-${n}@example.org`
      const wish = { inviteId: floor.ids(), email, role: 'member', locale: 'en' } as const
      const outcome = await floor.execute(issueInvite, { ...wish, expiresAt: '2026-03-08T09:00:00.000Z' }, BY)
      acknowledged = Math.max(acknowledged, outcome.events.at(-1)?.position ?? 0)
    }
  }
  const writers = [0, 1, 2, 3].map(write)
  return {
    acknowledged: () => acknowledged,
    until: async (position: number) => {
      while (acknowledged < position) await new Promise((resolve) => setTimeout(resolve, 1))
    },
    stop: async () => {
      running = false
      await Promise.all(writers)
    },
  }
}

const inFolder = (name: string) => join(floor.folder, name)

test(`F15 ${COPIES} backups under load: each restores, verifies and holds everything acknowledged before it began`, async () => {
  const work = load()
  const copies: { file: string; before: number; head: number }[] = []
  for (let n = 0; n < COPIES; n++) {
    await work.until(work.acknowledged() + 50)
    const before = work.acknowledged()
    await openSealer(floor, log).seal()
    const file = inFolder(`copy${n}.db`)
    const held = await backUp(floor.settings.databaseFile, file)
    copies.push({ file, before, head: held?.head ?? 0 })
  }
  const { acknowledged } = work
  await work.stop()
  expect(acknowledged()).toBeGreaterThan(copies.at(-1)?.head ?? 0) // it was written to all the while
  for (const { file, before, head } of copies) {
    expect(head).toBeGreaterThanOrEqual(before)
    const settings = testSettings(floor.folder, 3000, { DATABASE_URL: `sqlite:${file}.restored` })
    const restored = await restore(settings, { file, replace: false, erasures: null, seals: [] })
    expect(restored).toStrictEqual({ head, forgotten: 0, aside: null, knewErasures: false })
    const again = await openFoundation(settings)
    const { findings, sealed } = await verifyHistory(await again.engine.historySource(), {
      anchors: await readBy(again.database.reader, ownSealKeys(again.roots)),
    })
    expect([findings, await again.store.head()]).toStrictEqual([[], head])
    expect(sealed).toBeGreaterThanOrEqual(before)
    await expectProjectionsEqualRebuild(again)
    await again.close()
  }
})

test('F15 a plain copy of the file alone verifies, and lacks what stood in the log: the seal that was kept tells', async () => {
  const work = load()
  await work.until(200)
  await work.stop()
  rawSqlite(floor).db.pragma('wal_checkpoint(TRUNCATE)')
  const more = load()
  await more.until(100)
  await more.stop()
  const seal = await openSealer(floor, log).seal()
  copyFileSync(floor.settings.databaseFile, inFolder('plain.db'))
  const plain = openReader(inFolder('plain.db'))
  const hold = async (kept: string[]) =>
    verifyHistory(await sqliteSource(plain), {
      anchors: await readBy(floor.database.reader, ownSealKeys(floor.roots)),
      kept,
    })
  expect((await hold([])).findings).toStrictEqual([])
  const { findings } = await hold([seal?.note ?? ''])
  plain.close()
  expect(findings).toMatchObject([{ kind: 'rolled_back' }])
  const held = await backUp(floor.settings.databaseFile, inFolder('copy.db'))
  expect([held?.head, held?.seal]).toStrictEqual([await floor.store.head(), seal?.note])
})

test('a backup that is interrupted, or fails, leaves no half of itself', async () => {
  const work = load()
  await work.until(500)
  await work.stop()
  const file = inFolder('copy.db')
  expect(await backUp(floor.settings.databaseFile, file, { interrupted: () => true })).toBeNull()
  expect(() => readFileSync(file)).toThrow('ENOENT')
  const progress = () => {
    throw new Error('the terminal is gone')
  }
  await expect(backUp(floor.settings.databaseFile, file, { progress })).rejects.toThrow(
    'the terminal is gone',
  )
  writeFileSync(file, 'somebody was faster')
  await expect(backUp(floor.settings.databaseFile, file)).rejects.toThrow('is there already')
  rmSync(file)
  const seen: number[] = []
  await backUp(floor.settings.databaseFile, file, { progress: (done) => void seen.push(done) })
  expect(seen.length).toBeGreaterThan(0)
})
