import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { readMigrations } from '../../../src/infrastructure/database/migrations.ts'
import { openPool } from '../../../src/infrastructure/database/postgres.ts'
import { Flusher } from '../../../src/infrastructure/database/postgres-flusher.ts'
import { migratePostgresUp } from '../../../src/infrastructure/database/postgres-migrations.ts'
import { tagEncoder } from '../../../src/infrastructure/event-store/codec.ts'
import { PostgresEventStore } from '../../../src/infrastructure/event-store/postgres-store.ts'
import { randomIds } from '../../../src/infrastructure/ids.ts'
import { addressDigest } from '../../../src/infrastructure/vault/address-digest.ts'
import { SubjectKeys } from '../../../src/infrastructure/vault/subject-keys.ts'
import { projections } from '../../../src/projections/index.ts'
import { eventStoreContract } from '../../support/contract.ts'
import { testClock } from '../../support/house.ts'
import { createTestDatabase } from '../../support/postgres.ts'

const folder = join(import.meta.dirname, '..', '..', '..', 'migrations', 'postgres')

eventStoreContract('PostgreSQL', async () => {
  const clock = testClock()
  const database = await createTestDatabase()
  const pool = openPool({ url: database.url, max: 5, name: 'latchkey test' })
  await migratePostgresUp(pool, readMigrations(folder), clock())
  const store = new PostgresEventStore({
    pool,
    keys: new SubjectKeys(randomBytes(32)),
    encodeTag: tagEncoder(addressDigest(randomBytes(32))),
    projections,
    clock,
    ids: randomIds(clock),
    flusher: new Flusher(pool, 'test'),
    ring: () => {},
  })
  return {
    store,
    clock,
    rows: async (sql) => (await pool.query(sql)).rows as Record<string, unknown>[],
    tamper: async (sql) => {
      await pool.query(sql)
    },
    close: async () => {
      await store.close()
      await pool.end()
      await database.drop()
    },
  }
})
