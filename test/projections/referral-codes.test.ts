import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { NewEvent } from '../../src/domain/catalogue.ts'
import { accept } from '../../src/domain/decision.ts'
import { insert, remove, update } from '../../src/projections/projection.ts'
import { referralCodes } from '../../src/projections/referral-codes.ts'
import * as cast from '../support/controls.ts'
import { openTestFloor } from '../support/house.ts'
import { describeProjection } from '../support/projected.ts'
import { expectProjectionsEqualRebuild } from '../support/rebuild.ts'

const { ADA, BEN, CODE, CODE_ID, OTHER_CODE, OTHER_CODE_ID, EARLIER, NOW, IN_A_DAY, IN_A_WEEK } = cast
const row = {
  id: CODE_ID,
  user_id: BEN,
  code: CODE,
  description: null,
  created_at: EARLIER,
  expires_at: IN_A_WEEK,
  mailed_at: null,
  deleted_at: null,
}

describeProjection(referralCodes, [
  ['a code has its row', cast.codeCreated(), [insert('referral_codes', row)]],
  [
    'with what its owner says of it',
    cast.codeCreated({ description: 'for the team' }),
    [insert('referral_codes', { ...row, description: 'for the team' })],
  ],
  [
    'S3-31 that it was mailed stands there',
    cast.codeMailed(),
    [update('referral_codes', { id: CODE_ID }, { mailed_at: EARLIER })],
  ],
  [
    'that it was deleted too',
    cast.codeDeleted(),
    [update('referral_codes', { id: CODE_ID }, { deleted_at: EARLIER })],
  ],
  ['S3-36 it goes with its owner', cast.erased(BEN), [remove('referral_codes', { user_id: BEN })]],
])

describe('reading referral codes', () => {
  let floor: Awaited<ReturnType<typeof openTestFloor>>
  const happened = (...events: readonly NewEvent[]) =>
    floor.store.decide({
      readings: {},
      decide: () => accept(...events),
      actor: 'operator',
      correlation: 'C',
    })
  const found = { codeId: CODE_ID, referrerId: BEN, code: CODE, expiresAt: IN_A_WEEK }
  beforeAll(async () => {
    floor = await openTestFloor()
    await happened(
      ...cast.member(BEN, cast.BEN_ADDRESS),
      ...cast.member(ADA, cast.ADA_ADDRESS),
      cast.codeCreated({ description: 'for the team' }),
    )
  })
  afterAll(() => floor.dispose())

  test('W-40, S3-25 a user finds their own, and only theirs', async () => {
    const { referralCodes: reads } = floor.reads
    expect(await reads.activeOf(BEN, NOW)).toStrictEqual({
      id: CODE_ID,
      userId: BEN,
      code: CODE,
      description: 'for the team',
      createdAt: NOW,
      expiresAt: IN_A_WEEK,
      mailedAt: null,
    })
    expect(await reads.activeOf(ADA, NOW)).toBeNull()
    expect(await reads.activeOf(BEN, IN_A_WEEK)).toBeNull()
  })
  test('S1-17 anybody finds it by itself, and by its owner’s address', async () => {
    const { referralCodes: reads } = floor.reads
    expect(await reads.byCode(CODE)).toStrictEqual(found)
    expect(await reads.byReferrerEmail(cast.BEN_ADDRESS)).toStrictEqual(found)
    expect(await reads.byCode(OTHER_CODE)).toBeNull()
    expect(await reads.byReferrerEmail(cast.ADA_ADDRESS)).toBeNull()
  })
  test('S3-31 when it was mailed last is known', async () => {
    await happened(cast.codeMailed())
    expect(await floor.reads.referralCodes.activeOf(BEN, NOW)).toMatchObject({ mailedAt: NOW })
  })
  test('S3-29 the database refuses the same code twice', async () => {
    await expect(happened(cast.codeCreated({ codeId: OTHER_CODE_ID, userId: ADA }))).rejects.toThrow(
      /unique/i,
    )
    expect(await floor.reads.referralCodes.activeOf(ADA, NOW)).toBeNull()
  })
  test('while its owner is suspended nobody finds it', async () => {
    const { referralCodes: reads } = floor.reads
    await happened(cast.suspended(BEN))
    expect(await reads.byCode(CODE)).toBeNull()
    expect(await reads.byReferrerEmail(cast.BEN_ADDRESS)).toBeNull()
    await happened(cast.reinstated(BEN))
    expect(await reads.byCode(CODE)).toStrictEqual(found)
  })
  test('S1-14, S1-20, W-15 a deleted one is not found, the next one is', async () => {
    const { referralCodes: reads } = floor.reads
    await happened(cast.codeDeleted())
    expect(await reads.activeOf(BEN, NOW)).toBeNull()
    expect(await reads.byCode(CODE)).toBeNull()
    expect(await reads.byReferrerEmail(cast.BEN_ADDRESS)).toBeNull()
    await happened(cast.codeCreated({ codeId: OTHER_CODE_ID, code: OTHER_CODE, expiresAt: IN_A_DAY }))
    const next = { codeId: OTHER_CODE_ID, referrerId: BEN, code: OTHER_CODE, expiresAt: IN_A_DAY }
    expect(await reads.byReferrerEmail(cast.BEN_ADDRESS)).toStrictEqual(next)
    expect(await reads.byCode(OTHER_CODE)).toStrictEqual(next)
  })
  test('S3-29 a code is taken while its owner is here, even after it was deleted', async () => {
    const { referralCodes: reads } = floor.reads
    expect(await reads.idOf(CODE)).not.toBeNull()
    expect(await reads.idOf(OTHER_CODE)).toBe(OTHER_CODE_ID)
    expect(await reads.idOf('0000000000000000')).toBeNull()
  })
  test('S3-36 nothing of it is left of somebody who is gone', async () => {
    await happened(cast.erased(BEN))
    expect(await floor.reads.referralCodes.byCode(OTHER_CODE)).toBeNull()
    expect(await floor.database.reader.all('select id from referral_codes')).toStrictEqual([])
    await expectProjectionsEqualRebuild(floor)
  })
})
