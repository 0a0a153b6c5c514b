import { afterEach, beforeEach, expect, test } from 'vitest'
import { issueInvite } from '../../../src/domain/invites/issue-invite.ts'
import { type Foundation, openFoundation } from '../../../src/foundation.ts'
import { plus } from '../../../src/infrastructure/clock.ts'
import { openPool } from '../../../src/infrastructure/database/postgres.ts'
import { isLost } from '../../../src/infrastructure/database/postgres-errors.ts'
import { Flusher } from '../../../src/infrastructure/database/postgres-flusher.ts'
import { temporaryFolder, testSettings } from '../../support/house.ts'
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts'
import { type Fate, startProxy } from '../../support/tcp-proxy.ts'

let database: TestDatabase
let folder: ReturnType<typeof temporaryFolder>
let proxy: Awaited<ReturnType<typeof startProxy>>
/** What becomes of flushes of the floor that goes through the wire, in their order; then they pass. */
let fates: Fate[] = []
let wired: Foundation

const open = (url: string) =>
  openFoundation(testSettings(folder.folder, 3000, { DATABASE_URL: url, DATABASE_POOL: '6' }))

const isFlush = (sent: string) => sent.includes('flush')
const isCommit = (sent: string) => sent.includes('; commit')
const isOfCommit = (sent: string) => isCommit(sent) || sent.includes('select id from events')
let isFated = isFlush

beforeEach(async () => {
  database = await createTestDatabase()
  folder = temporaryFolder()
  const { port, pathname } = new URL(database.url)
  proxy = await startProxy(Number(port), (sent) => (isFated(sent) ? (fates.shift() ?? 'pass') : 'pass'))
  wired = await open(`postgres://postgres@127.0.0.1:${proxy.port}${pathname}`)
})
afterEach(async () => {
  fates = []
  isFated = isFlush
  await wired.close()
  await proxy.stop()
  await database.drop()
  folder.remove()
})

let invites = 0
const issue = (floor: Foundation) =>
  floor.execute(
    issueInvite,
    {
      inviteId: floor.ids(),
      email: `durable-${++invites}@example.org`,
      role: 'member',
      locale: 'en',
      expiresAt: plus(floor.clock(), 3_600_000),
    },
    { actor: 'operator', correlation: 'C' },
  )

const positions = async (floor: Foundation, after = 0) => {
  const found: number[] = []
  for await (const { position } of floor.store.read({ after })) found.push(position)
  return found
}

test('a commit whose flush is cut off is looked up, and told as it is', async () => {
  await issue(wired)
  for (const fate of ['cut before', 'cut after'] as const) {
    fates = [fate]
    expect((await issue(wired)).outcome).toBe('accepted')
  }
  expect(await positions(wired)).toStrictEqual([1, 2, 3])
})

test('a commit whose answer is lost is looked up: what has happened is told, and what has not is no lie either', async () => {
  isFated = isCommit
  fates = ['cut after']
  expect((await issue(wired)).outcome).toBe('accepted')
  fates = ['cut before']
  await expect(issue(wired)).rejects.toMatchObject({
    name: 'StoreUnavailable',
    message: 'the connection was lost; nothing was changed',
  })
  expect(await positions(wired)).toStrictEqual([1])
})

test('who looks it up does so again while the server is away', async () => {
  isFated = isOfCommit
  fates = ['cut after', 'cut before']
  expect((await issue(wired)).outcome).toBe('accepted')
  expect([await positions(wired), fates]).toStrictEqual([[1], []])
})

test('a flush says nothing of what was committed before its connection was opened', async () => {
  const pool = openPool({ url: database.url, max: 3, name: 'latchkey test' })
  const flusher = new Flusher(pool, 'test')
  const held = await flusher.hold()
  await flusher.flush(held)
  const { rows } = await held.query('select pg_backend_pid() as pid')
  const ended = new Promise((resolve) => held.once('end', resolve))
  await pool.query('select pg_terminate_backend($1)', [(rows[0] as { pid: number }).pid])
  await ended
  const told = await flusher.flush(held).catch((error: unknown) => error)
  expect(isLost(told)).toBe(true)
  await flusher.flush(await flusher.hold())
  await flusher.close()
  await pool.end()
})

test('whoever reads forwards is shown nothing that is not durable: without a flush, nothing new', async () => {
  const writer = await open(database.url)
  await issue(writer)
  expect(await positions(wired)).toStrictEqual([1])
  await issue(writer)
  fates = Array(50).fill('cut before')
  await expect(positions(wired, 1)).rejects.toMatchObject({ name: 'StoreUnavailable' })
  fates = []
  expect(await positions(wired, 1)).toStrictEqual([2])
  await writer.close()
})
