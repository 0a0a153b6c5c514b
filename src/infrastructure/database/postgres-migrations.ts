import { join } from 'node:path'
import { type AppliedRow, check, type Migration, type MigrationStatus, readMigrations } from './migrations.ts'
import type { Migrator } from './migrator.ts'
import { ask, type Client, inTransaction, openPool, type Pool } from './postgres.ts'

export const postgresMigrations = (): readonly Migration[] =>
  readMigrations(join(import.meta.dirname, '..', '..', '..', 'migrations', 'postgres'))

/** Any number will do, as long as nobody else's locks have it: "latch" in ASCII. */
const MIGRATING = 0x6c61746368

const applied = async (client: Pick<Client, 'query'>): Promise<AppliedRow[]> => {
  const [table] = await ask<{ name: string | null }>(client, `select to_regclass('migrations')::text as name`)
  if (!table?.name) return []
  return ask<AppliedRow>(client, 'select number, name, checksum, applied_at from migrations order by number')
}

const step = (
  pool: Pool,
  migrations: readonly Migration[],
  act: (client: Client, rows: readonly AppliedRow[]) => Promise<Migration | null>,
): Promise<Migration | null> =>
  inTransaction(pool, 'begin', async (client) => {
    await client.query('select pg_advisory_xact_lock($1)', [MIGRATING])
    const rows = await applied(client)
    check(rows, migrations)
    return act(client, rows)
  })

/** Applies what is missing, each in a transaction of its own; of several that start at once one does it, the others wait. */
export const migratePostgresUp = async (
  pool: Pool,
  migrations: readonly Migration[],
  now: string,
  to = migrations.length,
): Promise<readonly Migration[]> => {
  const rows = await applied(pool)
  check(rows, migrations)
  const done: Migration[] = []
  if (rows.length >= to) return done
  for (;;) {
    const next = await step(pool, migrations, async (client, known) => {
      const migration = migrations[known.length]
      if (!migration || migration.number > to) return null
      await client.query(
        `create table if not exists migrations (number integer primary key, name text not null,
         checksum text not null, applied_at text not null)`,
      )
      await client.query(migration.up)
      await client.query('insert into migrations values ($1, $2, $3, $4)', [
        migration.number,
        migration.name,
        migration.checksum,
        now,
      ])
      return migration
    })
    if (!next) return done
    done.push(next)
  }
}

/** Undoes the newest migrations down to, but not including, `to`. */
export const migratePostgresDown = async (
  pool: Pool,
  migrations: readonly Migration[],
  to: number,
): Promise<readonly Migration[]> => {
  const done: Migration[] = []
  for (;;) {
    const last = await step(pool, migrations, async (client, known) => {
      const migration = migrations[known.length - 1]
      if (!migration || migration.number <= to) return null
      await client.query(migration.down)
      await client.query('delete from migrations where number = $1', [migration.number])
      return migration
    })
    if (!last) return done
    done.push(last)
  }
}

export const postgresMigrationStatus = async (
  pool: Pool,
  migrations: readonly Migration[],
): Promise<readonly MigrationStatus[]> => {
  const rows = await applied(pool)
  check(rows, migrations)
  return migrations.map(({ number, name }) => ({
    number,
    name,
    appliedAt: rows.find((row) => row.number === number)?.applied_at ?? null,
  }))
}

const hasEvents = async (pool: Pool): Promise<boolean> => {
  const [table] = await ask<{ name: string | null }>(pool, `select to_regclass('events')::text as name`)
  return Boolean(table?.name) && (await ask(pool, 'select 1 as found from events limit 1')).length > 0
}

export const openPostgresMigrator = (url: string): Migrator => {
  const pool = openPool({ url, max: 2, name: 'latchkey migrate', patient: true })
  const all = postgresMigrations()
  return {
    all,
    up: (now, to) => migratePostgresUp(pool, all, now, to),
    down: (to) => migratePostgresDown(pool, all, to),
    status: () => postgresMigrationStatus(pool, all),
    hasEvents: () => hasEvents(pool),
    close: () => pool.end(),
  }
}
