import Database from 'better-sqlite3'
import pg from 'pg'
import type { Settings } from '../../src/config.ts'

/** Somebody else's hand on what every writer needs; let go by the returned function. */
export const holdDatabase = async ({
  databaseFile,
  postgresUrl,
}: Pick<Settings, 'databaseFile' | 'postgresUrl'>): Promise<() => Promise<void>> => {
  if (postgresUrl === null) {
    const other = new Database(databaseFile)
    other.exec('begin immediate')
    return async () => {
      other.exec('rollback')
      other.close()
    }
  }
  const other = new pg.Client({ connectionString: postgresUrl })
  await other.connect()
  await other.query('begin; select position from history_head for update; lock table throttles')
  return async () => {
    await other.query('rollback')
    await other.end()
  }
}
