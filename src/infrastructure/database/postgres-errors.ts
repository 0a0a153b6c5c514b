import pg from 'pg'
import { StoreBusy, StoreUnavailable } from '../errors.ts'

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''

/** Serialisation failures and deadlocks: nothing has happened, and the same again will do. */
export const isPassing = (error: unknown): boolean => ['40001', '40P01'].includes(codeOf(error))

/** So many locks at once that the server's table of them is full. */
export const isTooManyLocks = (error: unknown): boolean => codeOf(error) === '53200'

/** The server follows another one now: what it was asked has to be asked elsewhere. */
export const isReadOnly = (error: unknown): boolean => codeOf(error) === '25006'

/** The server was waited for too long: it is there, but busy. */
const BUSY = new Set(['55P03', '57014', '53300', '25P03'])
const OUTAGE = /^(08...|57P0[1-5]|58...|53[14]..|25006|XX00[12]|F0000)$/
const NETWORK = /^(E[A-Z]+|ERR_SOCKET_.*)$/

/** The connection is gone, and with it the answer to what was asked last. */
export const isLost = (error: unknown): boolean => {
  const code = codeOf(error)
  if (/^(08...|57P0[1-5])$/.test(code) || NETWORK.test(code)) return true
  return (
    error instanceof Error &&
    !(error instanceof pg.DatabaseError) &&
    /connection (terminated|error|ended)|not queryable|timeout exceeded when trying to connect|client was closed|read timeout/i.test(
      error.message,
    )
  )
}

/** What callers get to see of a database error: outages are named, bugs pass through. */
export const outward = (error: unknown): unknown => {
  if (error instanceof StoreBusy || error instanceof StoreUnavailable) return error
  const code = codeOf(error)
  if (isPassing(error) || isTooManyLocks(error) || BUSY.has(code)) {
    return new StoreBusy(`the database is busy: ${code}`, { cause: error })
  }
  return isLost(error) || OUTAGE.test(code)
    ? new StoreUnavailable(`the database failed: ${code || 'no connection'}`, { cause: error })
    : error
}
