import { describe, expect, test } from 'vitest'
import type { NewEvent } from '../../src/domain/catalogue.ts'
import type { Fold } from '../../src/domain/decision.ts'
import {
  batch,
  batchState,
  ownCode,
  referralCode,
  referrer,
  suspension,
} from '../../src/domain/referrals/referral.ts'
import { session, signInLink, userSessions } from '../../src/domain/sessions/session.ts'
import { isEnriched, judgement } from '../../src/domain/users/inquiries.ts'
import { passwordReset } from '../../src/domain/users/password-reset.ts'
import {
  contact,
  credential,
  formerInvites,
  holders,
  profile,
  registration,
  registrationSession,
  standing,
} from '../../src/domain/users/user.ts'
import { superseded, verification } from '../../src/domain/users/verification.ts'
import * as cast from '../support/controls.ts'
import { recorded } from '../support/given.ts'

const { ADA, BEN, CYD, BEN_ADDRESS, CYD_ADDRESS, INVITE, OTHER_INVITE, EARLIER, IN_A_DAY, IN_A_WEEK } = cast
const { SESSION, OTHER_SESSION, CREDENTIAL, CODE_ID, OTHER_CODE_ID, CODE, BATCH } = cast
const remembered = <S>(fold: Fold<S>, ...events: readonly NewEvent[]): S =>
  recorded(...events).reduce(fold.evolve, fold.initial)

describe('of somebody is remembered', () => {
  test('how they stand: what was proven and held stays while they are suspended', () => {
    const ben = [cast.registered(BEN, BEN_ADDRESS), cast.verified(BEN, BEN_ADDRESS)]
    expect(remembered(standing, ...ben.slice(0, 1))).toStrictEqual({
      status: 'active',
      isVerified: false,
      roles: [],
    })
    expect(remembered(standing, ...ben)).toStrictEqual({ status: 'active', isVerified: true, roles: [] })
    const roles = [...ben, cast.granted(BEN, 'auditor'), cast.granted(BEN), cast.granted(BEN, 'auditor')]
    const both = { isVerified: true, roles: ['admin', 'auditor'] }
    expect(remembered(standing, ...roles)).toStrictEqual({ status: 'active', ...both })
    expect(remembered(standing, ...roles, cast.suspended(BEN))).toStrictEqual({
      status: 'suspended',
      ...both,
    })
    expect(remembered(standing, ...roles, cast.suspended(BEN), cast.reinstated(BEN)).status).toBe('active')
    expect(remembered(standing, ...roles, cast.roleRevoked(BEN)).roles).toStrictEqual(['auditor'])
  })
  test('what they sign in with', () => {
    const first = { kind: 'first', credentialId: CREDENTIAL, expiresAt: IN_A_DAY, used: false }
    expect(remembered(credential, cast.firstPassword())).toStrictEqual(first)
    expect(remembered(credential, cast.firstPassword(), cast.firstPasswordUsed)).toStrictEqual({
      ...first,
      used: true,
    })
    const chosen = { kind: 'chosen', credentialId: CREDENTIAL }
    expect(remembered(credential, cast.passwordChanged(), cast.firstPasswordUsed)).toStrictEqual(chosen)
  })
  test('where they are written to, what they go by, and in which language', () => {
    const ben = cast.registered(BEN, BEN_ADDRESS)
    const named = { ...ben, data: { ...ben.data, name: 'Ben', locale: 'ru' as const } }
    expect(remembered(contact, named)).toStrictEqual({ email: BEN_ADDRESS, locale: 'ru' })
    expect(remembered(contact, named, cast.verified(BEN, CYD_ADDRESS))).toStrictEqual({
      email: CYD_ADDRESS,
      locale: 'ru',
    })
    expect(remembered(contact, named, cast.profileChanged({ locale: 'en' }))).toStrictEqual({
      email: BEN_ADDRESS,
      locale: 'en',
    })
    expect(remembered(contact, named, cast.profileChanged({ name: 'B' }))).toStrictEqual({
      email: BEN_ADDRESS,
      locale: 'ru',
    })
    expect(remembered(profile, named)).toStrictEqual({ name: 'Ben', locale: 'ru' })
    expect(remembered(profile, named, cast.profileChanged({ name: 'B' }))).toStrictEqual({
      name: 'B',
      locale: 'ru',
    })
    expect(remembered(profile, named, cast.profileChanged({ locale: 'en' }))).toStrictEqual({
      name: 'Ben',
      locale: 'en',
    })
  })
  test('when and how they came, and the session it began with', () => {
    const via = { kind: 'invite', inviteId: INVITE } as const
    expect(remembered(registration, cast.registered(BEN, BEN_ADDRESS, via))).toStrictEqual({
      at: EARLIER,
      via: 'invite',
    })
    expect(remembered(registration, cast.registered(BEN, BEN_ADDRESS))).toStrictEqual({
      at: EARLIER,
      via: 'operator',
    })
    const began = cast.loggedIn('registration')
    expect(remembered(registrationSession, began)).toBe(SESSION)
    expect(
      remembered(registrationSession, began, cast.loggedIn('password', { sessionId: OTHER_SESSION })),
    ).toBe(SESSION)
    expect(remembered(registrationSession, cast.loggedIn('password'))).toBeNull()
  })
  test('every invite that has to be forgotten with them', () =>
    expect(
      remembered(formerInvites, cast.redeemed(), cast.addressReleased({ inviteIds: [OTHER_INVITE, CYD] })),
    ).toStrictEqual([INVITE, OTHER_INVITE, CYD]))
  test('what outside services say, about the address they have now', () => {
    expect(remembered(judgement, cast.emailJudged())).toBe('deliverable')
    expect(remembered(judgement, cast.emailJudged(), cast.addressReleased())).toBe('none')
    expect(remembered(judgement, cast.emailJudged(), cast.erased(BEN))).toBe('none')
    expect(remembered(isEnriched, cast.personEnriched())).toBe(true)
  })
  test('the code and link that count, until they are used or the person is gone', () => {
    const open = {
      status: 'open',
      email: BEN_ADDRESS,
      verificationId: cast.VERIFICATION,
      purpose: 'registration',
      codeExpiresAt: cast.IN_TEN_MINUTES,
      linkExpiresAt: cast.IN_TEN_MINUTES,
      tries: 0,
      issuedEventId: 'EVENT-1',
    }
    expect(remembered(verification, cast.verificationIssued())).toStrictEqual(open)
    expect(remembered(verification, cast.verificationIssued(), cast.verificationFailed())).toStrictEqual({
      ...open,
      tries: 1,
    })
    const used = { status: 'used', verificationId: cast.VERIFICATION }
    expect(
      remembered(verification, cast.verificationIssued(), cast.verified(BEN, BEN_ADDRESS)),
    ).toStrictEqual(used)
    expect(remembered(verification, cast.verified(BEN, BEN_ADDRESS))).toStrictEqual({ status: 'none' })
    expect(remembered(verification, cast.verificationFailed())).toStrictEqual({ status: 'none' })
  })
  test('the reset link that counts: a new password and a new address make it void', () => {
    const open = {
      status: 'open',
      resetId: cast.RESET,
      expiresAt: cast.IN_TEN_MINUTES,
      requestedEventId: 'EVENT-1',
    }
    const used = { status: 'used', resetId: cast.RESET }
    expect(remembered(passwordReset, cast.resetRequested())).toStrictEqual(open)
    expect(remembered(passwordReset, cast.resetRequested(), cast.passwordChanged())).toStrictEqual(used)
    expect(remembered(passwordReset, cast.resetRequested(), cast.addressReleased())).toStrictEqual(used)
    expect(remembered(passwordReset, cast.passwordChanged(), cast.addressReleased())).toStrictEqual({
      status: 'none',
    })
  })
})

test('who holds a role is remembered in the order in which they got it, each once', () => {
  const three = [cast.granted(ADA), cast.granted(BEN), cast.granted(CYD)]
  const active = (...ids: string[]) => ({ active: ids, suspended: [] })
  expect(remembered(holders, ...three, cast.granted(BEN))).toStrictEqual(active(ADA, CYD, BEN))
  expect(remembered(holders, ...three, cast.roleRevoked(ADA), cast.erased(CYD))).toStrictEqual(active(BEN))
  const waiting = [...three, cast.suspended(ADA), cast.suspended(BEN), cast.suspended(ADA)]
  expect(remembered(holders, ...waiting)).toStrictEqual({ active: [CYD], suspended: [BEN, ADA] })
  expect(remembered(holders, ...waiting, cast.erased(BEN))).toStrictEqual({ active: [CYD], suspended: [ADA] })
  expect(remembered(holders, ...waiting, cast.reinstated(ADA), cast.reinstated(ADA))).toStrictEqual({
    active: [CYD, ADA],
    suspended: [BEN],
  })
})

describe('of a session is remembered', () => {
  const other = cast.loggedIn('password', { sessionId: OTHER_SESSION })
  test('whose it is, and whether it has ended', () => {
    expect(remembered(session, cast.loggedIn('password'))).toStrictEqual({ status: 'begun', userId: BEN })
    expect(remembered(session, cast.loggedIn('password'), cast.loggedOut)).toStrictEqual({
      status: 'ended',
      userId: BEN,
    })
  })
  test('with all of a user’s: ended one by one, all but one, or gone with the user', () => {
    const both = [cast.loggedIn('password'), other]
    expect(remembered(userSessions, ...both)).toStrictEqual({ [SESSION]: 'begun', [OTHER_SESSION]: 'begun' })
    expect(remembered(userSessions, ...both, cast.loggedOut)).toStrictEqual({
      [SESSION]: 'ended',
      [OTHER_SESSION]: 'begun',
    })
    const allBut = cast.sessionsEnded('password-changed', OTHER_SESSION)
    expect(remembered(userSessions, ...both, allBut)).toStrictEqual({
      [SESSION]: 'ended',
      [OTHER_SESSION]: 'begun',
    })
    expect(remembered(userSessions, ...both, cast.erased(BEN))).toStrictEqual({})
  })
  test('and of a link: to whom it leads, and the click that used it', () => {
    expect(remembered(signInLink, cast.linkIssued())).toStrictEqual({
      status: 'open',
      userId: BEN,
      email: BEN_ADDRESS,
      expiresAt: IN_A_DAY,
      issuedEventId: 'EVENT-1',
    })
    expect(remembered(signInLink, cast.linkIssued(), cast.linkRedeemed)).toStrictEqual({
      status: 'used',
      userId: BEN,
      sessionId: SESSION,
      usedAt: EARLIER,
    })
  })
})

describe('of codes and who came by them is remembered', () => {
  const created = { status: 'created', userId: BEN, code: CODE, expiresAt: IN_A_WEEK }
  test('whose a code is, whom it was mailed to, and that it was deleted', () => {
    expect(remembered(referralCode, cast.codeCreated())).toStrictEqual({ ...created, mailedTo: [] })
    expect(
      remembered(referralCode, cast.codeCreated(), cast.codeMailed(), cast.codeMailed({ email: null })),
    ).toStrictEqual({
      ...created,
      mailedTo: [CYD_ADDRESS, null],
    })
    const deleted = { status: 'deleted', userId: BEN }
    expect(remembered(referralCode, cast.codeCreated(), cast.codeDeleted(), cast.codeMailed())).toStrictEqual(
      deleted,
    )
  })
  test('which of somebody’s codes counts', () => {
    const own = { status: 'created', codeId: OTHER_CODE_ID, expiresAt: IN_A_WEEK }
    const both = [cast.codeCreated(), cast.codeCreated({ codeId: OTHER_CODE_ID })]
    expect(remembered(ownCode, ...both)).toStrictEqual(own)
    expect(remembered(ownCode, ...both, cast.codeDeleted({ codeId: CODE_ID }))).toStrictEqual(own)
    expect(remembered(ownCode, ...both, cast.codeDeleted({ codeId: OTHER_CODE_ID }))).toStrictEqual({
      status: 'none',
    })
    expect(remembered(ownCode, cast.codeDeleted())).toStrictEqual({ status: 'none' })
  })
  test('who brought whom', () =>
    expect(remembered(referrer, cast.referred(CYD, BEN))).toStrictEqual({ referrerId: BEN, codeId: CODE_ID }))
  test('what was done to many at once, and whom it still holds', () => {
    expect(remembered(batch, cast.subtreeSuspended())).toStrictEqual({ rootId: BEN })
    expect(remembered(batchState, cast.subtreeSuspended())).toBe('suspended')
    expect(remembered(batchState, cast.subtreeSuspended(), cast.subtreeReinstated())).toBe('reinstated')
    const held = cast.suspended(BEN, [], BATCH)
    expect(remembered(suspension, held)).toStrictEqual({ batchId: BATCH })
    expect(remembered(suspension, held, cast.suspended(BEN))).toStrictEqual({ batchId: null })
    expect(remembered(suspension, held, cast.reinstated(BEN))).toStrictEqual({ batchId: null })
    expect(remembered(suspension, held, cast.erased(BEN))).toStrictEqual({ batchId: null })
  })
})

test('whoever waited for an address that somebody has got is gone, but the winner; what it follows from is said', () => {
  expect(superseded([BEN, CYD], BEN)).toStrictEqual([cast.erased(CYD, { reason: 'superseded' })])
  expect(superseded([BEN], null, 'EVENT-7')).toStrictEqual([
    { ...cast.erased(BEN, { reason: 'superseded' }), causation: 'EVENT-7' },
  ])
})
