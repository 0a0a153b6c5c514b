import { dumbo, rawSql, sql } from '@event-driven-io/dumbo'
import { inlineProjections } from '@event-driven-io/emmett'
import {
  getPostgreSQLEventStore,
  postgreSQLRawSQLProjection,
  readMessagesBatch,
  rebuildPostgreSQLProjections,
} from '@event-driven-io/emmett-postgresql'
import pg from 'pg'
import { BATCH, COLUMNS, type InviteIssued } from './invites.ts'

const invites = () =>
  postgreSQLRawSQLProjection<InviteIssued>({
    name: 'invites',
    canHandle: ['InviteIssued'],
    init: () => rawSql(`create table if not exists invites (${COLUMNS})`),
    evolve: ({ data: { inviteId, email, role, locale, expiresAt }, metadata: { at } }) =>
      sql(
        'insert into invites values (%L, %L, %L, %L, %L, %L) on conflict (id) do nothing',
        inviteId,
        email,
        role,
        locale,
        expiresAt,
        at,
      ),
  })

/** A store on a pool of so many connections. */
export const openEmmettPostgres = async (connectionString: string, connections: number) => {
  const client = new pg.Pool({ connectionString, max: connections })
  const pool = dumbo({ connectionString, pool: client })
  const store = getPostgreSQLEventStore(connectionString, {
    connectionOptions: { dumbo: pool },
    projections: inlineProjections([invites()]),
  })
  await store.schema.migrate()
  let rebuilds = 0
  const count = async (table: string): Promise<number> => {
    const { rows } = await client.query<{ n: string }>(`select count(*) as n from ${table}`)
    return Number(rows[0]?.n ?? 0)
  }
  return {
    store,
    count,
    async readAll(): Promise<number> {
      let seen = 0
      for (let after = 0n; ; ) {
        const batch = await readMessagesBatch(pool.execute, { after, batchSize: BATCH })
        seen += batch.messages.length
        if (!batch.areMessagesLeft) return seen
        after = batch.currentGlobalPosition
      }
    },
    /** Answers how many rows there are then. */
    async rebuild(): Promise<number> {
      await client.query('truncate invites')
      const consumer = rebuildPostgreSQLProjections({
        connectionString,
        // A processor that was here before goes on where it was.
        projections: [{ projection: invites(), processorId: `again-${rebuilds++}` }],
        pulling: { batchSize: BATCH, pullingFrequencyInMs: 0 },
      })
      await consumer.start()
      await consumer.close()
      return count('invites')
    },
    async close() {
      await store.close()
      await client.end().catch(() => {})
    },
  }
}
