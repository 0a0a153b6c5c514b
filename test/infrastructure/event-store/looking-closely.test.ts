import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { NewEvent } from '../../../src/domain/catalogue.ts'
import { accept } from '../../../src/domain/decision.ts'
import { openLooking } from '../../../src/infrastructure/event-store/looking.ts'
import * as cast from '../../support/controls.ts'
import { openTestFloor, rawSqlite, testClock } from '../../support/house.ts'
import { whole } from './contract/engine.ts'

const { INVITE, OTHER_INVITE, BEN, BEN_ADDRESS, NOW } = cast
const clock = testClock(NOW)
let floor: Awaited<ReturnType<typeof openTestFloor>>
let looking: ReturnType<typeof openLooking>

const append = async (...events: readonly NewEvent[]) =>
  (
    await floor.store.decide({
      readings: {},
      decide: () => accept(...events),
      actor: 'operator',
      correlation: 'C',
    })
  ).events
const positionsOf = (events: readonly { readonly position: number }[]) =>
  events.map(({ position }) => position)
const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, n) => first + n)

beforeAll(async () => {
  floor = await openTestFloor({ clock })
  looking = openLooking({ ...floor })
  // 1 to 3 are about one invite, 4 about another, 5 to 8 about Ben; nobody is forgotten yet.
  await append(cast.issued(), cast.resent(), cast.revoked())
  await append(cast.issued({ inviteId: OTHER_INVITE, email: cast.CYD_ADDRESS }))
  await append(...cast.member(BEN, BEN_ADDRESS), cast.loggedIn('password'), cast.loggedOut)
})
afterAll(() => floor.dispose())

describe('a slice of the history', () => {
  const page = async (...args: Parameters<typeof looking.page>) => positionsOf(await looking.page(...args))

  test('is as long as it is wished, the newest first', async () => {
    expect(await page({}, { limit: 3 })).toStrictEqual([8, 7, 6])
    expect(await page({}, { limit: 100 })).toStrictEqual(upTo(8).toReversed())
  })
  test('goes on before a place, or behind one in the other direction', async () => {
    expect(await page({}, { limit: 3, beforePosition: 5 })).toStrictEqual([4, 3, 2])
    expect(await page({}, { limit: 3, afterPosition: 5 })).toStrictEqual([6, 7, 8])
    expect(await page({}, { limit: 2, afterPosition: 0 })).toStrictEqual([1, 2])
    expect(await page({}, { limit: 9, beforePosition: 1 })).toStrictEqual([])
    expect(await page({}, { limit: 9, afterPosition: 8 })).toStrictEqual([])
    expect(await page({}, { limit: 9, afterPosition: 2, beforePosition: 5 })).toStrictEqual([3, 4])
  })
  test('is about something, of some types, and between two moments, all at once', async () => {
    expect(await page({ tag: `invite:${INVITE}` }, { limit: 9 })).toStrictEqual([3, 2, 1])
    expect(await page({ types: ['InviteIssued'] }, { limit: 9 })).toStrictEqual([4, 1])
    expect(await page({ types: ['InviteIssued', 'UserLoggedIn'] }, { limit: 9 })).toStrictEqual([7, 4, 1])
    expect(
      await page({ since: NOW, types: ['InviteIssued'] }, { limit: 9, beforePosition: 4 }),
    ).toStrictEqual([1])
    expect(await page({ before: NOW }, { limit: 9 })).toStrictEqual([])
  })
  test('about one thing is its newest, before a place', async () => {
    const about = async (limit: number, before?: number) =>
      positionsOf(await looking.newestAbout(`invite:${INVITE}`, { limit, before }))
    expect([await about(2), await about(9, 3), await about(9)]).toStrictEqual([
      [3, 2],
      [2, 1],
      [3, 2, 1],
    ])
  })
})

describe('an event', () => {
  test('is looked at with the digest of its bytes', async () => {
    const { bytes } = rawSqlite(floor)
      .reader.prepare('select bytes from events where position = 2')
      .get() as {
      bytes: string
    }
    const seen = await looking.at(2)
    expect({ ...seen, event: whole(seen?.event ?? null) }).toStrictEqual({
      event: whole(await floor.store.get(2)),
      digest: createHash('sha256').update(bytes).digest('hex'),
      isForgotten: false,
    })
    expect((await looking.at(8))?.isForgotten).toBe(false)
    expect([await looking.at(9), await looking.at(0)]).toStrictEqual([null, null])
  })
  test('is found by its id', async () => {
    const event = await floor.store.get(4)
    expect([await looking.positionOf(event?.id ?? ''), await looking.positionOf('nobody')]).toStrictEqual([
      4,
      null,
    ])
    expect(await looking.head()).toBe(8)
  })
  test('says when its person was forgotten, and only then', async () => {
    await append({ ...cast.purged, data: { inviteId: OTHER_INVITE } })
    expect((await looking.at(4))?.isForgotten).toBe(true)
    expect((await looking.at(9))?.isForgotten).toBe(false)
    expect((await looking.at(1))?.isForgotten).toBe(false)
    // Who gave no name is not forgotten for that.
    expect((await looking.at(5))?.isForgotten).toBe(false)
  })
})

test('what stands behind a place is read all at once, as the transaction sees it', async () => {
  const behind = (position: number) =>
    floor.database.exclusively('looking', () => floor.store.readNow(position))
  const all = []
  for await (const event of floor.store.read()) all.push(event)
  expect((await behind(0)).map(whole)).toStrictEqual(all.map(whole))
  expect(all.map(({ data }) => ('email' in data ? data.email : 'none'))).toStrictEqual(
    [
      [BEN_ADDRESS, BEN_ADDRESS, BEN_ADDRESS, null, BEN_ADDRESS, BEN_ADDRESS],
      ['none', 'none', 'none'],
    ].flat(),
  )
  expect(positionsOf(await behind(6))).toStrictEqual([7, 8, 9])
  expect(await behind(9)).toStrictEqual([])
})

describe('a long history', () => {
  const PAGE = 500
  let first: number
  beforeAll(async () => {
    first = (await floor.store.head()) + 1
    await append(...upTo(2 * PAGE).map(() => cast.mailSent))
  })
  const read = async (filter: Parameters<typeof floor.store.read>[0]) => {
    const found: number[] = []
    for await (const { position } of floor.store.readStored(filter)) found.push(position)
    return found
  }

  test.each([
    ['all of it', {}],
    ['of one type', { types: ['MailSent'] as const }],
    ['under a tag', { tag: `mail:${cast.MAIL}` as const }],
    ['under a tag, by who wished it', { tag: `mail:${cast.MAIL}` as const, actor: 'operator' as const }],
    ['of several types', { types: ['MailSent', 'MailFailed'] as const }],
    ['of one request', { correlation: 'C', after: 9 }],
  ])('%s is read to its end, forwards and backwards', async (_, filter) => {
    const last = first + 2 * PAGE - 1
    const places = upTo(last, first)
    expect(await read({ after: first - 1, ...filter })).toStrictEqual(places)
    expect(await read({ after: first - 1, newestFirst: true, ...filter })).toStrictEqual(places.toReversed())
    const between = { ...filter, after: first, until: last - 1 }
    expect(await read(between)).toStrictEqual(places.slice(1, -1))
    expect(await read({ ...between, newestFirst: true })).toStrictEqual(places.slice(1, -1).toReversed())
  })
  test('of a cause, or of an actor, that there was not, is nothing', async () => {
    expect(await read({ causation: 'x' })).toStrictEqual([])
    expect(await read({ tag: `mail:${cast.MAIL}`, causation: 'x' })).toStrictEqual([])
    expect(await read({ actor: 'anonymous', types: ['MailSent'] })).toStrictEqual([])
  })
  test('is counted, and what is over is counted once', async () => {
    clock.set('2026-03-02T09:00:00.000Z')
    const hours = ['2026-03-01T08:00:00.000Z', '2026-03-01T10:00:00.000Z', '2026-03-02T09:00:00.000Z']
    const asked: string[] = []
    const { dialect, reader } = floor.database
    const counting = openLooking({
      ...floor,
      database: {
        dialect,
        reader: {
          ...reader,
          all: (sql, params) => {
            asked.push(sql)
            return reader.all(sql, params)
          },
        },
      },
    })
    const counts = await counting.counts(hours)
    expect(counts[0]?.MailSent).toBe(2 * PAGE)
    expect(counts[1]).toStrictEqual({})
    expect(asked).toHaveLength(2)
    expect(await counting.counts(hours)).toStrictEqual(counts)
    // The hour that has only just ended may still get an event from another process.
    expect(asked).toHaveLength(3)
    clock.advance(60_001)
    await counting.counts(hours)
    await counting.counts(hours)
    expect(asked).toHaveLength(4)
    expect(await counting.counts([NOW])).toStrictEqual([])
  })
})

test('whoever has rung the bell is let go of: nobody waits for it any more', async () => {
  const { doorbell } = floor
  const before = doorbell.listenerCount('appended')
  const rung = looking.ring(60_000)
  expect(doorbell.listenerCount('appended')).toBe(before + 1)
  await append(cast.mailSent)
  await rung
  expect(doorbell.listenerCount('appended')).toBe(before)
})
