import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { NewEvent } from '../../src/domain/catalogue.ts'
import { accept } from '../../src/domain/decision.ts'
import { type Foundation, openFoundation } from '../../src/foundation.ts'
import { openReader, sqliteReader } from '../../src/infrastructure/database/sqlite.ts'
import { referralCodeCache } from '../../src/infrastructure/referral-code-cache.ts'
import type { Reader } from '../../src/projections/projection.ts'
import { referralCodeReads } from '../../src/projections/referral-codes.ts'
import * as cast from '../support/controls.ts'
import { DAY, openTestFloor, rawSqlite, testClock, testSettings } from '../support/house.ts'

const { BEN, BEN_ADDRESS, CODE, CODE_ID, OTHER_CODE, OTHER_CODE_ID, IN_A_WEEK } = cast
const found = { codeId: CODE_ID, referrerId: BEN, code: CODE, expiresAt: IN_A_WEEK }
const another = { codeId: OTHER_CODE_ID, referrerId: BEN, code: OTHER_CODE, expiresAt: IN_A_WEEK }

const happened = ({ store }: Foundation, ...events: readonly NewEvent[]) =>
  store.decide({ readings: {}, decide: () => accept(...events), actor: 'operator', correlation: 'C' })
/** What others committed is seen in a later turn of the event loop, as a next request is. */
const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve))

describe('looking up referral codes', () => {
  let floor: Awaited<ReturnType<typeof openTestFloor>>
  let clock: ReturnType<typeof testClock>
  let cache: ReturnType<typeof referralCodeCache>
  /** Every statement that the cache's own connection was given. */
  const statements: string[] = []
  let stop = () => {}

  beforeEach(async () => {
    clock = testClock()
    floor = await openTestFloor({ clock })
    await happened(floor, ...cast.member(BEN, BEN_ADDRESS), cast.codeCreated())
    const db = openReader(floor.settings.databaseFile)
    stop = () => db.close()
    const plain = sqliteReader(db)
    const reader: Reader = {
      all: (sql, params) => {
        statements.push(sql)
        return plain.all(sql, params)
      },
      get: (sql, params) => {
        statements.push(sql)
        return plain.get(sql, params)
      },
      version: plain.version,
    }
    cache = referralCodeCache({ reader, reads: referralCodeReads(reader), clock })
    expect(await cache.byCode(CODE)).toStrictEqual(found)
    expect(await cache.byReferrerEmail(BEN_ADDRESS)).toStrictEqual(found)
    statements.length = 0
  })
  afterEach(async () => {
    stop()
    await floor.dispose()
  })

  test('S1-37, S3-48: by code or by address, it asks the database nothing the second time, in this turn or a later one', async () => {
    for (let n = 0; n < 3; n++) {
      expect(await cache.byCode(CODE)).toStrictEqual(found)
      expect(await cache.byReferrerEmail(BEN_ADDRESS)).toStrictEqual(found)
      await nextTurn()
    }
    expect(statements).toStrictEqual([])
  })
  test('S1-37 nor after a commit that ends no code, but once whether it does', async () => {
    await happened(floor, ...cast.member(cast.CYD, cast.CYD_ADDRESS))
    await nextTurn()
    expect(await cache.byCode(CODE)).toStrictEqual(found)
    expect(await cache.byReferrerEmail(BEN_ADDRESS)).toStrictEqual(found)
    expect(statements).toHaveLength(1)
    expect(statements[0]).toContain('from events where position > $1')
  })

  const endings: readonly (readonly [string, readonly NewEvent[]])[] = [
    ['S1-14, W-15 deleted', [cast.codeDeleted()]],
    ['of somebody who is suspended', [cast.suspended(BEN)]],
    ['of somebody who is gone', [cast.erased(BEN)]],
  ]
  test.each(endings)('a code that is %s is not found from then on', async (_, events) => {
    await happened(floor, ...events)
    await nextTurn()
    expect(await cache.byCode(CODE)).toBeNull()
    expect(await cache.byReferrerEmail(BEN_ADDRESS)).toBeNull()
  })
  test.each(endings)('nor if another process has seen that it is %s', async (_, events) => {
    const other = await openFoundation(testSettings(floor.folder, 3000), { clock })
    try {
      await happened(other, ...events)
      await nextTurn()
      expect(await cache.byCode(CODE)).toBeNull()
      expect(await cache.byReferrerEmail(BEN_ADDRESS)).toBeNull()
    } finally {
      await other.close()
    }
  })
  test('the next code is found at once after the one before was deleted', async () => {
    await happened(floor, cast.codeDeleted())
    await nextTurn()
    expect(await cache.byCode(OTHER_CODE)).toBeNull()
    await happened(floor, cast.codeCreated({ codeId: OTHER_CODE_ID, code: OTHER_CODE }))
    await nextTurn()
    expect(await cache.byCode(OTHER_CODE)).toStrictEqual(another)
    expect(await cache.byReferrerEmail(BEN_ADDRESS)).toStrictEqual(another)
  })
  test('S1-20 an expired one is found by itself only; the next one then by the address', async () => {
    clock.set(IN_A_WEEK)
    expect(await cache.byReferrerEmail(BEN_ADDRESS)).toBeNull()
    expect(await cache.byCode(CODE)).toStrictEqual(found)
    const expiresAt = new Date(Date.parse(IN_A_WEEK) + DAY).toISOString()
    await happened(floor, cast.codeCreated({ codeId: OTHER_CODE_ID, code: OTHER_CODE, expiresAt }))
    await nextTurn()
    expect(await cache.byReferrerEmail(BEN_ADDRESS)).toStrictEqual({ ...another, expiresAt })
  })
  test('a reinstated owner’s code is found again', async () => {
    await happened(floor, cast.suspended(BEN))
    await nextTurn()
    expect(await cache.byCode(CODE)).toBeNull()
    await happened(floor, cast.reinstated(BEN))
    await nextTurn()
    expect(await cache.byCode(CODE)).toStrictEqual(found)
  })
  test('an address that was given up leads to nobody, and the new one to its user', async () => {
    await happened(floor, cast.addressReleased(), cast.verified(BEN, cast.ADA_ADDRESS, 'code'))
    await nextTurn()
    expect(await cache.byReferrerEmail(BEN_ADDRESS)).toBeNull()
    expect(await cache.byReferrerEmail(cast.ADA_ADDRESS)).toStrictEqual(found)
  })
  test('where an engine can’t tell whether anything changed, nothing is remembered', async () => {
    const { version: _, ...reader } = sqliteReader(rawSqlite(floor).reader)
    const careful = referralCodeCache({ reader, reads: floor.reads.referralCodes, clock })
    expect(await careful.byCode(CODE)).toStrictEqual(found)
    await happened(floor, cast.codeDeleted())
    expect(await careful.byCode(CODE)).toBeNull()
  })
  test('what a slow answer brings is not remembered when something was committed meanwhile', async () => {
    const { promise: asked, resolve: sayAsked } = Promise.withResolvers<void>()
    const { promise: answer, resolve: sayAnswer } = Promise.withResolvers<void>()
    const reader = sqliteReader(rawSqlite(floor).reader)
    let isSlow = true
    const slow = referralCodeCache({
      reader,
      reads: {
        ...floor.reads.referralCodes,
        byCode: async (code) => {
          const row = await floor.reads.referralCodes.byCode(code)
          if (isSlow) {
            isSlow = false
            sayAsked()
            await answer
          }
          return row
        },
      },
      clock,
    })
    const first = slow.byCode(CODE)
    await asked
    await happened(floor, cast.codeDeleted())
    await nextTurn()
    expect(await slow.byReferrerEmail(BEN_ADDRESS)).toBeNull()
    sayAnswer()
    expect(await first).toStrictEqual(found) // it was so when it was asked
    expect(await slow.byCode(CODE)).toBeNull()
  })
})
