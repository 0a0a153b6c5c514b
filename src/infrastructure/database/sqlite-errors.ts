import Database from 'better-sqlite3'
import { StoreBusy, StoreUnavailable } from '../errors.ts'

export const codeOf = (error: unknown): string => (error instanceof Database.SqliteError ? error.code : '')

/** Written, and nobody knows whether it will stay. */
export const isUncertain = (code: string) => code === 'SQLITE_IOERR_FSYNC'
export const isFatal = (code: string) => isUncertain(code) || code.startsWith('SQLITE_CORRUPT')
export const isOutage = (code: string) =>
  /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|CORRUPT|NOTADB|PROTOCOL)/.test(code)
export const isBusy = (code: string) => code === 'SQLITE_BUSY' || code === 'SQLITE_BUSY_SNAPSHOT'

const said = (code: string): string => {
  if (code === 'SQLITE_FULL') return 'the disk is full: make room'
  if (code.startsWith('SQLITE_READONLY')) return 'the database may not be written to: is its disk read-only?'
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code))
    return 'the database file is damaged: keep it as it is, and put a backup in its place by `latchkey restore FILE --replace`'
  return 'the database cannot be reached: look at its disk'
}

/** What callers get to see of a database error: outages are named, bugs pass through. */
export const outward = (error: unknown): unknown => {
  const code = codeOf(error)
  if (isBusy(code)) return new StoreBusy('another process holds the database', { cause: error })
  return isOutage(code) ? new StoreUnavailable(`${said(code)} (${code})`, { cause: error }) : error
}
