// npm run bench [-- store | postgres | http | start] [--quick] [--json]: every figure beside its limit, in one run, in turns.
import { ADMIN } from './admin.ts'
import { get, load, post, times } from './client.ts'
import { type Figure, figureOf, percentile, ratioOf, table } from './figures.ts'
import { bareHashes } from './hashing.ts'
import { liveUntil } from './lives.ts'
import { cleanUp, freePort, newFolder, startServer, startTime } from './machine.ts'
import { openPostgresBench } from './postgres.ts'
import { signIn, signInOnPage } from './sign-in.ts'
import { bareCommits, openStore, rebuild, replay, verify } from './store.ts'

const quick = process.argv.includes('--quick')
const json = process.argv.includes('--json')
const ROUNDS = quick ? 3 : 7
const SIZE = quick ? 1 : 3
const CONNECTIONS = 64
const MILLION = 1_000_000

process.on('SIGINT', () => {
  cleanUp()
  process.exit(130)
})
process.on('exit', cleanUp)

const figures = new Map<string, Figure>()
const say = (text: string) => process.stderr.write(`${text}\n`)
const note = (name: string, figure: Figure) => {
  figures.set(name, figure)
  say(`  ${name}: ${figure.median} ${figure.unit} (${figure.min} to ${figure.max})`)
}

const measureStore = async () => {
  say('store: commits one by one, decide with 64 and with 1 in flight')
  const commits = bareCommits()
  const { floor, issue } = await openStore()
  const [limit, many, one]: [number[], number[], number[]] = [[], [], []]
  await commits(500)
  await issue(CONNECTIONS, 2000)
  for (let round = 0; round < ROUNDS; round++) {
    limit.push(await commits(2000 * SIZE))
    many.push(await issue(CONNECTIONS, 8000 * SIZE))
    limit.push(await commits(2000 * SIZE))
    one.push(await issue(1, 1000 * SIZE))
  }
  const beside = (offset: number) => limit.filter((_, n) => n % 2 === offset)
  note('bare_commit', figureOf(limit, 'commits/s'))
  note('decide_64', figureOf(many, 'commands/s'))
  note('decide_64_vs_commit', ratioOf(many, beside(0)))
  note('decide_1_vs_commit', ratioOf(one, beside(1)))

  await floor.close()

  say('store: replay and rebuild of lives')
  const lives = await openStore()
  await liveUntil(lives.floor, quick ? 30_000 : 200_000)
  const events = await lives.floor.store.head()
  const runs: { scanned: number; replayed: number; bare: number; rebuilt: number }[] = []
  for (let round = 0; round < Math.min(ROUNDS, 3); round++)
    runs.push({ ...(await replay(lives.floor, events)), ...(await rebuild(lives.floor, events)) })
  note(
    'replay_vs_scan',
    ratioOf(
      runs.map((run) => run.replayed),
      runs.map((run) => run.scanned),
    ),
  )
  note(
    'rebuild_vs_bare',
    ratioOf(
      runs.map((run) => run.rebuilt),
      runs.map((run) => run.bare),
    ),
  )
  say('store: verifying, beside bare SHA-256 over the same bytes')
  const verified: { hashed: number; verified: number }[] = []
  for (let round = 0; round < Math.min(ROUNDS, 3); round++) verified.push(await verify(lives.floor, events))
  note(
    'verify_vs_sha256',
    ratioOf(
      verified.map((run) => run.verified),
      verified.map((run) => run.hashed),
    ),
  )
  await lives.floor.close()
}

const POSTGRES_CONNECTIONS = 32

const measurePostgres = async () => {
  say('postgres: decide with 32 in flight, beside bare one-row inserts on 32 connections')
  const postgres = await openPostgresBench(POSTGRES_CONNECTIONS)
  try {
    await postgres.inserts(1000)
    await postgres.issue(1000)
    const [limit, many]: [number[], number[]] = [[], []]
    for (let round = 0; round < ROUNDS; round++) {
      limit.push(await postgres.inserts(6000 * SIZE))
      many.push(await postgres.issue(3000 * SIZE))
    }
    note('pg_insert_32', figureOf(limit, 'commits/s'))
    note('pg_decide_32', figureOf(many, 'commands/s'))
    note('pg_decide_32_vs_insert', ratioOf(many, limit))
  } finally {
    await postgres.close()
  }
}

const measureHttp = async () => {
  say('http: invites, /me and the main page, beside a bare koa')
  const koa = await startServer('bare-koa.ts')
  const service = await startServer('service.ts', newFolder(), String(await freePort()))
  const commits = bareCommits()
  const authorization = `Bearer ${await signIn(service.port)}`
  const cookie = await signInOnPage(service.port)
  let invited = 0
  const invites = async (count: number): Promise<number> => {
    const { invites: before } = await service.ask<{ invites: number }>()
    let left = count
    const next = () =>
      left-- > 0
        ? post('/api/v1/invites', JSON.stringify({ email: `guest-${invited++}@example.org` }), {
            authorization,
          })
        : null
    const { perSecond } = await load(service.port, CONNECTIONS, next, 201)
    const { invites: after } = await service.ask<{ invites: number }>()
    if (after !== before + count)
      throw new Error(`${count} invites were answered, ${after - before} are in the history`)
    return perSecond
  }
  const bare = async (count: number) =>
    (await load(koa.port, CONNECTIONS, times(count, get('/api/v1/me')), 200)).perSecond
  const me = async (count: number) =>
    (await load(service.port, CONNECTIONS, times(count, get('/api/v1/me', { authorization })), 200)).perSecond
  const home = async (count: number) =>
    (await load(service.port, CONNECTIONS, times(count, get('/', { cookie, 'user-agent': 'bench' })), 200))
      .perSecond

  await Promise.all([bare(3000), me(3000)])
  await invites(1000)
  await home(500)
  const rows: { commit: number; invite: number; koaMe: number; me: number; koaHome: number; home: number }[] =
    []
  for (let round = 0; round < ROUNDS; round++) {
    rows.push({
      commit: await commits(2000),
      invite: await invites(4000 * SIZE),
      koaMe: await bare(6000 * SIZE),
      me: await me(6000 * SIZE),
      koaHome: await bare(3000 * SIZE),
      home: await home(1500 * SIZE),
    })
  }
  const column = (name: keyof (typeof rows)[number]) => rows.map((row) => row[name])
  note('http_invite_64', figureOf(column('invite'), 'requests/s'))
  note('http_invite_64_vs_commit', ratioOf(column('invite'), column('commit')))
  note('http_me', figureOf(column('me'), 'requests/s'))
  note('http_me_vs_koa', ratioOf(column('me'), column('koaMe')))
  note('http_home_vs_koa', ratioOf(column('home'), column('koaHome')))
  koa.stop()

  say('http: signing in, beside bare hashing on all cores; and others meanwhile')
  const hashes = bareHashes()
  const body = JSON.stringify(ADMIN)
  const logins: number[] = []
  const bareRate: number[] = []
  for (let round = 0; round < 2; round++) {
    bareRate.push(await hashes.run(quick ? 12 : 40))
    logins.push(
      (await load(service.port, 6, times(quick ? 12 : 40, post('/api/v1/sessions', body)), 201)).perSecond,
    )
  }
  note('login_vs_bare_hash', ratioOf(logins, bareRate))
  await hashes.stop()

  let hashing = true
  const busy = load(service.port, 2, () => (hashing ? post('/api/v1/sessions', body) : null), 201)
  const p99: number[] = []
  const request = get('/api/v1/me', { authorization })
  for (let round = 0; round < ROUNDS; round++) {
    const latencies: number[] = []
    const until = performance.now() + (quick ? 1500 : 4000)
    // 200 a second on connections that stay open, whether or not earlier ones have been answered.
    const paced = async (): Promise<void> => {
      while (performance.now() < until) {
        const began = performance.now()
        latencies.push(...(await load(service.port, 1, times(1, request), 200)).latencies)
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, 20 - (performance.now() - began))))
      }
    }
    await Promise.all(Array.from({ length: 4 }, paced))
    p99.push(percentile(latencies, 0.99))
  }
  hashing = false
  await busy
  note('p99_while_hashing_ms', figureOf(p99, 'ms'))
  service.stop()
}

const measureStart = async () => {
  say('start: from the command to the first answer')
  const empty: number[] = []
  for (let round = 0; round < ROUNDS; round++) empty.push(await startTime(newFolder()))
  note('start_empty_ms', figureOf(empty, 'ms'))
  if (quick) return
  say('start: with a million events (making them takes a while)')
  const { floor, folder, issue } = await openStore()
  while ((await floor.store.head()) < MILLION) {
    await issue(256, 50_000)
    say(`  ${await floor.store.head()} events`)
  }
  await floor.close()
  const long: number[] = []
  for (let round = 0; round < ROUNDS; round++) long.push(await startTime(folder))
  note('start_1m_ms', figureOf(long, 'ms'))
}

const parts = { store: measureStore, postgres: measurePostgres, http: measureHttp, start: measureStart }
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('--'))
for (const [name, measure] of Object.entries(parts)) {
  if (wanted.length === 0 || wanted.includes(name)) await measure()
}
process.stdout.write(json ? `${JSON.stringify(Object.fromEntries(figures))}\n` : `${table(figures)}\n`)
process.exit(0)
