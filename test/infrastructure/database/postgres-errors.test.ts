import pg from 'pg'
import { describe, expect, test } from 'vitest'
import {
  isLost,
  isPassing,
  isReadOnly,
  isTooManyLocks,
  outward,
} from '../../../src/infrastructure/database/postgres-errors.ts'
import { StoreBusy, StoreUnavailable } from '../../../src/infrastructure/errors.ts'

const saying = (code: string, message = 'the server’s own words') =>
  Object.assign(new Error(message), { code })
const fromServer = (message: string) => new pg.DatabaseError(message, message.length, 'error')

describe('what the server says, to whoever asked', () => {
  test.each(['40001', '40P01', '53200', '55P03', '57014', '53300', '25P03'])(
    '%s is somebody else’s turn',
    (code) => {
      const cause = saying(code)
      const told = outward(cause) as Error
      expect(told).toBeInstanceOf(StoreBusy)
      expect([told.message, told.cause]).toStrictEqual([`the database is busy: ${code}`, cause])
    },
  )
  test.each(
    [
      ['08006', '57P01', '57P05', '58030', '53100', '53400', '25006', 'XX001', 'XX002', 'F0000'],
      ['ECONNREFUSED', 'ERR_SOCKET_CLOSED'],
    ].flat(),
  )('%s is an outage', (code) => {
    const cause = saying(code)
    const told = outward(cause) as Error
    expect(told).toBeInstanceOf(StoreUnavailable)
    expect([told.message, told.cause]).toStrictEqual([`the database failed: ${code}`, cause])
  })
  test.each([
    'Connection terminated unexpectedly',
    'connection ended',
    'connection error',
    'Client has encountered a connection error and is not queryable',
    'timeout exceeded when trying to connect',
    'Client was closed and is not queryable',
    'Query read timeout',
  ])('a connection that is gone has no code: %s', (message) =>
    expect((outward(new Error(message)) as Error).message).toBe('the database failed: no connection'),
  )
  test.each([
    saying('23505'),
    saying('57P06'),
    saying('XX000'),
    saying('x08006'),
    saying('08006x'),
    new Error('a bug'),
    fromServer('connection terminated'),
    'ECONNREFUSED',
    null,
  ])('anything else is a bug and passes through: %s', (bug) => expect(outward(bug)).toBe(bug))
  test('what was said already is not said again', () => {
    const busy = new StoreBusy('waited long enough')
    const gone = new StoreUnavailable('the disk has failed')
    expect([outward(busy), outward(gone)]).toStrictEqual([busy, gone])
    expect(outward(busy)).toBe(busy)
  })
})

test('codes are told apart: what is tried again, what is asked elsewhere, and whose answer is lost', () => {
  const judged = (code: string) =>
    [isPassing, isTooManyLocks, isReadOnly, isLost].map((is) => is(saying(code)))
  expect(judged('40001')).toStrictEqual([true, false, false, false])
  expect(judged('40P01')).toStrictEqual([true, false, false, false])
  expect(judged('53200')).toStrictEqual([false, true, false, false])
  expect(judged('25006')).toStrictEqual([false, false, true, false])
  expect(judged('08003')).toStrictEqual([false, false, false, true])
  expect(judged('57P03')).toStrictEqual([false, false, false, true])
  expect(judged('ECONNRESET')).toStrictEqual([false, false, false, true])
  expect(judged('23505')).toStrictEqual([false, false, false, false])
})
