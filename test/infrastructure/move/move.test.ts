import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { issueInvite } from '../../../src/domain/invites/issue-invite.ts'
import { grantRole } from '../../../src/domain/users/grant-role.ts'
import { type Foundation, openEngine, openFoundation } from '../../../src/foundation.ts'
import { plus } from '../../../src/infrastructure/clock.ts'
import { allTables } from '../../../src/infrastructure/database/template.ts'
import { readBy } from '../../../src/infrastructure/database/work.ts'
import { ownSealKeys } from '../../../src/infrastructure/history/seal-keys.ts'
import { verifyHistory } from '../../../src/infrastructure/history/verify.ts'
import { moveDatabase } from '../../../src/infrastructure/move/move.ts'
import { openSealer } from '../../../src/sealing.ts'
import * as cast from '../../support/controls.ts'
import { DAY, openTestFloor, testClock, testSettings } from '../../support/house.ts'
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts'
import { expectProjectionsEqualRebuild } from '../../support/rebuild.ts'

const { ADA, ADA_ADDRESS } = cast
const log = { info: () => {}, error: () => {} } as never

let source: Awaited<ReturnType<typeof openTestFloor>>
let database: TestDatabase
beforeEach(async () => {
  source = await openTestFloor({ clock: testClock() })
  database = await createTestDatabase()
  await source.execute(
    grantRole,
    { userId: ADA, role: 'admin', enrol: { email: ADA_ADDRESS, locale: 'en' }, newCredentialId: null },
    { actor: 'operator', correlation: source.ids() },
  )
  await invite(30)
  await openSealer(source, log).seal()
  await invite(5)
})
afterEach(async () => {
  await source.dispose()
  await database.drop()
})

const invite = async (count: number) => {
  for (let n = 0; n < count; n++) {
    const inviteId = source.ids()
    const expiresAt = plus(source.clock(), DAY)
    const email = `${inviteId.toLowerCase()}@example.org`
    await source.execute(
      issueInvite,
      { inviteId, email, role: 'member', locale: 'en', expiresAt },
      { actor: `user:${ADA}`, correlation: source.ids() },
    )
  }
}

const settingsOn = (url: string) => ({
  ...testSettings(source.folder, 3000, { DATABASE_URL: url, DATABASE_POOL: '5' }),
})

const carry = async (from: string, to: string, interrupted?: () => boolean) => {
  const [here, there] = [
    await openEngine(settingsOn(from), cast.NOW),
    await openEngine(settingsOn(to), cast.NOW),
  ]
  try {
    return await moveDatabase({
      from: here,
      to: there,
      now: () => cast.NOW,
      ...(interrupted ? { interrupted } : {}),
    })
  } finally {
    await here.close()
    await there.close()
  }
}

const withFloorOn = async <T>(url: string, work: (floor: Foundation) => Promise<T>): Promise<T> => {
  const floor = await openFoundation(settingsOn(url), { clock: source.clock })
  try {
    return await work(floor)
  } finally {
    await floor.close()
  }
}

const contents = async ({ database: { reader } }: Foundation) => {
  const rows: Record<string, unknown[]> = {}
  for (const [table, { columns, key }] of allTables()) {
    if (['migrations', 'moves'].includes(table)) continue
    rows[table] = await reader.all(`select ${columns.join()} from ${table} order by ${key.join()}`)
  }
  return JSON.stringify(rows)
}

const file = () => `sqlite:${source.settings.databaseFile}`
const back = () => `sqlite:${join(source.folder, 'back.db')}`

describe('moving a database', () => {
  test('carries everything to PostgreSQL and back: the same rows, the same root, and the source as it was', async () => {
    const [before, head] = [await contents(source), await source.store.head()]
    const there = await carry(file(), database.url)
    const home = await carry(database.url, back())
    expect(there).toMatchObject({ outcome: 'moved', events: head, missed: 0 })
    expect(home).toMatchObject({ outcome: 'moved', events: head, root: (there as { root: string }).root })
    expect(await contents(source)).toBe(before)
    expect(await withFloorOn(database.url, contents)).toBe(before)
    expect(await withFloorOn(back(), contents)).toBe(before)
  })

  test('what has arrived goes on living: it is decided on, read, rebuilt and verified', async () => {
    await carry(file(), database.url)
    const next = (await source.store.head()) + 1
    await withFloorOn(database.url, async (floor) => {
      const wish = { inviteId: floor.ids(), email: 'new@example.org', role: 'member', locale: 'en' } as const
      const expiresAt = plus(floor.clock(), DAY)
      const by = { actor: `user:${ADA}`, correlation: floor.ids() } as const
      const { outcome, events } = await floor.execute(issueInvite, { ...wish, expiresAt }, by)
      expect([outcome, events[0]?.position]).toStrictEqual(['accepted', next])
      expect((await floor.reads.users.byEmail(ADA_ADDRESS))?.roles).toStrictEqual(['admin'])
      expect((await openSealer(floor, log).seal())?.size).toBe(next)
      const anchors = await readBy(floor.database.reader, ownSealKeys(floor.roots))
      expect(await verifyHistory(await floor.engine.historySource(), { anchors })).toMatchObject({
        sealed: next,
        count: 0,
      })
      await expectProjectionsEqualRebuild(floor)
    })
  })

  test('that was interrupted serves nobody, and goes on where it was', async () => {
    let pages = 0
    expect(await carry(file(), database.url, () => ++pages > 2)).toStrictEqual({ outcome: 'interrupted' })
    await expect(withFloorOn(database.url, contents)).rejects.toThrow('not all of it has arrived')
    await source.store.decide({
      readings: {},
      decide: () => ({ outcome: 'accepted', events: [cast.erased(ADA, { inviteIds: [] })] }),
      actor: 'operator',
      correlation: 'C',
    })
    expect(await carry(file(), database.url)).toMatchObject({
      outcome: 'moved',
      events: await source.store.head(),
    })
    expect(await withFloorOn(database.url, contents)).toBe(await contents(source))
  })

  test('into a database that has a history of its own is refused', async () => {
    await carry(file(), database.url)
    const other = await createTestDatabase()
    try {
      await withFloorOn(other.url, (floor) =>
        floor.store.decide({
          readings: {},
          decide: () => ({ outcome: 'accepted', events: [cast.issued()] }),
          actor: 'operator',
          correlation: 'C',
        }),
      )
      await expect(carry(file(), other.url)).rejects.toThrow('holds a history already')
    } finally {
      await other.drop()
    }
  })
})
