import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { NewEvent } from '../../src/domain/catalogue.ts'
import { accept } from '../../src/domain/decision.ts'
import { insert, remove, update } from '../../src/projections/projection.ts'
import { verifications } from '../../src/projections/verifications.ts'
import * as cast from '../support/controls.ts'
import { openTestFloor } from '../support/house.ts'
import { changesOf, describeProjection } from '../support/projected.ts'

const { ADA, BEN, CYD, BEN_ADDRESS, CYD_ADDRESS, VERIFICATION, OTHER_VERIFICATION } = cast
const { RESET, OTHER_RESET, IN_TEN_MINUTES } = cast

const row = {
  id: VERIFICATION,
  user_id: BEN,
  email: BEN_ADDRESS,
  purpose: 'registration',
  code_expires_at: IN_TEN_MINUTES,
  link_expires_at: IN_TEN_MINUTES,
  status: 'open',
}
const replaced = update('verifications', { user_id: BEN, status: 'open' }, { status: 'replaced' })
const resetUsed = update('password_resets', { user_id: BEN, status: 'open' }, { status: 'used' })

describeProjection(verifications, [
  [
    'S4-12: a new code and link take the place of those before',
    cast.verificationIssued(),
    [replaced, insert('verifications', row)],
  ],
  [
    'those for an address that is taken are kept like any other',
    cast.verificationIssued({ purpose: 'taken' }),
    [replaced, insert('verifications', { ...row, purpose: 'taken' })],
  ],
  [
    'S2-24: a confirmed address uses up both',
    cast.verified(BEN, BEN_ADDRESS, 'code'),
    [update('verifications', { user_id: BEN, status: 'open' }, { status: 'used' })],
  ],
  [
    'a new reset link takes the place of the one before',
    cast.resetRequested(),
    [
      update('password_resets', { user_id: BEN, status: 'open' }, { status: 'replaced' }),
      insert('password_resets', { id: RESET, user_id: BEN, expires_at: IN_TEN_MINUTES, status: 'open' }),
    ],
  ],
  [
    'whoever sets a password, by whatever way, uses it up',
    cast.passwordChanged({ by: 'reset' }),
    [resetUsed],
  ],
  ['T10: it does not outlive the address it was mailed to', cast.addressReleased(), [resetUsed]],
  [
    'nothing is kept of an erased user',
    cast.erased(BEN),
    [remove('verifications', { user_id: BEN }), remove('password_resets', { user_id: BEN })],
  ],
])

describe('verifications', () => {
  test('of somebody forgotten, no address is kept', () =>
    expect(changesOf(verifications, cast.forgotten(cast.verificationIssued()))).toStrictEqual([
      replaced,
      insert('verifications', { ...row, email: null }),
    ]))
})

describe('reading verifications and resets', () => {
  let floor: Awaited<ReturnType<typeof openTestFloor>>
  const happened = (...events: readonly NewEvent[]) =>
    floor.store.decide({
      readings: {},
      decide: () => accept(...events),
      actor: 'operator',
      correlation: 'C',
    })
  const view = {
    id: VERIFICATION,
    userId: BEN,
    email: BEN_ADDRESS,
    purpose: 'registration',
    codeExpiresAt: IN_TEN_MINUTES,
    linkExpiresAt: IN_TEN_MINUTES,
    status: 'open',
  }
  beforeAll(async () => {
    floor = await openTestFloor()
    await happened(
      ...cast.waiting(BEN, BEN_ADDRESS),
      ...cast.member(ADA, cast.ADA_ADDRESS),
      cast.resetRequested({ userId: ADA, email: cast.ADA_ADDRESS }),
    )
  })
  afterAll(() => floor.dispose())

  test('one is found by its id, and as the one that counts for its user', async () => {
    const { verifications: reads } = floor.reads
    expect(await reads.get(VERIFICATION)).toStrictEqual(view)
    expect(await reads.openOf(BEN)).toStrictEqual(view)
    expect(await reads.get(OTHER_VERIFICATION)).toBeNull()
    expect(await reads.openOf(ADA)).toBeNull()
  })
  test('a newer one counts, and the older one is known as replaced; of others nothing changes', async () => {
    const { verifications: reads } = floor.reads
    await happened(
      ...cast.waiting(CYD, CYD_ADDRESS, { verificationId: cast.LINK }),
      cast.verificationIssued({ verificationId: OTHER_VERIFICATION }),
    )
    expect(await reads.openOf(BEN)).toStrictEqual({ ...view, id: OTHER_VERIFICATION })
    expect(await reads.get(VERIFICATION)).toStrictEqual({ ...view, status: 'replaced' })
    expect(await reads.openOf(CYD)).toMatchObject({ id: cast.LINK, status: 'open' })
  })
  test('once confirmed, nothing counts any more, and what was replaced stays replaced', async () => {
    const { verifications: reads } = floor.reads
    await happened(cast.verified(BEN, BEN_ADDRESS, 'code'))
    expect(await reads.openOf(BEN)).toBeNull()
    expect(await reads.get(OTHER_VERIFICATION)).toMatchObject({ status: 'used' })
    expect(await reads.get(VERIFICATION)).toMatchObject({ status: 'replaced' })
  })
  test('a reset link is open, replaced, used', async () => {
    const { verifications: reads } = floor.reads
    const open = { id: RESET, userId: ADA, expiresAt: IN_TEN_MINUTES, status: 'open' }
    expect(await reads.passwordReset(RESET)).toStrictEqual(open)
    expect(await reads.passwordReset(OTHER_RESET)).toBeNull()
    await happened(cast.resetRequested({ userId: ADA, email: cast.ADA_ADDRESS, resetId: OTHER_RESET }))
    expect(await reads.passwordReset(RESET)).toStrictEqual({ ...open, status: 'replaced' })
    await happened(cast.passwordChanged({ userId: ADA, by: 'reset' }))
    expect(await reads.passwordReset(OTHER_RESET)).toStrictEqual({ ...open, id: OTHER_RESET, status: 'used' })
    expect(await reads.passwordReset(RESET)).toMatchObject({ status: 'replaced' })
  })
  test('who waits for an address is read newest first; its owner apart from them', async () => {
    const { users } = floor.reads
    const two = cast.people(2)
    await happened(
      ...two.flatMap((id) => cast.waiting(id, BEN_ADDRESS, { verificationId: `${id.slice(1)}V` })),
    )
    expect((await users.waitingFor(BEN_ADDRESS)).map(({ id }) => id)).toStrictEqual(two.toReversed())
    expect((await users.byEmail(BEN_ADDRESS))?.id).toBe(BEN)
    expect(await users.byEmail(CYD_ADDRESS)).toBeNull()
  })
  test('S2-32, W-18: due are those who registered by themselves and never confirmed, longest first', async () => {
    const { users } = floor.reads
    const [first = '', second = ''] = cast.people(2)
    const due = async (before: string, limit = 10) =>
      (await users.unverifiedSince(before, limit)).map(({ id }) => id)
    expect((await due(cast.NOW)).toSorted()).toStrictEqual([first, second, CYD].toSorted())
    expect(await due(cast.NOW, 2)).toHaveLength(2)
    expect(await due('2026-03-01T08:59:59.999Z')).toStrictEqual([])
    await happened(cast.erased(first, { reason: 'superseded' }), cast.verified(CYD, CYD_ADDRESS, 'link'))
    expect(await due(cast.IN_A_WEEK)).toStrictEqual([second])
  })
  test('nothing of an erased user is found', async () => {
    const { verifications: reads } = floor.reads
    await happened(cast.erased(BEN), cast.erased(ADA))
    expect(await reads.get(VERIFICATION)).toBeNull()
    expect(await reads.passwordReset(RESET)).toBeNull()
  })
})
