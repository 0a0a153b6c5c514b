// npm run bench:growth [-- EVENTS …]: lives are lived in a file, moved to PostgreSQL and back, and measured there: seconds and
// memory of the move, bytes an event takes, how long questions take. From these figures it reckons what larger ones come to.
import { join } from 'node:path'
import pg from 'pg'
import { readSettings } from '../src/config.ts'
import { issueInvite } from '../src/domain/invites/issue-invite.ts'
import { openEngine, openFoundation } from '../src/foundation.ts'
import { systemClock } from '../src/infrastructure/clock.ts'
import { type Moved, moveDatabase } from '../src/infrastructure/move/move.ts'
import { createTestDatabase } from '../test/support/postgres.ts'
import { percentile } from './figures.ts'
import { liveUntil } from './lives.ts'
import { cleanUp, newFolder } from './machine.ts'
import { openServer } from './postgres.ts'
import { type Measured, reckon } from './reckoning.ts'

const TIMES = 30
const say = (text: string) => process.stderr.write(`${text}\n`)
const settingsOf = (folder: string, url: string) =>
  readSettings({ DATABASE_URL: url, SECRET_FILE: join(folder, 'secret'), MAIL_URL: 'capture:' })

/** Carries everything; answers seconds and the most memory that this process took meanwhile, in MB. */
const carry = async (folder: string, from: string, to: string) => {
  const [here, there] = [
    await openEngine(settingsOf(folder, from), systemClock()),
    await openEngine(settingsOf(folder, to), systemClock()),
  ]
  let most = 0
  let said = 0
  const began = performance.now()
  const moved: Moved = await moveDatabase({
    from: here,
    to: there,
    now: systemClock,
    progress(name, rows, of) {
      most = Math.max(most, process.memoryUsage.rss())
      if (performance.now() - said < 5000) return
      said = performance.now()
      say(`  ${name}: ${rows} of ${of} rows`)
    },
  })
  const seconds = (performance.now() - began) / 1000
  await here.close()
  await there.close()
  if (moved.outcome !== 'moved') throw new Error('it was interrupted')
  return {
    seconds,
    mostMb: Math.round(most / 2 ** 20),
    root: moved.root,
    events: moved.events,
    rows: moved.rows,
  }
}

/** Tables and their indexes, in bytes an event. */
const sizesOf = async (url: string, events: number): Promise<Measured['bytes']> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('vacuum analyze')
  const { rows } = await client.query<{ name: string; heap: string; indexes: string }>(
    `select relname as name, pg_table_size(relid) as heap, pg_indexes_size(relid) as indexes
     from pg_stat_user_tables where n_live_tup > 100 order by pg_total_relation_size(relid) desc`,
  )
  await client.end()
  return Object.fromEntries(
    rows.map(({ name, heap, indexes }) => [
      name,
      { heap: Number(heap) / events, indexes: Number(indexes) / events },
    ]),
  )
}

/** Milliseconds (median) of what is asked and done most. */
const timesOf = async (folder: string, url: string): Promise<Measured['ms']> => {
  const floor = await openFoundation(settingsOf(folder, url))
  const by = { actor: 'operator', correlation: floor.ids() } as const
  const expiresAt = new Date(Date.now() + 86_400_000).toISOString()
  const newest = async (filter: Parameters<typeof floor.store.look>[0]) => {
    let left = 50
    for await (const _ of floor.store.look({ ...filter, newestFirst: true })) if (--left === 0) break
  }
  const [someone] = await floor.reads.invites.list({}, { now: floor.clock(), limit: 1 })
  const questions: Record<string, (n: number) => Promise<unknown>> = {
    'a command, alone': (n) =>
      floor.execute(
        issueInvite,
        { inviteId: floor.ids(), email: `late-${n}@example.org`, role: 'member', locale: 'en', expiresAt },
        by,
      ),
    'newest 50 of the history': () => newest({}),
    'newest 50 of one type': () => newest({ types: ['UserErased'] }),
    'everything under a tag': () => newest({ tag: `invite:${someone?.id ?? ''}` }),
    'newest 50 invites': () => floor.reads.invites.list({}, { now: floor.clock(), limit: 50 }),
    'an invite by address': () =>
      floor.reads.invites.list({ email: someone?.email ?? '' }, { now: floor.clock(), limit: 50 }),
    'invites by part of an address': () =>
      floor.reads.invites.list({ search: 'nobody-at-all' }, { now: floor.clock(), limit: 50 }),
  }
  const ms: Record<string, number> = {}
  for (const [name, ask] of Object.entries(questions)) {
    const times: number[] = []
    for (let n = 0; n < TIMES; n++) {
      const began = performance.now()
      await ask(n)
      times.push(performance.now() - began)
    }
    ms[name] = percentile(times, 0.5)
  }
  await floor.close()
  return ms
}

const measure = async (events: number): Promise<Measured> => {
  const folder = newFolder()
  const server = await openServer(['shared_buffers=512MB', 'max_wal_size=4GB'])
  try {
    say(`${events} events are lived`)
    const file = `sqlite:${join(folder, 'lives.db')}`
    const lives = await openFoundation(settingsOf(folder, file))
    await liveUntil(lives, events)
    await lives.close()
    const { url } = await createTestDatabase(server.url, 'template0')
    const there = await carry(folder, file, url)
    say(`moved to PostgreSQL: ${JSON.stringify(there)}`)
    const bytes = await sizesOf(url, there.events)
    const back = await carry(folder, url, `sqlite:${join(folder, 'back.db')}`)
    say(`and back: ${JSON.stringify(back)}`)
    if (back.root !== there.root) throw new Error('the roots differ')
    return { events: there.events, bytes, ms: await timesOf(folder, url), there, back }
  } finally {
    server.remove()
  }
}

process.on('exit', cleanUp)
process.on('SIGINT', () => process.exit(130))
const sizes = process.argv.slice(2).map(Number)
const measured: Measured[] = []
for (const events of sizes.length > 0 ? sizes : [10_000, 100_000, 1_000_000])
  measured.push(await measure(events))
process.stdout.write(`${JSON.stringify(measured)}\n${reckon(measured)}\n`)
process.exit(0)
