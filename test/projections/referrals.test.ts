import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { NewEvent } from '../../src/domain/catalogue.ts'
import { accept } from '../../src/domain/decision.ts'
import { insert, remove, update } from '../../src/projections/projection.ts'
import { MAX_ABOVE, referrals } from '../../src/projections/referrals.ts'
import * as cast from '../support/controls.ts'
import { openTestFloor } from '../support/house.ts'
import { describeProjection } from '../support/projected.ts'
import { expectProjectionsEqualRebuild } from '../support/rebuild.ts'

const { ADA, BEN, CYD, BATCH, CODE_ID, INVITE, EARLIER, NOW } = cast

describeProjection(referrals, [
  [
    'S1-21, S1-23 who brought whom, and how',
    cast.referred(CYD, BEN),
    [
      insert('referrals', {
        user_id: CYD,
        referrer_id: BEN,
        code_id: CODE_ID,
        way: 'later',
        at: EARLIER,
        gone_at: null,
      }),
    ],
  ],
  [
    'S1-31 the link stays when somebody leaves: only ids are in it',
    cast.erased(BEN),
    [
      update('referrals', { user_id: BEN }, { gone_at: EARLIER }),
      remove('batch_suspensions', { user_id: BEN }),
    ],
  ],
  [
    'many who are suspended together are known as a batch',
    cast.subtreeSuspended({ count: 2 }),
    [
      insert('suspension_batches', {
        id: BATCH,
        root_id: BEN,
        suspended_at: EARLIER,
        suspended_by: 'operator',
        count: 2,
        reinstated_at: null,
      }),
    ],
  ],
  [
    'and so is each of them',
    cast.suspended(BEN, [], BATCH),
    [insert('batch_suspensions', { batch_id: BATCH, user_id: BEN })],
  ],
  ['but nobody who is suspended alone', cast.suspended(BEN), []],
  ['until they are reinstated', cast.reinstated(BEN), [remove('batch_suspensions', { user_id: BEN })]],
  [
    'together or one by one',
    cast.subtreeReinstated(),
    [update('suspension_batches', { id: BATCH }, { reinstated_at: EARLIER })],
  ],
])

describe('reading referrals', () => {
  let floor: Awaited<ReturnType<typeof openTestFloor>>
  const happened = (...events: readonly NewEvent[]) =>
    floor.store.decide({
      readings: {},
      decide: () => accept(...events),
      actor: 'operator',
      correlation: 'C',
    })
  const [one = '', two = '', three = ''] = cast.people(3)
  const self = (userId: string, email: string) => cast.registered(userId, email, { kind: 'self' })
  const byRegistration = { way: 'registration' } as const
  beforeAll(async () => {
    floor = await openTestFloor()
    await happened(
      ...cast.admin(ADA, cast.ADA_ADDRESS),
      cast.registered(BEN, cast.BEN_ADDRESS, { kind: 'invite', inviteId: INVITE }),
      cast.verified(BEN, cast.BEN_ADDRESS),
      self(CYD, cast.CYD_ADDRESS),
      self(one, 'one@example.org'),
      cast.referred(one, BEN, byRegistration),
      cast.verified(one, 'one@example.org', 'code'),
      cast.profileChanged({ userId: one, name: 'One' }),
      self(two, 'two@example.org'),
      cast.referred(two, BEN, byRegistration),
      self(three, 'three@example.org'),
      cast.referred(three, one, byRegistration),
      cast.referred(BEN, ADA),
    )
  })
  afterAll(() => floor.dispose())
  const row = (userId: string, referrerId: string, name: string) => ({
    userId,
    referrerId,
    way: 'registration',
    at: NOW,
    goneAt: null,
    name: null,
    email: `${name}@example.org`,
    emailVerifiedAt: null,
    suspendedAt: null,
  })
  const first = { ...row(one, BEN, 'one'), name: 'One', emailVerifiedAt: NOW }

  test('S1-29, S1-30, W-8 whom a user brought, the newest first, page by page, with no secret', async () => {
    const { referrals: reads } = floor.reads
    expect(await reads.of(BEN, { limit: 10 })).toStrictEqual([row(two, BEN, 'two'), first])
    expect(await reads.of(BEN, { limit: 1 })).toStrictEqual([row(two, BEN, 'two')])
    expect(await reads.of(BEN, { limit: 1, after: two })).toStrictEqual([first])
    expect(await reads.of(BEN, { limit: 1, after: one })).toStrictEqual([])
    expect(await reads.of(CYD, { limit: 1 })).toStrictEqual([])
  })
  test('S1-21 who brought them', async () => {
    const { referrals: reads } = floor.reads
    const link = { userId: one, referrerId: BEN, way: 'registration', at: NOW, goneAt: null }
    expect(await reads.referrerOf(one)).toStrictEqual(link)
    expect(await reads.referrerOf(ADA)).toBeNull()
  })
  test('how many', async () => {
    const { referrals: reads } = floor.reads
    expect(await reads.counts(BEN)).toStrictEqual({ all: 2, verified: 1, gone: 0 })
    expect(await reads.counts(CYD)).toStrictEqual({ all: 0, verified: 0, gone: 0 })
  })
  test('who is above them, the nearest first', async () => {
    const { referrals: reads } = floor.reads
    expect(await reads.above(three)).toStrictEqual([one, BEN, ADA])
    expect(await reads.above(ADA)).toStrictEqual([])
  })
  test('who is below them, the nearest first, as deep and as many as one likes', async () => {
    const { referrals: reads } = floor.reads
    const below = async (limit: number, depth: number) =>
      (await reads.below(ADA, { limit, depth })).map(({ userId, depth: at }) => [userId, at])
    expect(await below(10, 10)).toStrictEqual([
      [BEN, 1],
      [one, 2],
      [two, 2],
      [three, 3],
    ])
    expect(await below(10, 2)).toStrictEqual([
      [BEN, 1],
      [one, 2],
      [two, 2],
    ])
    expect(await below(2, 10)).toStrictEqual([
      [BEN, 1],
      [one, 2],
    ])
    expect(await reads.below(one, { limit: 1, depth: 1 })).toStrictEqual([
      { ...row(three, one, 'three'), depth: 1 },
    ])
  })
  test('who brought the most that have confirmed', async () => {
    const { referrals: reads } = floor.reads
    const top = [
      { userId: ADA, all: 1, verified: 1, gone: 0, name: null, email: cast.ADA_ADDRESS },
      { userId: BEN, all: 2, verified: 1, gone: 0, name: null, email: cast.BEN_ADDRESS },
      { userId: one, all: 1, verified: 0, gone: 0, name: 'One', email: 'one@example.org' },
    ]
    expect(await reads.top(2)).toStrictEqual([top[1], top[0]])
    expect(await reads.top(10)).toStrictEqual([top[1], top[0], top[2]])
  })
  test('how many came on each day, and how; who was made by the operator did not come', async () => {
    const { referrals: reads } = floor.reads
    const day = { day: '2026-03-01', self: 1, invite: 1, referral: 3 }
    const none = { self: 0, invite: 0, referral: 0 }
    const days = ['2026-02-28', '2026-03-01', '2026-03-02']
    expect(await reads.signUpsOn(days)).toStrictEqual([
      { day: '2026-02-28', ...none },
      day,
      { day: '2026-03-02', ...none },
    ])
    expect(await reads.signUpsOn([])).toStrictEqual([])
  })
  test('a batch is listed, and whom of it is still suspended', async () => {
    const { referrals: reads } = floor.reads
    const batch = {
      id: BATCH,
      rootId: BEN,
      suspendedAt: NOW,
      suspendedBy: 'operator',
      count: 2,
      reinstatedAt: null,
    }
    await happened(
      cast.suspended(one, [], BATCH),
      cast.suspended(two, [], BATCH),
      cast.subtreeSuspended({ count: 2 }),
    )
    expect(await reads.batches(10)).toStrictEqual([batch])
    expect(await reads.suspendedBy(BATCH)).toStrictEqual([one, two])
    expect((await reads.of(BEN, { limit: 1 }))[0]).toMatchObject({ suspendedAt: NOW })
    await happened(cast.reinstated(two), cast.subtreeReinstated())
    expect(await reads.suspendedBy(BATCH)).toStrictEqual([one])
    expect(await reads.batches(10)).toStrictEqual([{ ...batch, reinstatedAt: NOW }])
    expect(await reads.batches(0)).toStrictEqual([])
    expect(await reads.batch(BATCH)).toStrictEqual({ ...batch, reinstatedAt: NOW })
    expect(await reads.batch(cast.OTHER_BATCH)).toBeNull()
  })
  test('S1-31 who leaves leaves the tree whole, and nothing of them in it but an id', async () => {
    const { referrals: reads } = floor.reads
    await happened(cast.erased(one))
    expect(await reads.above(three)).toStrictEqual([one, BEN, ADA])
    expect(await reads.of(BEN, { limit: 1, after: two })).toStrictEqual([
      { ...first, goneAt: NOW, name: null, email: null, emailVerifiedAt: null },
    ])
    expect(await reads.referrerOf(three)).toMatchObject({ referrerId: one })
    expect(await reads.counts(BEN)).toStrictEqual({ all: 2, verified: 0, gone: 1 })
    expect((await reads.top(10)).find(({ userId }) => userId === one)).toMatchObject({
      name: null,
      email: null,
    })
    await expectProjectionsEqualRebuild(floor)
  })
  test('of a line without an end no more than a thousand are read', async () => {
    const line = cast.people(MAX_ABOVE + 10).slice(3)
    await happened(...line.slice(1).map((id, n) => cast.referred(id, line[n] ?? '')))
    const above = await floor.reads.referrals.above(line.at(-1) ?? '')
    expect(above).toStrictEqual(line.slice(-MAX_ABOVE - 1, -1).toReversed())
  })
})
