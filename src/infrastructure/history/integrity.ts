import { Worker } from 'node:worker_threads'
import Database from 'better-sqlite3'
import type { SqliteConnection } from '../database/sqlite.ts'

// `latchkey doctor` looks at the whole file.
const TABLES = ['events', 'tiles', 'seals', 'seal_keys']

const workerFile = new URL(
  import.meta.filename.endsWith('.ts') ? './integrity.worker.ts' : './integrity.worker.js',
  import.meta.url,
)

/** What SQLite itself finds wrong with the tables of the history. */
export const integrityProblems = (db: SqliteConnection): readonly string[] => {
  try {
    return TABLES.flatMap((table) =>
      (db.pragma(`integrity_check(${table})`) as { integrity_check: string }[])
        .map((row) => row.integrity_check)
        .filter((line) => line !== 'ok'),
    )
  } catch (error) {
    if (!(error instanceof Database.SqliteError)) throw error
    return [`the database can't be read: ${error.code}`]
  }
}

/** The same beside other work: it takes about as long as reading every event does. */
export const integrityBeside = (db: SqliteConnection): Promise<readonly string[]> =>
  db.memory
    ? Promise.resolve(integrityProblems(db))
    : new Promise((resolve, reject) => {
        const worker = new Worker(workerFile, { workerData: db.name })
        worker.once('message', resolve)
        worker.once('error', reject)
      })
