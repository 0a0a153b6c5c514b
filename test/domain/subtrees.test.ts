import { describe, expect, test } from 'vitest'
import { reinstateSubtree } from '../../src/domain/referrals/reinstate-subtree.ts'
import { MAX_SUBTREE, suspendSubtree } from '../../src/domain/referrals/suspend-subtree.ts'
import { viewOf } from '../../src/domain/view.ts'
import * as cast from '../support/controls.ts'
import { given, recorded } from '../support/given.ts'

const { ADA, BEN, CYD, BATCH, OTHER_BATCH } = cast
const BY_ADA = { actor: `user:${ADA}` } as const
const ada = cast.admin(ADA, cast.ADA_ADDRESS)
const three = [...ada, ...cast.member(BEN, cast.BEN_ADDRESS), ...cast.member(CYD, cast.CYD_ADDRESS)]
const suspendedBy = (userId: string, batchId = BATCH) => cast.suspended(userId, [], batchId)
const ended = (userId: string) => cast.sessionsEnded('suspended', null, userId)

describe('SuspendSubtree', () => {
  const wish = { batchId: BATCH, rootId: BEN, userIds: [BEN, CYD], reason: null }

  test('an admin suspends a user and whom they brought, all in one decision', () =>
    given(...three)
      .when(suspendSubtree, wish, BY_ADA)
      .then(suspendedBy(BEN), ended(BEN), suspendedBy(CYD), ended(CYD), cast.subtreeSuspended({ count: 2 })))
  test('the reason stands with each of them, and the roles that are out of play', () =>
    given(...three, cast.granted(CYD, 'auditor'))
      .when(suspendSubtree, { ...wish, userIds: [CYD], reason: 'spam' }, BY_ADA)
      .then(
        {
          type: 'UserSuspended',
          data: { userId: CYD, roles: ['auditor'], reason: 'spam', batchId: BATCH },
        },
        ended(CYD),
        cast.subtreeSuspended(),
      ))
  test('who is suspended already stays as they are, and who is gone or unknown too', () =>
    given(...three, cast.suspended(BEN))
      .when(suspendSubtree, { ...wish, userIds: [BEN, CYD, CYD, ...cast.people(1)] }, BY_ADA)
      .then(suspendedBy(CYD), ended(CYD), cast.subtreeSuspended()))
  test('a root that is gone still has a subtree', () =>
    given(...three, cast.erased(BEN))
      .when(suspendSubtree, wish, BY_ADA)
      .then(suspendedBy(CYD), ended(CYD), cast.subtreeSuspended()))
  test('nobody to suspend: it is already true', () =>
    given(...three, cast.suspended(BEN), cast.suspended(CYD))
      .when(suspendSubtree, wish, BY_ADA)
      .thenNothing())
  test('the same batch again is already true, even if it was undone', () =>
    given(...three, suspendedBy(BEN), cast.subtreeSuspended(), cast.reinstated(BEN), cast.subtreeReinstated())
      .when(suspendSubtree, wish, BY_ADA)
      .thenNothing())
  test('T49 the last admin can’t be among them', () =>
    given(...three)
      .when(suspendSubtree, { ...wish, userIds: [BEN, ADA] }, BY_ADA)
      .thenRefused('last_admin'))
  test('T49 nor all the admins there are', () =>
    given(...three, cast.granted(CYD))
      .when(suspendSubtree, { ...wish, userIds: [CYD, ADA] }, BY_ADA)
      .thenRefused('last_admin'))
  test('where there is no admin yet, nobody is the last one', () =>
    given(...cast.member(BEN, cast.BEN_ADDRESS))
      .when(suspendSubtree, wish)
      .then(suspendedBy(BEN), ended(BEN), cast.subtreeSuspended()))
  test('T49 but all of them except one', () =>
    given(...three, cast.granted(CYD))
      .when(suspendSubtree, { ...wish, userIds: [CYD] }, BY_ADA)
      .then(cast.suspended(CYD, ['admin'], BATCH), ended(CYD), cast.subtreeSuspended()))
  test('only an admin does', () => {
    given(...three)
      .when(suspendSubtree, wish, { actor: `user:${CYD}` })
      .thenRefused('not_allowed')
    given(...three, cast.granted(CYD, 'auditor'))
      .when(suspendSubtree, wish, { actor: `user:${CYD}` })
      .thenRefused('not_allowed')
  })
  test('an unknown root is refused', () =>
    given(...ada)
      .when(suspendSubtree, wish, BY_ADA)
      .thenRefused('user_not_found'))
  test('no more than 5,000 at once, and those in the time of a blink', () => {
    const userIds = cast.people(MAX_SUBTREE)
    expect(
      suspendSubtree.schema.safeParse({ ...wish, userIds: [...userIds, cast.people(1)[0]] }).success,
    ).toBe(false)
    const wished = { ...wish, rootId: userIds[0] ?? '', userIds }
    const history = recorded(...ada, ...userIds.flatMap((id) => cast.member(id, `${id}@example.org`)))
    const begun = performance.now()
    const view = viewOf(suspendSubtree.reads(wished, BY_ADA), history)
    const { events } = suspendSubtree.decide(wished, view, { ...BY_ADA, now: cast.NOW })
    expect(events).toHaveLength(2 * MAX_SUBTREE + 1)
    expect(performance.now() - begun).toBeLessThan(2000)
  })
})

describe('ReinstateSubtree', () => {
  const wish = { batchId: BATCH, userIds: [BEN, CYD] }
  const batch = [suspendedBy(BEN), ended(BEN), suspendedBy(CYD), ended(CYD), cast.subtreeSuspended()]

  test('undoes the whole batch in one decision', () =>
    given(...three, ...batch)
      .when(reinstateSubtree, wish, BY_ADA)
      .then(cast.reinstated(BEN), cast.reinstated(CYD), cast.subtreeReinstated({ count: 2 })))
  test('but nobody whom something else suspended', () =>
    given(...three, cast.suspended(BEN), suspendedBy(CYD), cast.subtreeSuspended())
      .when(reinstateSubtree, wish, BY_ADA)
      .then(cast.reinstated(CYD), cast.subtreeReinstated()))
  test('nor whom something else suspended after the batch', () =>
    given(...three, ...batch, cast.reinstated(BEN), cast.suspended(BEN))
      .when(reinstateSubtree, wish, BY_ADA)
      .then(cast.reinstated(CYD), cast.subtreeReinstated()))
  test('nor whom another batch did', () =>
    given(...three, ...batch, cast.reinstated(BEN), suspendedBy(BEN, OTHER_BATCH))
      .when(reinstateSubtree, wish, BY_ADA)
      .then(cast.reinstated(CYD), cast.subtreeReinstated()))
  test('nor who is gone', () =>
    given(...three, ...batch, cast.erased(BEN))
      .when(reinstateSubtree, wish, BY_ADA)
      .then(cast.reinstated(CYD), cast.subtreeReinstated()))
  test('with the roles that are in play again', () =>
    given(
      ...three,
      cast.granted(CYD, 'auditor'),
      cast.suspended(CYD, ['auditor'], BATCH),
      cast.subtreeSuspended(),
    )
      .when(reinstateSubtree, { ...wish, userIds: [CYD, CYD] }, BY_ADA)
      .then(cast.reinstated(CYD, ['auditor']), cast.subtreeReinstated()))
  test('again it is already true', () =>
    given(...three, ...batch, cast.reinstated(BEN), cast.reinstated(CYD), cast.subtreeReinstated())
      .when(reinstateSubtree, wish, BY_ADA)
      .thenNothing())
  test('an unknown batch is refused', () =>
    given(...three)
      .when(reinstateSubtree, wish, BY_ADA)
      .thenRefused('batch_not_found'))
  test('only an admin does', () =>
    given(...three, ...batch)
      .when(reinstateSubtree, wish, { actor: `user:${CYD}` })
      .thenRefused('not_allowed'))
})
