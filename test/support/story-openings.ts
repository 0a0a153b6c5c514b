import { MAX_WAITING } from '../../src/domain/users/register-user.ts'
import { MAX_CODE_TRIES } from '../../src/domain/users/verification.ts'
import * as cast from './controls.ts'
import { dayAfter, LAST_DAY } from './story-things.ts'
import type { Step } from './story-wishing.ts'

/** Every story begins with an admin, as every installation does. */
export const firstAdmin: Step = {
  type: 'GrantRole',
  wish: {
    userId: cast.ADA,
    role: 'admin',
    enrol: { email: cast.ADA_ADDRESS, locale: 'en' },
    newCredentialId: null,
  },
  actor: 'system',
  pause: false,
}
const twoInvites: readonly Step[] = [cast.INVITE, cast.OTHER_INVITE].map((id) => ({
  type: 'IssueInvite',
  wish: {
    inviteId: id,
    email: cast.BEN_ADDRESS,
    role: 'member',
    locale: 'en',
    expiresAt: dayAfter(LAST_DAY / 2),
  },
  actor: `user:${cast.ADA}`,
  pause: false,
}))

const comesByInvite: Step = {
  type: 'RedeemInvite',
  wish: {
    inviteId: cast.INVITE,
    email: cast.BEN_ADDRESS,
    userId: cast.BEN,
    session: cast.start,
    firstPassword: { credentialId: cast.CREDENTIAL, expiresAt: dayAfter(LAST_DAY / 2) },
  },
  actor: 'anonymous',
  pause: false,
}
const inSixDays = {
  verificationId: cast.VERIFICATION,
  codeExpiresAt: dayAfter(LAST_DAY / 2),
  linkExpiresAt: dayAfter(LAST_DAY / 2),
}
const registers = (userId: string): Step => ({
  type: 'RegisterUser',
  wish: {
    userId,
    email: cast.BEN_ADDRESS,
    name: null,
    locale: 'en',
    credentialId: cast.CREDENTIAL,
    verification: inSixDays,
    session: cast.start,
    isTakenTold: false,
  },
  actor: 'anonymous',
  pause: false,
})
const ben = { email: cast.BEN_ADDRESS, formerEmail: null }
const benConfirms = (kind: 'code' | 'wrong-code', address: object = ben): Step => ({
  type: 'VerifyEmail',
  wish: {
    userId: cast.BEN,
    verificationId: cast.VERIFICATION,
    ...address,
    proof: { kind },
    keepSessionId: cast.SESSION,
  },
  actor: `user:${cast.BEN}`,
  pause: false,
})
const wantsAnotherAddress: Step = {
  type: 'ChangeEmail',
  wish: {
    userId: cast.BEN,
    email: cast.CYD_ADDRESS,
    provenCredentialId: cast.CREDENTIAL,
    verification: inSixDays,
    isTakenTold: false,
  },
  actor: `user:${cast.BEN}`,
  pause: false,
}
const hasCode = (userId: string, codeId: string, code: string): Step => ({
  type: 'CreateReferralCode',
  wish: { userId, codeId, code, description: null, expiresAt: dayAfter(LAST_DAY / 2) },
  actor: 'system',
  pause: false,
})
const isKnown = (userId: string, email: string): Step => ({
  type: 'GrantRole',
  wish: { userId, role: 'auditor', enrol: { email, locale: 'en' }, newCredentialId: null },
  actor: 'system',
  pause: false,
})
/** Two with a code each: may either have brought the other? */
const referrers = [
  isKnown(cast.BEN, cast.BEN_ADDRESS),
  isKnown(cast.CYD, cast.CYD_ADDRESS),
  hasCode(cast.BEN, cast.CODE_ID, cast.CODE),
  hasCode(cast.CYD, cast.OTHER_CODE_ID, cast.OTHER_CODE),
]
const benBroughtCyd: Step = {
  type: 'RedeemReferralCode',
  wish: { userId: cast.CYD, codeId: cast.CODE_ID, referrerId: cast.BEN, chain: [] },
  actor: `user:${cast.CYD}`,
  pause: false,
}
const suspendedTogether: Step = {
  type: 'SuspendSubtree',
  wish: { batchId: cast.BATCH, rootId: cast.BEN, userIds: [cast.BEN, cast.CYD], reason: null },
  actor: 'system',
  pause: false,
}
/** Two who register with one address: who is it going to be? */
const rivals = [registers(cast.BEN), registers(cast.CYD)]
const moving = [registers(cast.BEN), benConfirms('code'), wantsAnotherAddress]
const hasMoved = benConfirms('code', { email: cast.CYD_ADDRESS, formerEmail: cast.BEN_ADDRESS })

/** Somebody who has not used their first password in time. */
const dawdler: readonly Step[] = [
  ...twoInvites.slice(0, 1),
  {
    ...comesByInvite,
    wish: {
      ...(comesByInvite.wish as object),
      firstPassword: { credentialId: cast.CREDENTIAL, expiresAt: dayAfter(1) },
    },
  },
  { ...firstAdmin, pause: true },
  { ...firstAdmin, pause: true },
]

/** How stories begin, after the first admin: with something that seldom comes about by chance. */
export const openings: readonly (readonly Step[])[] = [
  dawdler,
  [],
  twoInvites,
  twoInvites,
  [...twoInvites, comesByInvite],
  rivals,
  [...twoInvites, ...rivals],
  [registers(cast.BEN), benConfirms('code'), registers(cast.CYD)],
  [...twoInvites, ...moving],
  [...twoInvites, ...moving, hasMoved, registers(cast.CYD)],
  [registers(cast.BEN), ...Array.from({ length: MAX_CODE_TRIES }, () => benConfirms('wrong-code'))],
  referrers,
  [...referrers, benBroughtCyd],
  [...referrers, suspendedTogether],
  cast.people(MAX_WAITING).map((id) => registers(id)),
]
