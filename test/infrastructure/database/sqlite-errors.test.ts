import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import {
  codeOf,
  isBusy,
  isFatal,
  isOutage,
  isUncertain,
  outward,
} from '../../../src/infrastructure/database/sqlite-errors.ts'
import { StoreBusy, StoreUnavailable } from '../../../src/infrastructure/errors.ts'

const error = (code: string) => new Database.SqliteError('the engine’s own words', code)

describe('what the database says, to whoever asked', () => {
  test.each([
    ['SQLITE_FULL', 'the disk is full: make room'],
    ['SQLITE_READONLY', 'the database may not be written to: is its disk read-only?'],
    ['SQLITE_READONLY_DBMOVED', 'the database may not be written to: is its disk read-only?'],
    [
      'SQLITE_CORRUPT_INDEX',
      'the database file is damaged: keep it as it is, and put a backup in its place by `latchkey restore FILE --replace`',
    ],
    [
      'SQLITE_NOTADB',
      'the database file is damaged: keep it as it is, and put a backup in its place by `latchkey restore FILE --replace`',
    ],
    ['SQLITE_IOERR_READ', 'the database cannot be reached: look at its disk'],
    ['SQLITE_CANTOPEN', 'the database cannot be reached: look at its disk'],
    ['SQLITE_PROTOCOL', 'the database cannot be reached: look at its disk'],
  ])('%s is an outage: %s', (code, words) => {
    const cause = error(code)
    const told = outward(cause) as Error
    expect(told).toBeInstanceOf(StoreUnavailable)
    expect([told.message, told.cause]).toStrictEqual([`${words} (${code})`, cause])
  })

  test.each(['SQLITE_BUSY', 'SQLITE_BUSY_SNAPSHOT'])('%s is somebody else’s turn', (code) => {
    const cause = error(code)
    const told = outward(cause) as Error
    expect(told).toBeInstanceOf(StoreBusy)
    expect([told.message, told.cause]).toStrictEqual(['another process holds the database', cause])
  })

  test.each([
    error('SQLITE_CONSTRAINT_PRIMARYKEY'),
    error('SQLITE_ERROR'),
    new Error('SQLITE_FULL'),
    'SQLITE_BUSY',
  ])('anything else is a bug and passes through: %s', (bug) => expect(outward(bug)).toBe(bug))
})

test('codes are told apart: who waits, who stops, and who does not know', () => {
  const judged = (code: string) => [isBusy(code), isOutage(code), isFatal(code), isUncertain(code)]
  expect(judged('SQLITE_BUSY')).toStrictEqual([true, false, false, false])
  expect(judged('SQLITE_BUSY_SNAPSHOT')).toStrictEqual([true, false, false, false])
  expect(judged('SQLITE_BUSY_RECOVERY')).toStrictEqual([false, false, false, false])
  expect(judged('SQLITE_FULL')).toStrictEqual([false, true, false, false])
  expect(judged('SQLITE_IOERR_WRITE')).toStrictEqual([false, true, false, false])
  expect(judged('SQLITE_IOERR_FSYNC')).toStrictEqual([false, true, true, true])
  expect(judged('SQLITE_CORRUPT_VTAB')).toStrictEqual([false, true, true, false])
  expect(judged('NOT_SQLITE_FULL')).toStrictEqual([false, false, false, false])
  expect([codeOf(error('SQLITE_FULL')), codeOf(new Error('x')), codeOf(null)]).toStrictEqual([
    'SQLITE_FULL',
    '',
    '',
  ])
})
