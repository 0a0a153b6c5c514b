// npm run bench:referrals [-- --json]: looking a code up from memory against asking the tables, and a tree of 100,000 users.
import { join } from 'node:path'
import { readSettings } from '../src/config.ts'
import type { NewEvent } from '../src/domain/catalogue.ts'
import { accept } from '../src/domain/decision.ts'
import { codeFrom } from '../src/domain/referrals/code.ts'
import { reinstateSubtree } from '../src/domain/referrals/reinstate-subtree.ts'
import { MAX_SUBTREE, suspendSubtree } from '../src/domain/referrals/suspend-subtree.ts'
import { type Foundation, openFoundation } from '../src/foundation.ts'
import { chartDays } from '../src/http/pages/sign-up-chart.ts'
import { openReader, sqliteReader } from '../src/infrastructure/database/sqlite.ts'
import { referralCodeCache } from '../src/infrastructure/referral-code-cache.ts'
import type { Reader } from '../src/projections/projection.ts'
import { referralCodeReads } from '../src/projections/referral-codes.ts'
import { type Figure, figureOf, rate, ratioOf, table } from './figures.ts'
import { lookAt } from './looking.ts'
import { cleanUp, freePort, newFolder, startServer } from './machine.ts'
import { signInOnPage } from './sign-in.ts'

const USERS = 100_000
const EACH_BROUGHT = 8
const LINE = 900
const A_COMMIT = 500
const CODES = 1000
const ROUNDS = 7
const LOOKUPS = 50_000
const A_TURN = 100 // requests that are read in one turn of the event loop
const DAY_MS = 86_400_000

process.on('SIGINT', () => {
  cleanUp()
  process.exit(130)
})
process.on('exit', cleanUp)

const say = (text: string) => process.stderr.write(`${text}\n`)
const figures = new Map<string, Figure>()
const note = (name: string, figure: Figure) => {
  figures.set(name, figure)
  say(`  ${name}: ${figure.median} ${figure.unit} (${figure.min} to ${figure.max})`)
}

const codeOf = (n: number): string => {
  const bytes = new Uint8Array(10)
  new DataView(bytes.buffer).setUint32(6, n)
  return codeFrom(bytes)
}

const addressOf = (n: number): string => `person-${n}@example.org`

/** Each brought eight others, and at the end there is a line of people who brought one each. */
const referrerOf = (n: number): number => (n > USERS - LINE ? n - 1 : Math.floor((n - 1) / EACH_BROUGHT))

const personEvents = (ids: readonly string[], codeIds: readonly string[], n: number, expiresAt: string) => {
  const userId = ids[n] ?? ''
  const email = addressOf(n)
  const events: NewEvent[] = [
    {
      type: 'UserRegistered',
      data: { userId, email, name: `Person ${n}`, locale: 'en', via: { kind: 'self' } },
    },
    { type: 'EmailVerified', data: { userId, email, by: 'code' } },
  ]
  if (n > 0) {
    const referrerId = ids[referrerOf(n)] ?? ''
    const codeId = codeIds[0] ?? ''
    events.push({ type: 'UserReferred', data: { userId, referrerId, codeId, way: 'registration' } })
  }
  const codeId = codeIds[n]
  if (codeId !== undefined) {
    events.push({
      type: 'ReferralCodeCreated',
      data: { codeId, userId, code: codeOf(n), description: null, expiresAt },
    })
  }
  return events
}

const populate = async (floor: Foundation): Promise<readonly string[]> => {
  const ids = Array.from({ length: USERS }, () => floor.ids())
  const codeIds = Array.from({ length: CODES }, () => floor.ids())
  const expiresAt = new Date(Date.now() + DAY_MS).toISOString()
  for (let from = 0; from < USERS; from += A_COMMIT) {
    const events = Array.from({ length: A_COMMIT }, (_, n) =>
      personEvents(ids, codeIds, from + n, expiresAt),
    ).flat()
    const decide = () => accept(...events)
    await floor.store.decide({ readings: {}, decide, actor: 'operator', correlation: floor.ids() })
    if (from % (A_COMMIT * 20) === 0) say(`  ${from} users`)
  }
  return ids
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** Made before anything is measured. */
const CODE_LIST = Array.from({ length: CODES }, (_, n) => codeOf(n))

const measureLookups = async ({ settings, clock }: Foundation) => {
  say('looking codes up: by the code and by the address, from memory and from the tables')
  let statements = 0
  const plain = sqliteReader(openReader(settings.databaseFile))
  const counted: Reader = {
    all: (sql, params) => {
      statements++
      return plain.all(sql, params)
    },
    get: (sql, params) => {
      statements++
      return plain.get(sql, params)
    },
    version: plain.version,
  }
  const reads = referralCodeReads(counted)
  const cache = referralCodeCache({ reader: counted, reads, clock })
  const timed = (ask: (n: number) => Promise<unknown>) =>
    rate(LOOKUPS, async () => {
      for (let n = 0; n < LOOKUPS; n++) {
        if (n % A_TURN === 0) await nextTurn()
        if ((await ask(n % CODES)) === null) throw new Error('a code was not found')
      }
    })
  const asks = {
    code: [(n: number) => cache.byCode(CODE_LIST[n] ?? ''), (n: number) => reads.byCode(CODE_LIST[n] ?? '')],
    address: [
      (n: number) => cache.byReferrerEmail(addressOf(n)),
      (n: number) => reads.byReferrerEmail(addressOf(n)),
    ],
  } as const
  let onHits = 0
  for (const [what, [remembered, asked]] of Object.entries(asks)) {
    const [cached, uncached]: [number[], number[]] = [[], []]
    for (let n = 0; n < CODES; n++) await remembered(n)
    await timed(remembered)
    await timed(asked)
    for (let round = 0; round < ROUNDS; round++) {
      statements = 0
      cached.push(await timed(remembered))
      onHits += statements
      uncached.push(await timed(asked))
    }
    note(`cached_by_${what}`, figureOf(cached, 'look-ups/s'))
    note(`uncached_by_${what}`, figureOf(uncached, 'look-ups/s'))
    note(`cached_vs_uncached_by_${what}`, ratioOf(cached, uncached))
  }
  note('statements_on_hits', figureOf([onHits], 'statements'))
}

const duration = async (ask: () => Promise<unknown>): Promise<number> => {
  const began = performance.now()
  await ask()
  return performance.now() - began
}

const measureTree = async ({ reads }: Foundation, ids: readonly string[]) => {
  say(`a tree of ${USERS} users`)
  const root = ids[0] ?? ''
  const last = ids.at(-1) ?? ''
  const { referrals } = reads
  const questions: Readonly<Record<string, () => Promise<unknown>>> = {
    tree_depth_3_200: () => referrals.below(root, { limit: 201, depth: 3 }),
    tree_depth_1000_1000: () => referrals.below(root, { limit: 1001, depth: 1000 }),
    subtree_5000: () => referrals.below(root, { limit: 5000, depth: 1000 }),
    line_above: () => referrals.above(last),
    list_of_one: () => referrals.of(root, { limit: 51 }),
    counts_of_one: () => referrals.counts(root),
    top_20: () => referrals.top(20),
    sign_ups_per_day: () => referrals.signUpsOn(chartDays(new Date().toISOString())),
  }
  if ((await referrals.above(last)).length < LINE) throw new Error('the line is too short')
  for (const [name, ask] of Object.entries(questions)) {
    const took: number[] = []
    await ask()
    for (let round = 0; round < ROUNDS; round++) took.push(await duration(ask))
    note(name, figureOf(took, 'ms'))
  }
}

/** The largest subtree that one decision takes, suspended and reinstated. */
const measureSuspension = async ({ execute, ids: newId, reads }: Foundation, ids: readonly string[]) => {
  say(`suspending ${MAX_SUBTREE} users in one decision`)
  const [suspended, reinstated]: [number[], number[]] = [[], []]
  const by = { actor: 'operator', correlation: newId() } as const
  for (let round = 0; round < 3; round++) {
    const userIds = ids.slice(round * MAX_SUBTREE, (round + 1) * MAX_SUBTREE)
    const batchId = newId()
    const wish = { batchId, rootId: userIds[0] ?? '', userIds, reason: null }
    suspended.push(await duration(() => execute(suspendSubtree, wish, by)))
    if ((await reads.referrals.suspendedBy(batchId)).length !== MAX_SUBTREE)
      throw new Error('not all are suspended')
    reinstated.push(await duration(() => execute(reinstateSubtree, { batchId, userIds }, by)))
  }
  note('suspend_5000', figureOf(suspended, 'ms'))
  note('reinstate_5000', figureOf(reinstated, 'ms'))
}

/** What an admin waits for at the server, from a process that has just started on. */
const measurePages = async (within: string, root: string) => {
  say('the pages of the tree, served')
  const service = await startServer('service.ts', within, String(await freePort()))
  const cookie = await signInOnPage(service.port)
  const pages = {
    page_overview: '/admin/referrals',
    page_subtree: `/admin/referrals/${root}`,
    page_tree_of_one: `/admin/referrals?root=${root}`,
  }
  for (const [name, path] of Object.entries(pages)) {
    const ask = async () => {
      const answer = await fetch(`http://127.0.0.1:${service.port}${path}`, {
        headers: { cookie, 'user-agent': 'bench' },
      })
      const text = await answer.text()
      if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}`)
      return text.length
    }
    const first = await duration(ask)
    const took: number[] = []
    for (let round = 0; round < ROUNDS; round++) took.push(await duration(ask))
    note(`${name}_first`, figureOf([first], 'ms'))
    note(name, figureOf(took, 'ms'))
    note(`${name}_size`, figureOf([(await ask()) / 1024], 'KiB'))
  }
  const looks = await lookAt(`http://127.0.0.1:${service.port}`, cookie, Object.values(pages), ROUNDS)
  for (const [name, path] of Object.entries(pages)) {
    const felt = looks.get(path) ?? []
    for (const what of ['loaded', 'longestTask', 'longestFrame'] as const) {
      const values = felt.map((look) => look[what])
      note(`${name}_in_browser_${what}`, figureOf(values, 'ms'))
    }
    note(`${name}_elements`, figureOf([felt[0]?.elements ?? 0], 'elements'))
  }
  service.stop()
}

const folder = newFolder()
const floor = await openFoundation(
  readSettings({
    DATABASE_URL: `sqlite:${join(folder, 'service.db')}`,
    SECRET_FILE: join(folder, 'secret'),
    MAIL_URL: 'capture:',
  }),
)
say(`making ${USERS} users who brought one another`)
const ids = await populate(floor)
await measureLookups(floor)
await measureTree(floor, ids)
await measureSuspension(floor, ids)
await floor.close()
await measurePages(folder, ids[1] ?? '')
process.stdout.write(
  process.argv.includes('--json')
    ? `${JSON.stringify(Object.fromEntries(figures))}\n`
    : `${table(figures)}\n`,
)
