import pg from 'pg'
import { createTestDatabase, startPostgres } from '../test/support/postgres.ts'
import { rate } from './figures.ts'
import { atEnd } from './machine.ts'
import { openStore } from './store.ts'

const EVENT_BYTES = 430 // what an InviteIssued takes as stored

/** As operators run it: nothing about durability is turned off. */
const SETTINGS = ['shared_buffers=256MB']

/** A server of the bench's own, gone when it ends. */
export const openServer = async (settings: readonly string[] = SETTINGS) => {
  const server = await startPostgres(settings)
  atEnd(() => server.remove())
  return server
}

/**
 * One server for both sides: invites issued through the store with so many in flight, and the limit, one-row inserts
 * that are each committed, on as many connections.
 */
export const openPostgresBench = async (connections: number) => {
  const server = await openServer()
  const database = await createTestDatabase(server.url, 'template0')
  const { floor, issue } = await openStore(database.url)
  const pool = new pg.Pool({ connectionString: database.url, max: connections })
  await pool.query('create table bare (id bigserial primary key, bytes text not null)')
  const row = 'x'.repeat(EVENT_BYTES)
  const insert = () =>
    pool.query({ name: 'bare', text: 'insert into bare (bytes) values ($1)', values: [row] })
  return {
    issue: (count: number) => issue(connections, count),
    inserts: (count: number) => {
      let left = count
      const worker = async () => {
        while (left-- > 0) await insert()
      }
      return rate(count, async () => {
        await Promise.all(Array.from({ length: connections }, worker))
      })
    },
    async close() {
      await pool.end()
      await floor.close()
      server.remove()
    },
  }
}
