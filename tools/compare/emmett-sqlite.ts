import { join } from 'node:path'
import { inlineProjections } from '@event-driven-io/emmett'
import {
  getSQLiteEventStore,
  readMessagesBatch,
  type SQLiteConnection,
  SQLiteConnectionPool,
  sqliteConnection,
  sqliteProjection,
} from '@event-driven-io/emmett-sqlite'
import { newFolder } from '../../bench/machine.ts'
import { BATCH, COLUMNS, type InviteIssued } from './invites.ts'

const FULL = 2
/** The settings that Latchkey gives its own connection. */
const SETTINGS = ['cache_size = -65536', 'wal_autocheckpoint = 8000', 'secure_delete = on']

const invites = (table: string) =>
  sqliteProjection<InviteIssued>({
    name: table,
    canHandle: ['InviteIssued'],
    init: async ({ context: { connection } }) => {
      await connection.command(`create table if not exists ${table} (${COLUMNS}) strict`)
    },
    handle: async (events, { connection }) => {
      for (const { data, metadata } of events) {
        const { inviteId, email, role, locale, expiresAt } = data
        await connection.command(`insert into ${table} values (?, ?, ?, ?, ?, ?)`, [
          inviteId,
          email,
          role,
          locale,
          expiresAt,
          metadata.at,
        ])
      }
    },
  })

const mustBeDurable = async (connection: SQLiteConnection) => {
  const set = await connection.querySingle<{ synchronous: number }>('pragma synchronous')
  if (set?.synchronous !== FULL) throw new Error('emmett’s connection is not synchronous=FULL')
}

/** A store as it comes: given a file, it opens a connection for each call. */
export const openAsItComes = async () => {
  const fileName = join(newFolder(), 'emmett.db')
  const connection = sqliteConnection({ fileName })
  await mustBeDurable(connection)
  const store = getSQLiteEventStore({ fileName, projections: inlineProjections([invites('invites')]) })
  await store.schema.migrate()
  return { store, close: () => connection.close() }
}

/** A store on one connection that is kept, with our settings. */
export const openKept = async () => {
  const fileName = join(newFolder(), 'emmett.db')
  const connection = sqliteConnection({ fileName })
  for (const setting of SETTINGS) await connection.command(`pragma ${setting}`)
  await mustBeDurable(connection)
  const pool = SQLiteConnectionPool({ fileName, connectionOptions: { singleton: true, connection } })
  const store = getSQLiteEventStore({ fileName, pool, projections: inlineProjections([invites('invites')]) })
  await store.schema.migrate()
  let rebuilds = 0
  const count = async (table: string) =>
    (await connection.querySingle<{ n: number }>(`select count(*) as n from ${table}`))?.n ?? 0
  return {
    store,
    count,
    async readAll(): Promise<number> {
      let seen = 0
      for (let after = 0n; ; ) {
        const batch = await readMessagesBatch(connection, { after, batchSize: BATCH })
        seen += batch.messages.length
        if (!batch.areEventsLeft) return seen
        after = batch.currentGlobalPosition
      }
    },
    /** A consumer that begins at the beginning fills a table of its own; answers how many rows there are then. */
    async rebuild(events: number): Promise<number> {
      const projection = invites(`again_${rebuilds++}`)
      await projection.init?.({
        version: 1,
        registrationType: 'async',
        status: 'active',
        context: { connection },
      })
      const consumer = store.consumer<InviteIssued>({
        pulling: { batchSize: BATCH, pullingFrequencyInMs: 0 },
      })
      consumer.processor<InviteIssued>({
        processorId: `again-${rebuilds}`,
        projection,
        startFrom: 'BEGINNING',
        stopAfter: ({ metadata }) => metadata.globalPosition === BigInt(events),
      })
      await consumer.start()
      return count(`again_${rebuilds - 1}`)
    },
    close: () => connection.close(),
  }
}
