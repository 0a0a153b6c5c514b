import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { accept } from '../../../src/domain/decision.ts'
import { openFoundation } from '../../../src/foundation.ts'
import { issued, loggedOut } from '../../support/controls.ts'
import { rawSqlite, temporaryFolder, testClock, testSettings } from '../../support/house.ts'

const { executed } = vi.hoisted(() => ({ executed: [] as string[] }))

vi.mock('better-sqlite3', async (original) => {
  const { default: Database } = await original<{ default: typeof import('better-sqlite3') }>()
  class Watched extends Database {
    constructor(file?: string, options?: object) {
      super(file, { ...options, verbose: (sql: unknown) => void executed.push(String(sql)) })
    }
  }
  return { default: Watched }
})

let folder: string
let remove: () => void
beforeEach(() => {
  ;({ folder, remove } = temporaryFolder())
})
afterEach(() => remove())

const open = () => openFoundation(testSettings(folder, 3000), { clock: testClock() })

/** The statements that a start, a look at the head and a first command run, and how SQLite goes about each query. */
const watchedStart = async () => {
  const from = executed.length
  const floor = await open()
  await floor.store.head()
  await floor.store.decide({
    readings: {},
    decide: () => accept(issued({ inviteId: floor.ids() })),
    actor: 'operator',
    correlation: 'C',
  })
  const statements = executed.slice(from)
  const plans = statements
    .filter((sql) => /^select/i.test(sql))
    .flatMap((sql) =>
      (rawSqlite(floor).db.prepare(`explain query plan ${sql}`).all() as { detail: string }[]).map(
        ({ detail }) => `${detail}: ${sql}`,
      ),
    )
  await floor.close()
  return { shapes: statements.map((sql) => sql.replaceAll(/'[^']*'|\d+/g, '?')), plans }
}

test('a start does the same work on 20,000 events as on one, and scans none of them', async () => {
  await watchedStart() // makes the schema and the keys
  const short = await watchedStart()
  const floor = await open()
  await floor.store.decide({
    readings: {},
    decide: () => accept(...Array.from({ length: 20_000 }, () => loggedOut)),
    actor: 'operator',
    correlation: 'C',
  })
  await floor.close()
  const long = await watchedStart()
  expect(long.shapes).toStrictEqual(short.shapes)
  expect(long.plans.length).toBe(short.plans.length)
  const scans = long.plans.filter((plan) => /^(SCAN (events|event_tags)|USE TEMP)/.test(plan))
  // The last row of a table stands at its end: a scan backwards that ends with the first row it meets.
  expect(scans.filter((plan) => !plan.endsWith('order by position desc limit 1'))).toStrictEqual([])
})
