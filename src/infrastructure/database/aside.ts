import { existsSync, renameSync } from 'node:fs'
import Database from 'better-sqlite3'
import { SetupProblem } from '../errors.ts'
import { codeOf } from './sqlite-errors.ts'

const LOG_ENDINGS = ['', '-wal', '-shm'] as const

/** Holds a database that nobody else has open, its log folded into it; null if it is too damaged to be opened. */
const hold = (file: string): Database.Database | null => {
  let db: Database.Database | null = null
  try {
    db = new Database(file, { timeout: 0 })
    db.pragma('journal_mode = delete') // SQLite refuses while anybody else has the file open
    db.exec('begin exclusive')
    return db
  } catch (error) {
    db?.close()
    if (codeOf(error).startsWith('SQLITE_BUSY')) {
      throw new SetupProblem(
        `${file} is in use. Stop the service and whatever else has it open, then try again.`,
        { cause: error },
      )
    }
    if (['SQLITE_NOTADB', 'SQLITE_CORRUPT'].includes(codeOf(error))) return null
    throw error
  }
}

/** Throws if somebody has the database open. */
export const mustBeIdle = (file: string): void => {
  hold(file)?.close()
}

/** Puts `fresh` in the place of a database that nobody has open; the old one stays under the name `aside`. */
export const replaceDatabase = (file: string, fresh: string, aside: string): void => {
  const held = hold(file)
  try {
    for (const ending of LOG_ENDINGS) {
      if (existsSync(`${file}${ending}`)) renameSync(`${file}${ending}`, `${aside}${ending}`)
    }
    renameSync(fresh, file)
  } finally {
    held?.close()
  }
}
