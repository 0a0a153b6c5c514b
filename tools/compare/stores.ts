import { rate } from '../../bench/figures.ts'
import { openServer } from '../../bench/postgres.ts'
import { build, openStore } from '../../bench/store.ts'
import { systemClock } from '../../src/infrastructure/clock.ts'
import { randomIds } from '../../src/infrastructure/ids.ts'
import { createTestDatabase } from '../../test/support/postgres.ts'
import { openEmmettPostgres } from './emmett-postgres.ts'
import { openAsItComes, openKept } from './emmett-sqlite.ts'
import { fill, type InviteIssued, issueInvite, streamOf } from './invites.ts'
import type { Row } from './rows.ts'

export type Size = { readonly rounds: number; readonly commands: number; readonly events: number }

type Store = Parameters<typeof issueInvite>[0]
type Ours = Awaited<ReturnType<typeof openStore>>

const CONNECTIONS = 32
const STREAMS = 2000

const newId = randomIds(systemClock)
let invited = 0
const wish = (): InviteIssued['data'] => ({
  inviteId: newId(),
  email: `person-${invited++}@example.org`,
  role: 'member',
  locale: 'en',
  expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
})

/** Lets one call in at a time, for a store that takes no two at once. */
const oneByOne = () => {
  let last: Promise<unknown> = Promise.resolve()
  return <T>(call: () => Promise<T>): Promise<T> => {
    const result = last.then(call)
    last = result.catch(() => {})
    return result
  }
}

const issueOn = (
  store: Store,
  inFlight: number,
  count: number,
  inTurn = <T>(call: () => Promise<T>) => call(),
): Promise<number> => {
  let left = count
  const worker = async () => {
    while (left-- > 0) {
      await inTurn(() => issueInvite(store, wish(), { actor: 'user:admin', correlation: newId() }))
    }
  }
  return rate(count, async () => {
    await Promise.all(Array.from({ length: inFlight }, worker))
  })
}

const rowsOf = (unit: string, ...named: readonly (readonly [string, string])[]): Row[] =>
  named.map(([work, other]) => ({ work, other, unit, ours: [], theirs: [] }))

const put = (row: Row | undefined, ours: number, theirs: number) => {
  row?.ours.push(ours)
  row?.theirs.push(theirs)
}

const mustBe = (found: number, expected: number, what: string) => {
  if (found !== expected) throw new Error(`${what}: ${found} of ${expected}`)
}

/** Reading everything through the store; the data of each event is looked at. */
const readAll = async ({ floor }: Ours): Promise<number> => {
  let seen = 0
  for await (const { data } of floor.store.read()) if (data) seen++
  return seen
}

const inviteIdsOf = async ({ floor }: Ours): Promise<string[]> => {
  const ids: string[] = []
  for await (const { type, data } of floor.store.read({ types: ['InviteIssued'] })) {
    if (type === 'InviteIssued') ids.push(data.inviteId)
    if (ids.length === STREAMS) break
  }
  return ids
}

/** The events of one invite, one invite after the other. */
const readOurStreams = ({ floor }: Ours, ids: readonly string[]) =>
  rate(ids.length, async () => {
    for (const id of ids) {
      let seen = 0
      for await (const { data } of floor.store.read({ tag: `invite:${id}` })) if (data) seen++
      mustBe(seen, 1, 'events of an invite')
    }
  })

const readStreams = (store: Store, ids: readonly string[]) =>
  rate(ids.length, async () => {
    for (const id of ids)
      mustBe((await store.readStream(streamOf(id))).events.length, 1, 'events of a stream')
  })

type Reading = {
  readonly store: Store
  readonly readAll: () => Promise<number>
  readonly rebuild: (events: number) => Promise<number>
}

const compareReading = async (
  name: string,
  theirs: Reading,
  ours: Ours,
  { rounds, events }: Size,
): Promise<Row[]> => {
  const ids = Array.from({ length: STREAMS }, newId)
  for (const inviteId of ids) {
    await theirs.store.appendToStream<InviteIssued>(streamOf(inviteId), [
      {
        type: 'InviteIssued',
        data: { ...wish(), inviteId },
        metadata: { actor: 'operator', correlation: newId(), at: new Date().toISOString() },
      },
    ])
  }
  await fill(theirs.store, newId, wish, events - STREAMS)
  await ours.issue(256, events - (await ours.floor.store.head()))
  const ourIds = await inviteIdsOf(ours)
  const rows = rowsOf(
    'events/s',
    ['read everything', name],
    ['read the events of one invite', name],
    ['build the read tables anew', name],
  )
  for (let round = 0; round < rounds; round++) {
    put(
      rows[0],
      await rate(events, async () => mustBe(await readAll(ours), events, 'events read')),
      await rate(events, async () => mustBe(await theirs.readAll(), events, 'events read')),
    )
    put(rows[1], await readOurStreams(ours, ourIds), await readStreams(theirs.store, ids))
    put(
      rows[2],
      await build(ours.floor, events),
      await rate(events, async () => mustBe(await theirs.rebuild(events), events, 'rows rebuilt')),
    )
  }
  return rows
}

export const compareSqlite = async (size: Size, say: (text: string) => void): Promise<Row[]> => {
  say('SQLite: appending, beside emmett')
  const { rounds, commands } = size
  const ours = await openStore()
  const kept = await openKept()
  const asItComes = await openAsItComes()
  const rows = rowsOf(
    'commands/s',
    ['append, 64 in flight', 'emmett-sqlite, one connection, calls in turn'],
    ['append, 1 in flight', 'emmett-sqlite, one connection'],
    ['append, 1 in flight', 'emmett-sqlite as it comes, a connection a call'],
  )
  await ours.issue(64, commands)
  await issueOn(kept.store, 1, 100)
  for (let round = 0; round < rounds; round++) {
    const before = await kept.count('invites')
    put(rows[0], await ours.issue(64, commands * 4), await issueOn(kept.store, 64, commands, oneByOne()))
    const one = await ours.issue(1, commands)
    put(rows[1], one, await issueOn(kept.store, 1, commands))
    put(rows[2], one, await issueOn(asItComes.store, 1, Math.ceil(commands / 4)))
    mustBe(await kept.count('invites'), before + commands * 2, 'rows of emmett’s invites')
    say(`  round ${round + 1} of ${rounds}`)
  }
  asItComes.close()
  kept.close()
  await ours.floor.close()
  say('SQLite: reading and rebuilding, beside emmett')
  const [reading, read] = [await openKept(), await openStore()]
  rows.push(...(await compareReading('emmett-sqlite', reading, read, size)))
  reading.close()
  await read.floor.close()
  return rows
}

export const comparePostgres = async (size: Size, say: (text: string) => void): Promise<Row[]> => {
  say('PostgreSQL: appending, beside emmett')
  const { rounds, commands } = size
  const server = await openServer()
  const database = async () => (await createTestDatabase(server.url, 'template0')).url
  try {
    const ours = await openStore(await database())
    const theirs = await openEmmettPostgres(await database(), CONNECTIONS)
    const rows = rowsOf(
      'commands/s',
      [`append, ${CONNECTIONS} in flight`, 'emmett-postgresql'],
      ['append, 1 in flight', 'emmett-postgresql'],
    )
    await ours.issue(CONNECTIONS, commands)
    await issueOn(theirs.store, CONNECTIONS, commands)
    for (let round = 0; round < rounds; round++) {
      put(
        rows[0],
        await ours.issue(CONNECTIONS, commands * 3),
        await issueOn(theirs.store, CONNECTIONS, commands),
      )
      const few = Math.ceil(commands / 2)
      put(rows[1], await ours.issue(1, few), await issueOn(theirs.store, 1, few))
      say(`  round ${round + 1} of ${rounds}`)
    }
    const [written, rebuilt] = [await theirs.count('emt_messages'), await theirs.rebuild()]
    say(`  emmett rebuilds ${rebuilt} rows of ${written} events that were appended ${CONNECTIONS} at a time`)
    await theirs.close()
    await ours.floor.close()
    say('PostgreSQL: reading and rebuilding, beside emmett')
    const reading = await openEmmettPostgres(await database(), CONNECTIONS)
    const read = await openStore(await database())
    rows.push(...(await compareReading('emmett-postgresql', reading, read, size)))
    await reading.close()
    await read.floor.close()
    return rows
  } finally {
    server.remove()
  }
}
