import { randomUUID } from 'node:crypto'
import type { Checked, Engine } from '../engine.ts'
import { PostgresEventStore } from '../event-store/postgres-store.ts'
import { postgresSource } from '../history/postgres-source.ts'
import { isMigrated } from './migrations.ts'
import {
  ask,
  checkServer,
  inTransaction,
  openPool,
  type Pool,
  postgresDialect,
  postgresReader,
} from './postgres.ts'
import { Flusher } from './postgres-flusher.ts'
import { Listener } from './postgres-listener.ts'
import { postgresLiveTables } from './postgres-live-tables.ts'
import { migratePostgresUp, postgresMigrationStatus, postgresMigrations } from './postgres-migrations.ts'
import { postgresPast } from './postgres-past.ts'
import { openReplica } from './postgres-replica.ts'
import { clientOn, Servers } from './postgres-servers.ts'
import { openExclusively } from './postgres-work.ts'

export type PostgresOptions = {
  readonly url: string
  /** A streaming replica, if there is one. */
  readonly readUrl: string | null
  readonly max: number
  /** Lets a server run that could lose acknowledged commits: for tests. */
  readonly unsafe: boolean
  readonly now: string
}

const LISTENING = {
  application_name: 'latchkey listens',
  keepAlive: true,
  connectionTimeoutMillis: 5000,
  query_timeout: 2000,
  pipeline: true,
} as const

const SNAPSHOT = 'begin isolation level repeatable read read only'

const doctor = async (pool: Pool): Promise<readonly Checked[]> => {
  const status = await postgresMigrationStatus(pool, postgresMigrations())
  const pending = status.filter(({ appliedAt }) => appliedAt === null).length
  const durability = await checkServer(pool, false).then(
    () => ({ ok: true, detail: 'fsync, full_page_writes and synchronous_commit are on' }),
    ({ message }: Error) => ({ ok: false, detail: message }),
  )
  const [row] = await ask<{ connections: number; locks: number }>(
    pool,
    `select connections, connections * current_setting('max_locks_per_transaction')::int as locks
     from (select current_setting('max_connections')::int as connections) as server`,
  )
  return [
    { what: 'durability', ...durability },
    {
      what: 'migrations',
      ok: pending === 0,
      detail: pending === 0 ? 'all applied' : `${pending} missing: latchkey migrate up`,
    },
    {
      what: 'server',
      ok: true,
      detail: `${row?.connections} connections, room for ${row?.locks} locks`,
    },
  ]
}

/** Opens a database on a server, with all its tables. Throws SetupProblem for what an operator has to mend. */
export const openPostgresEngine = async ({
  url,
  readUrl,
  max,
  unsafe,
  now,
}: PostgresOptions): Promise<Engine> => {
  const migrations = postgresMigrations()
  const servers = new Servers(url)
  const pool = openPool({ url, max, name: 'latchkey', servers })
  const patient = openPool({ url, max: 2, name: 'latchkey at length', patient: true, servers })
  const ListeningClient = clientOn(servers, false)
  const closePools = async () => {
    await patient.end()
    await pool.end()
  }
  try {
    await checkServer(pool, unsafe)
    await migratePostgresUp(patient, migrations, now)
  } catch (error) {
    await closePools()
    throw error
  }
  /** Known while notices are heard: another number after whatever anybody commits. */
  let version: number | undefined
  let heard = 0
  let listener: Listener | null = null
  const reader = postgresReader(pool, () => (listener?.isFresh ? version : undefined))
  const flusher = new Flusher(pool, randomUUID())
  const exclusively = openExclusively(pool)
  const replica = readUrl === null ? null : openReplica(readUrl, reader)
  const lists = replica?.reader ?? reader
  let store: PostgresEventStore | null = null

  return {
    dialect: postgresDialect,
    reader,
    lists,
    exclusively,
    liveTables: postgresLiveTables(reader),
    openStore(parts) {
      const next = (): void => {
        if (version !== undefined) version = ++heard
      }
      const ring = () => {
        next()
        parts.ring()
      }
      const own = new PostgresEventStore({ ...parts, pool, flusher, ring, lists })
      listener = new Listener({
        connect: () => new ListeningClient(LISTENING),
        heard(what) {
          if (what === 'forgot') parts.keys.forgetAll()
          ring()
        },
        lost() {
          version = undefined
        },
        back() {
          parts.keys.forgetAll()
          version = ++heard
          parts.ring()
        },
      })
      listener.start()
      store = own
      return own
    },
    snapshot: (work) => inTransaction(patient, SNAPSHOT, (client) => work(postgresReader(client))),
    historySource: () => postgresSource(pool),
    doctor: () => doctor(pool),
    isMigrated: () => isMigrated(reader, migrations),
    checkWritable: async () => {}, // a server that cannot write says so to whoever reads, too
    async past(readTables, position) {
      if (!store) throw new Error('there is no history yet')
      return postgresPast(reader, store, readTables, position)
    },
    async close() {
      await listener?.stop()
      await store?.close()
      await replica?.close()
      await closePools()
    },
  }
}
