import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { NewEvent } from '../../../src/domain/catalogue.ts'
import { accept } from '../../../src/domain/decision.ts'
import type { Instant } from '../../../src/domain/event.ts'
import {
  type Client,
  openPool,
  type Pool,
  postgresReader,
} from '../../../src/infrastructure/database/postgres.ts'
import { Flusher } from '../../../src/infrastructure/database/postgres-flusher.ts'
import { lockOf, takeLocks, tryLocks } from '../../../src/infrastructure/event-store/postgres-locks.ts'
import { PostgresEventStore } from '../../../src/infrastructure/event-store/postgres-store.ts'
import { lastMoment } from '../../../src/infrastructure/event-store/postgres-writing.ts'
import { SubjectKeys } from '../../../src/infrastructure/vault/subject-keys.ts'
import { projections } from '../../../src/projections/index.ts'
import * as cast from '../../support/controls.ts'
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts'

type Asked = { readonly name?: string; readonly text: string }
/** What a connection answers instead of the server; undefined for what the server is asked itself. */
type Answers = (asked: Asked, ask: (text: string) => Promise<unknown>) => Promise<unknown> | undefined

let database: TestDatabase
let pool: Pool
let answers: Answers
let flusher: Flusher
let store: PostgresEventStore
let now: Instant
let asked: Asked[]

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())
beforeEach(() => {
  pool = openPool({ url: database.url, max: 3, name: 'latchkey test' })
  answers = () => undefined
  asked = []
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...all: readonly unknown[]) => Promise<unknown>
    client.query = ((what: string | Asked, ...more: readonly unknown[]) => {
      const one = typeof what === 'string' ? { text: what } : what
      asked.push(one)
      return answers(one, query) ?? query(what, ...more)
    }) as typeof client.query
  })
  flusher = new Flusher(pool, 'test')
  now = cast.NOW
  let made = 0
  store = new PostgresEventStore({
    pool,
    flusher,
    lists: postgresReader(pool),
    keys: new SubjectKeys(Buffer.alloc(32, 7)),
    encodeTag: (tag) => (tag.startsWith('email:') ? 'email:digest' : tag),
    projections,
    clock: () => now,
    ids: () => `ID-${++made}-${performance.now()}`,
    ring: () => {},
  })
})
afterEach(async () => {
  vi.restoreAllMocks()
  await store.close()
  await flusher.close()
  await pool.end()
})

const decide = (...events: readonly NewEvent[]) =>
  store.decide({ readings: {}, decide: () => accept(...events), actor: 'operator', correlation: 'C' })
const failing = (code: string) => Promise.reject(Object.assign(new Error('as it was told to'), { code }))
const isBegin = ({ text }: Asked) => text.startsWith('begin isolation level read committed')

describe('a command', () => {
  test('that others are in the way of is tried twelve times, and then told that they are', async () => {
    answers = (one) => (isBegin(one) ? failing('40P01') : undefined)
    await expect(decide(cast.mailSent)).rejects.toMatchObject({
      name: 'StoreBusy',
      message: 'other commands hold what this one needs',
    })
    expect(asked.filter(isBegin)).toHaveLength(12)
    answers = () => undefined
    expect((await decide(cast.mailSent)).events).toHaveLength(1)
  })
  test('is not said to be done where the server has answered its commit with something else', async () => {
    const before = await store.head()
    answers = ({ text }, ask) =>
      text.endsWith('; commit') ? ask(text.replace('; commit', '; rollback')) : undefined
    await expect(decide(cast.mailSent)).rejects.toThrow('the server answered the commit with ROLLBACK')
    answers = () => undefined
    expect(await store.head()).toBe(before)
  })
  test('is not carried out where the history has lost its head', async () => {
    answers = ({ name }) => (name === 'head' ? Promise.resolve({ rows: [] }) : undefined)
    await expect(decide(cast.mailSent)).rejects.toThrow('the history has no head')
  })
  test('is never earlier than the one before it, whatever the clock says: not even where that was foreseen', async () => {
    now = cast.IN_A_DAY
    for (let n = 0; n < 5; n++) await decide(cast.mailSent)
    now = cast.NOW
    const { events } = await decide(cast.mailSent)
    expect(events.map(({ at }) => at)).toStrictEqual([cast.IN_A_DAY])
  })
  test('whose commit could not be made durable by a fault of ours is told so as it is', async () => {
    vi.spyOn(flusher, 'flush').mockRejectedValueOnce(new Error('a bug'))
    await expect(decide(cast.mailSent)).rejects.toThrow('a bug')
  })
})

describe('locks', () => {
  const on = (answer: () => Promise<unknown>) => {
    const query = vi.fn(answer)
    return { query, client: { query } as unknown as Client }
  }
  test('of nothing are had without asking', async () => {
    const { query, client } = on(async () => ({ rows: [] }))
    await tryLocks(client, [])
    await takeLocks(client, [])
    expect(query).not.toHaveBeenCalled()
  })
  test('that others hold are told by name; another error is told as it is', async () => {
    const lock = lockOf('user:A')
    const held = { name: 'HeldElsewhere', locks: [lock] }
    await expect(tryLocks(on(async () => ({ rows: [{}] })).client, [lock])).rejects.toMatchObject(held)
    await expect(takeLocks(on(() => failing('42P01')).client, [lock])).rejects.toMatchObject({
      code: '42P01',
    })
  })
})

test('the last moment of what was decided is the latest, and no earlier than what is known', () => {
  const at = (...moments: readonly Instant[]) =>
    moments.map((moment) => ({ envelope: { at: moment } })) as unknown as Parameters<typeof lastMoment>[0]
  expect(lastMoment(at(cast.IN_A_DAY, cast.NOW), cast.EARLIER)).toBe(cast.IN_A_DAY)
  expect(lastMoment(at(cast.NOW), cast.IN_A_DAY)).toBe(cast.IN_A_DAY)
  expect(lastMoment([], cast.NOW)).toBe(cast.NOW)
})
