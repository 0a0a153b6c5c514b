import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { type App, type AppOptions, openApp } from '../../src/app.ts'
import { readSettings, type Settings } from '../../src/config.ts'
import { type Foundation, openFoundation, type World } from '../../src/foundation.ts'
import type { SqliteFile } from '../../src/infrastructure/database/sqlite-engine.ts'
import { captureTransport } from '../../src/infrastructure/mail/transport.ts'
import { freePort } from './free-port.ts'
import { createTestDatabase } from './postgres.ts'

export { freePort }

/** A clock that stands still until it is told to move. */
export const testClock = (start = '2026-03-01T09:00:00.000Z') => {
  let now = Date.parse(start)
  const clock = () => new Date(now).toISOString()
  return Object.assign(clock, {
    advance: (ms: number) => {
      now += ms
    },
    set: (instant: string) => {
      now = Date.parse(instant)
    },
  })
}
export type TestClock = ReturnType<typeof testClock>

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** A folder of its own for one test, removed by the returned function. */
export const temporaryFolder = (): { folder: string; remove: () => void } => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

export const testSettings = (
  folder: string,
  port: number,
  environment: Record<string, string> = {},
): Settings =>
  readSettings({
    PROFILE: 'test',
    DATABASE_URL: `sqlite:${join(folder, 'latchkey.db')}`,
    SECRET_FILE: join(folder, 'secret'),
    PORT: String(port),
    LOG_LEVEL: 'silent',
    HASH_COST: '4',
    ...environment,
  })

/** The connections to the file, for whoever looks under the floor or breaks something there. */
export const rawSqlite = ({ sqlite }: Pick<Foundation, 'sqlite'>): SqliteFile => {
  if (!sqlite) throw new Error('the database is no file')
  return sqlite
}

/** Tests that are run on both engines find a database on a server here, in their second run. */
const databaseFor = async (environment: Readonly<Record<string, string>>) => {
  if (process.env['TEST_ENGINE'] !== 'postgres' || environment['DATABASE_URL'] !== undefined) {
    return { environment: {}, drop: async () => {} }
  }
  const { url, drop } = await createTestDatabase()
  return { environment: { DATABASE_URL: url, DATABASE_POOL: '6' }, drop }
}

/** The floor alone: database, vault, history, read side; for tests of engines and runners. */
export const openTestFloor = async (
  world: World = {},
  environment: Record<string, string> = {},
): Promise<Foundation & { folder: string; dispose: () => Promise<void> }> => {
  const { folder, remove } = temporaryFolder()
  const database = await databaseFor(environment)
  const floor = await openFoundation(
    testSettings(folder, 3000, { ...database.environment, ...environment }),
    {
      clock: testClock(),
      ...world,
    },
  )
  return {
    ...floor,
    folder,
    dispose: async () => {
      await floor.close()
      await database.drop()
      remove()
    },
  }
}

export type TestApp = App & {
  readonly clock: TestClock
  readonly mails: ReturnType<typeof captureTransport>['mails']
  readonly folder: string
  /** Sends what is due now and answers the mails to an address, oldest first. */
  readonly mailsTo: (address: string) => Promise<ReturnType<typeof captureTransport>['mails']>
  readonly dispose: () => Promise<void>
}

/** The whole service on a port of its own, as `serve` starts it, with a clock to turn and mails that are kept. */
export const openTestApp = async (
  environment: Record<string, string> = {},
  options: Partial<AppOptions> = {},
): Promise<TestApp> => {
  const { folder, remove } = temporaryFolder()
  const clock = testClock()
  const transport = captureTransport()
  const database = await databaseFor(environment)
  const settings = testSettings(folder, await freePort(), { ...database.environment, ...environment })
  const app = await openApp(settings, {
    log: pino({ level: 'silent' }),
    clock,
    transport,
    noWorkers: true,
    ...options,
  })
  return {
    ...app,
    clock,
    mails: transport.mails,
    folder,
    async mailsTo(address) {
      await app.settled()
      while ((await app.outbox.sendDue()) > 0);
      return transport.mails.filter(({ to }) => to === address)
    },
    async dispose() {
      await app.close()
      await database.drop()
      remove()
    },
  }
}
