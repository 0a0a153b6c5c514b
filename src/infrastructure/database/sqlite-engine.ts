import type { Checked, Engine, Past, StoreParts } from '../engine.ts'
import { ReadOnly, ReadOnlyStore } from '../event-store/read-only-store.ts'
import { SqliteEventStore } from '../event-store/sqlite-store.ts'
import { sqliteSource } from '../history/sqlite-source.ts'
import { isMigrated, migrateUp, migrationStatus, sqliteMigrations } from './migrations.ts'
import {
  carrierOn,
  openReader,
  openWriter,
  type SqliteConnection,
  sqliteDialect,
  sqliteReader,
} from './sqlite.ts'
import { codeOf, outward } from './sqlite-errors.ts'
import { sqliteLiveTables } from './sqlite-live-tables.ts'
import type { Exclusively, Work } from './work.ts'

const FULL = 2

/** For what is SQLite's alone. */
export type SqliteFile = {
  readonly file: string
  readonly db: SqliteConnection
  readonly reader: SqliteConnection
}

const integrityOf = (pragma: (name: string) => unknown): string => {
  try {
    return String(pragma('integrity_check'))
  } catch (error) {
    return codeOf(error) // too damaged to be looked at
  }
}

const doctor = (db: SqliteConnection): readonly Checked[] => {
  const pragma = (name: string): unknown => db.pragma(name, { simple: true })
  const isDurable = pragma('synchronous') === FULL && pragma('journal_mode') === 'wal'
  const integrity = integrityOf(pragma)
  const pending = migrationStatus(db, sqliteMigrations()).filter(({ appliedAt }) => appliedAt === null).length
  return [
    {
      what: 'durability',
      ok: isDurable,
      detail: isDurable ? 'write-ahead log, synchronous=FULL' : 'commits can be lost',
    },
    {
      what: 'integrity',
      ok: integrity === 'ok',
      detail: integrity === 'ok' ? 'ok' : `the file is damaged: ${integrity.replaceAll('\n', ' ')}`,
    },
    {
      what: 'migrations',
      ok: pending === 0,
      detail: pending === 0 ? 'all applied' : `${pending} missing: latchkey migrate up`,
    },
  ]
}

const pastOf = (
  file: string,
  readTables: string,
  position: number,
  parts: Pick<StoreParts, 'keys' | 'encodeTag'>,
): Past => {
  const reader = openReader(readTables)
  // Names are looked for in temp, then in the file, then in what is attached: views before read tables before the rest.
  reader.prepare('attach ? as live').run(file)
  reader.pragma('query_only = OFF') // views are written to the connection's own memory
  reader.exec(`
    create temp view events as select * from live.events where position <= ${position};
    create temp view event_tags as select * from live.event_tags where position <= ${position};
    create temp view seals as select * from live.seals where size <= ${position}`)
  reader.pragma('query_only = ON')
  return {
    database: {
      dialect: sqliteDialect,
      reader: sqliteReader(reader),
      exclusively: () => Promise.reject(new ReadOnly('the past is not written to')),
    },
    store: new ReadOnlyStore({ reader, ...parts }),
  }
}

/** Opens (and if need be makes) the file, with all its tables. */
export const openSqliteEngine = (file: string, now: string): Engine & { readonly sqlite: SqliteFile } => {
  const db = openWriter(file)
  const migrations = sqliteMigrations()
  try {
    migrateUp(db, migrations, now)
  } catch (error) {
    db.close()
    throw outward(error)
  }
  const reader = openReader(file)
  const rows = sqliteReader(reader)
  let store: SqliteEventStore | undefined

  const carryOut = carrierOn(db)
  const alone = <T>(work: () => Work<T>): T => {
    try {
      return db.transaction(() => carryOut(work())).immediate()
    } catch (error) {
      throw outward(error)
    }
  }
  const exclusively: Exclusively = async (name, work) => (store ? store.exclusively(name, work) : alone(work))

  return {
    sqlite: { file, db, reader },
    dialect: sqliteDialect,
    reader: rows,
    lists: rows,
    exclusively,
    liveTables: sqliteLiveTables(db),
    openStore(parts) {
      try {
        store = new SqliteEventStore({ db, reader, ...parts })
      } catch (error) {
        throw outward(error)
      }
      return store
    },
    async snapshot(work) {
      const own = openReader(file) // others go on reading what is new
      own.exec('begin')
      try {
        return await work(sqliteReader(own))
      } finally {
        own.close()
      }
    },
    historySource: () => sqliteSource(reader),
    doctor: async () => doctor(db),
    isMigrated: () => isMigrated(rows, migrations),
    checkWritable: async () => store?.checkWritable(),
    past: async (readTables, position, parts) => pastOf(file, readTables, position, parts),
    async close() {
      await store?.close()
      reader.close()
      db.close()
    },
  }
}
