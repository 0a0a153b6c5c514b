import fc from 'fast-check'
import { expect, test } from 'vitest'
import { definitionOf } from '../../src/domain/catalogue.ts'
import { accept } from '../../src/domain/decision.ts'
import { compareMoments } from '../../src/http/acts/compare.ts'
import { reachOfInvite, reachOfUser } from '../../src/http/acts/reach.ts'
import type { House } from '../../src/http/house.ts'
import { historyUntil } from '../../src/http/past.ts'
import type { Reach } from '../../src/http/travel-door.ts'
import { FreshTables } from '../../src/infrastructure/projections/fresh.ts'
import { COMPARED } from '../../src/projections/comparing.ts'
import { projections, type ReadSide } from '../../src/projections/index.ts'
import type { Row } from '../../src/projections/projection.ts'
import * as cast from '../support/controls.ts'
import { openTestApp, type TestApp } from '../support/house.ts'
import { runs } from '../support/runs.ts'
import { type Act, anyStory, play } from '../support/story.ts'
import type { Step } from '../support/story-wishing.ts'

const SEED = process.env['SEED'] === undefined ? {} : { seed: Number(process.env['SEED']) }
const RUNS = runs(15)
const USERS = [cast.ADA, cast.BEN, cast.CYD]
const INVITES = [cast.INVITE, cast.OTHER_INVITE, cast.THIRD_INVITE]
const ALL = { limit: 100 }

type Snapshot = { readonly position: number; readonly at: string; readonly seen: Seen }
type Seen = Awaited<ReturnType<typeof lookAround>>

const aboutUser = async (reads: ReadSide, now: string, id: string) => ({
  userId: id,
  user: await reads.users.get(id),
  sessions: await reads.sessions.ofUser(id, 100),
  logins: await reads.logins.ofUser(id, { since: cast.EARLIER, limit: 100 }),
  said: await reads.inquiries.get(id),
  code: await reads.referralCodes.activeOf(id, now),
  mails: await reads.mails.about([`user:${id}`], 100),
  issued: await reads.invites.list({ issuedBy: `user:${id}` }, { now, ...ALL }),
})

/** Everything that pages and lists show. */
const lookAround = async (reads: ReadSide, now: string) => ({
  invites: await reads.invites.list({}, { now, ...ALL }),
  counts: await reads.invites.counts(now),
  users: await reads.users.list({}, ALL),
  suspended: await reads.users.list({ state: 'suspended' }, ALL),
  mails: await reads.mails.list({}, ALL),
  clients: await reads.clients.list(ALL),
  top: await reads.referrals.top(10),
  batches: await reads.referrals.batches(10),
  brought: await Promise.all(USERS.map((id) => reads.referrals.of(id, ALL))),
  each: await Promise.all(USERS.map((id) => aboutUser(reads, now, id))),
})

const PERSONAL = [
  'email',
  'name',
  'reason',
  'recipient',
  'userAgent',
  'ip',
  'code',
  'description',
  'company',
  'title',
]

/** Why a mail was not sent is a short code, and nobody's. */
const isPersonal = (name: string, about: unknown): boolean =>
  PERSONAL.includes(name) && !(name === 'reason' && about !== undefined)

/** These name nobody themselves: they are whose page they are on. */
const OF_THE_PAGE = ['logins', 'said']

/** What was seen, as it can be seen once some have been forgotten. */
const blanked = <T>(seen: T, forgotten: ReadonlySet<string>, isWithin = false): T => {
  if (Array.isArray(seen)) return seen.map((one: unknown) => blanked(one, forgotten, isWithin)) as T
  if (seen === null || typeof seen !== 'object') return seen
  const { id, userId, about } = seen as Record<string, unknown>
  const names = [id, userId, String(about).split(':')[1]].map(String)
  const isGone = isWithin || names.some((name) => forgotten.has(name))
  return Object.fromEntries(
    Object.entries(seen).map(([name, value]) => [
      name,
      isGone && isPersonal(name, about) && typeof value === 'string'
        ? null
        : blanked(value, forgotten, isGone && OF_THE_PAGE.includes(name)),
    ]),
  ) as T
}

const forgottenBy = (acts: readonly Act[]): ReadonlySet<string> =>
  new Set(
    acts.flatMap(({ events }) =>
      events.flatMap((event) =>
        (definitionOf(event.type).forgets?.(event.data) ?? []).map((subject) => subject.split(':')[1] ?? ''),
      ),
    ),
  )

/** False if the database refuses it: stories use few ids, and some of them twice. */
const happens = async ({ floor }: TestApp, { actor, events }: Act): Promise<boolean> => {
  const decision = accept(...events.map(({ type, data }) => ({ type, data }) as never))
  const request = { readings: {}, decide: () => decision, actor, correlation: 'STORY' }
  return floor.store.decide(request).then(
    () => true,
    () => false,
  )
}

/** Ids are never given twice. Stories have few of them, and may begin something new under the id of what an erasure removed. */
const begun = ({ events }: Act): string[] =>
  events.flatMap(({ type, data }) => {
    if (type === 'UserLoggedIn') return [data.sessionId]
    if (type === 'VerificationIssued') return [data.verificationId]
    return type === 'ReferralCodeCreated' ? [data.codeId] : []
  })

/** Lets a story happen in a house, and looks around in it now and then. */
const live = async (app: TestApp, story: readonly Step[]) => {
  const snapshots: Snapshot[] = []
  const given = new Set<string>()
  let told = story
  let acts = play(told)
  for (let n = 0; n < acts.length; n++) {
    const act = acts[n] as Act
    app.clock.set(act.now)
    if (act.events.length === 0) continue
    const ids = begun(act)
    if (ids.some((id) => given.has(id)) || !(await happens(app, act))) {
      told = told.toSpliced(n--, 1) // the rest of the story is told as if it had not been wished
      acts = play(told)
      continue
    }
    for (const id of ids) given.add(id)
    if (n % 3 > 0) continue
    const seen = await lookAround(app.house.reads, act.now)
    snapshots.push({ position: await app.floor.store.head(), at: act.now, seen })
  }
  return { snapshots, forgotten: forgottenBy(acts) }
}

const visit = async <T>(
  { travel }: House,
  position: number,
  reach: Reach,
  work: (reads: ReadSide) => Promise<T>,
): Promise<T> => {
  for (;;) {
    const visited = await travel?.visit(position, reach, work)
    if (visited?.outcome === 'done') return visited.result
  }
}

const expectPast = async (app: TestApp, { position, at, seen }: Snapshot, forgotten: ReadonlySet<string>) => {
  const { house } = app
  const expected = blanked(seen, forgotten)
  expect(await visit(house, position, 'everything', (reads) => lookAround(reads, at))).toStrictEqual(expected)
  const known = { history: historyUntil(house.history, position) }
  for (const [n, id] of USERS.entries()) {
    const slice = await visit(house, position, await reachOfUser(known, id), (reads) =>
      aboutUser(reads, at, id),
    )
    expect(slice).toStrictEqual(expected.each[n])
  }
  for (const id of INVITES) {
    const slice = await visit(house, position, await reachOfInvite(known, id), (reads) =>
      reads.invites.get(id, at),
    )
    expect(slice).toStrictEqual(expected.invites.find((invite) => invite.id === id) ?? null)
  }
}

const rowsAt = async ({ floor }: TestApp, position: number): Promise<ReadonlyMap<string, Row>> => {
  const tables = new FreshTables(projections, { file: ':memory:' })
  await tables.replay(floor.store, position)
  const rows = COMPARED.flatMap(({ table, kind, key, shown }) =>
    (tables.db.prepare(`select * from ${table}`).all() as Row[]).map((row): [string, Row] => [
      `${kind} ${key.map((column) => row[column]).join(' ')}`,
      Object.fromEntries(shown.map((column) => [column, row[column] ?? null])),
    ]),
  )
  tables.close()
  return new Map(rows)
}

const expectComparison = async (app: TestApp, from: number, to: number): Promise<void> => {
  const [before, after] = [await rowsAt(app, from), await rowsAt(app, to)]
  const expected = [...new Set([...before.keys(), ...after.keys()])].filter(
    (key) => JSON.stringify(before.get(key)) !== JSON.stringify(after.get(key)),
  )
  const found: string[] = []
  let next: number | null = from
  while (next !== null) {
    const page = await compareMoments(app.house, { from, to, after: next })
    for (const { kind, id, about, change, events } of page.differences) {
      const key = kind === 'role' ? `${about.slice('user:'.length)} ${id}` : id
      found.push(`${kind} ${key}`)
      const was = [before.has(`${kind} ${key}`), after.has(`${kind} ${key}`)]
      expect({ came: [false, true], went: [true, false], changed: [true, true] }[change]).toStrictEqual(was)
      expect(events.length).toBeGreaterThan(0)
      expect(events.every(({ position }) => position > from && position <= to)).toBe(true)
    }
    next = page.next
  }
  expect(found.toSorted()).toStrictEqual(expected.toSorted())
}

test('as of a moment everything is what it was at that moment, but for who has been forgotten since', async () => {
  let moments = 0
  await fc.assert(
    fc.asyncProperty(anyStory, async (story) => {
      const app = await openTestApp()
      try {
        const { snapshots, forgotten } = await live(app, story)
        for (const snapshot of snapshots) {
          moments++
          await expectPast(app, snapshot, forgotten)
        }
        const [first, last] = [snapshots[0], snapshots.at(-1)]
        const middle = snapshots[Math.floor(snapshots.length / 2)]
        if (!first || !middle || !last) return
        await expectComparison(app, 0, first.position)
        await expectComparison(app, first.position, middle.position)
        await expectComparison(app, middle.position, last.position)
      } finally {
        await app.dispose()
      }
    }),
    { numRuns: RUNS, endOnFailure: true, ...SEED }, // each try is a whole house: shrinking takes too long
  )
  expect(moments).toBeGreaterThan(RUNS)
}, 300_000)
