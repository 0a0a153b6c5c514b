import fc from 'fast-check'
import { createReferralCode } from '../../src/domain/referrals/create-referral-code.ts'
import { deleteReferralCode } from '../../src/domain/referrals/delete-referral-code.ts'
import { mailReferralCode } from '../../src/domain/referrals/mail-referral-code.ts'
import { redeemReferralCode } from '../../src/domain/referrals/redeem-referral-code.ts'
import { reinstateSubtree } from '../../src/domain/referrals/reinstate-subtree.ts'
import { suspendSubtree } from '../../src/domain/referrals/suspend-subtree.ts'
import {
  anotherEmail,
  batchId,
  chain,
  expiresAt,
  locale,
  maybe,
  newCode,
  ownCode,
  referral,
  userId,
  userIds,
} from './story-things.ts'
import { wishing } from './story-wishing.ts'

/** What people wish who bring others, and who look after them. */
export const referralWishes = [
  wishing(
    6,
    createReferralCode,
    fc
      .tuple(newCode, fc.record({ description: maybe(fc.constant('for the team')), expiresAt }))
      .map(([which, rest]) => ({ ...which, ...rest })),
    'oneself',
  ),
  wishing(1, deleteReferralCode, ownCode, 'oneself'),
  wishing(
    2,
    mailReferralCode,
    fc
      .tuple(ownCode, fc.record({ email: anotherEmail, locale }))
      .map(([which, rest]) => ({ ...which, ...rest })),
    'oneself',
  ),
  wishing(
    8,
    redeemReferralCode,
    fc.tuple(referral, fc.record({ userId, chain })).map(([which, rest]) => ({ ...which, ...rest })),
    'oneself',
  ),
  wishing(
    2,
    suspendSubtree,
    fc.record({ batchId, rootId: userId, userIds, reason: fc.constantFrom(null, 'spam') }),
  ),
  wishing(2, reinstateSubtree, fc.record({ batchId, userIds })),
]
