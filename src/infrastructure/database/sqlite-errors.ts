import Database from 'better-sqlite3'
import { StoreBusy, StoreUnavailable } from '../errors.ts'

export const codeOf = (error: unknown): string => (error instanceof Database.SqliteError ? error.code : '')

/** Written, and nobody knows whether it will stay. */
export const isUncertain = (code: string) => code === 'SQLITE_IOERR_FSYNC'
export const isFatal = (code: string) => isUncertain(code) || code.startsWith('SQLITE_CORRUPT')
export const isOutage = (code: string) =>
  /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|CORRUPT|NOTADB|PROTOCOL)/.test(code)
export const isBusy = (code: string) => code === 'SQLITE_BUSY' || code === 'SQLITE_BUSY_SNAPSHOT'

/** What callers get to see of a database error: outages are named, bugs pass through. */
export const outward = (error: unknown): unknown => {
  const code = codeOf(error)
  if (isBusy(code)) return new StoreBusy('another process holds the database', { cause: error })
  return isOutage(code) ? new StoreUnavailable(`the database failed: ${code}`, { cause: error }) : error
}
