import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { registerClient } from '../../src/domain/clients/register-client.ts'
import { revokeInvite } from '../../src/domain/invites/revoke-invite.ts'
import { createReferralCode } from '../../src/domain/referrals/create-referral-code.ts'
import { redeemReferralCode } from '../../src/domain/referrals/redeem-referral-code.ts'
import { suspendSubtree } from '../../src/domain/referrals/suspend-subtree.ts'
import { sessionStartSchema } from '../../src/domain/sessions/start.ts'
import { changeSettings } from '../../src/domain/settings/change-settings.ts'
import { undoSettingChange } from '../../src/domain/settings/undo-setting-change.ts'
import { nameSchema } from '../../src/domain/users/change-profile.ts'
import { enrichPerson } from '../../src/domain/users/enrich-person.ts'
import { removeUnverifiedUser } from '../../src/domain/users/remove-unverified-user.ts'
import { suspendUser } from '../../src/domain/users/suspend-user.ts'
import * as cast from '../support/controls.ts'

const { BEN, BATCH, CLIENT, CODE, CODE_ID, CHANGE, INVITE, IN_A_WEEK } = cast

/** What is read of a wish in which one field is as it is told; null for no wish. */
const reading =
  (schema: z.ZodType, rest: object, field: string) =>
  (value: unknown): unknown => {
    const read = schema.safeParse({ ...rest, [field]: value })
    return read.success ? (read.data as Record<string, unknown>)[field] : null
  }
const said = (schema: z.ZodType, value: unknown) =>
  schema.safeParse(value).error?.issues.map(({ message }) => message)
const long = (length: number) => 'x'.repeat(length)

describe('a reason is kept without the spaces around it; a line of 200 letters is enough', () => {
  test.each([
    ['SuspendUser', reading(suspendUser.schema, { userId: BEN }, 'reason')],
    ['RevokeInvite', reading(revokeInvite.schema, { inviteId: INVITE }, 'reason')],
    [
      'SuspendSubtree',
      reading(suspendSubtree.schema, { batchId: BATCH, rootId: BEN, userIds: [] }, 'reason'),
    ],
  ])('%s', (_, read) => {
    expect(read(` ${long(200)} `)).toBe(long(200))
    expect(read('x')).toBe('x')
    expect([read(long(201)), read('  '), read('')]).toStrictEqual([null, null, null])
  })
})

test('the description of a code, too', () => {
  const rest = { userId: BEN, codeId: CODE_ID, code: CODE, expiresAt: IN_A_WEEK }
  const read = reading(createReferralCode.schema, rest, 'description')
  expect([read(` ${long(150)} `), read('x'), read(' '), read(long(151))]).toStrictEqual([
    long(150),
    'x',
    null,
    null,
  ])
})

test('a code has sixteen letters, and none that is mistaken for another', () => {
  const rest = { userId: BEN, codeId: CODE_ID, description: null, expiresAt: IN_A_WEEK }
  const read = reading(createReferralCode.schema, rest, 'code')
  expect(read(CODE)).toBe(CODE)
  for (const odd of [
    `${CODE}0`,
    CODE.slice(1),
    CODE.toLowerCase(),
    `I${CODE.slice(1)}`,
    `U${CODE.slice(1)}`,
  ]) {
    expect(read(odd)).toBeNull()
  }
})

test('a line of those who brought each other is looked at a thousand long', () => {
  const read = reading(redeemReferralCode.schema, { userId: BEN, codeId: CODE_ID, referrerId: BEN }, 'chain')
  expect([read(cast.people(1001)), (read(cast.people(1000)) as string[]).length]).toStrictEqual([null, 1000])
})

test('a session tells what it began on in so many letters and no more', () => {
  const userAgent = reading(sessionStartSchema, cast.start, 'userAgent')
  expect([userAgent(long(400)), userAgent(long(401))]).toStrictEqual([long(400), null])
  const ip = reading(sessionStartSchema, cast.start, 'ip')
  expect([ip(long(45)), ip(long(46))]).toStrictEqual([long(45), null])
  const carrier = reading(sessionStartSchema, cast.start, 'carrier')
  expect([carrier('page'), carrier('api'), carrier('pigeon')]).toStrictEqual(['page', 'api', null])
})

test('an application has a name of a hundred letters at most, and ten places of 500 letters for its answers', () => {
  const rest = { clientId: CLIENT, kind: 'public' }
  const name = reading(registerClient.schema, { ...rest, redirectUris: ['https://a.example'] }, 'name')
  expect([name(` ${long(100)} `), name(long(101)), name('')]).toStrictEqual([long(100), null, null])
  const uris = reading(registerClient.schema, { ...rest, name: 'x' }, 'redirectUris')
  expect([uris([long(500)]), uris([long(501)])]).toStrictEqual([[long(500)], null])
  expect((uris(Array.from({ length: 10 }, () => 'x')) as string[]).length).toBe(10)
})

test('what a stranger wrote about a person is one line of a hundred letters', () => {
  const read = reading(enrichPerson.schema, { userId: BEN, name: null, title: null }, 'company')
  expect([read(` ${long(100)} `), read(long(101)), read(' '), read('a\nb'), read('a\u200bb')]).toStrictEqual([
    long(100),
    null,
    null,
    null,
    null,
  ])
})

test('time to confirm an address is more than none', () => {
  const read = reading(removeUnverifiedUser.schema, { userId: BEN }, 'afterMs')
  expect([read(1), read(0), read(1.5)]).toStrictEqual([1, null, null])
})

test('what is wrong with a name is said by name', () => {
  expect(said(nameSchema, 'a\u0000b')).toStrictEqual(['name_has_control_characters'])
  expect(said(nameSchema, 'see evil.com')).toStrictEqual(['name_looks_like_a_link'])
})

describe('settings', () => {
  const change = (setting: string) => ({ setting, value: 'x' })
  const isWish = (changes: readonly object[]) =>
    changeSettings.schema.safeParse({ changes, pinned: [] }).success

  test('are changed a hundred at once at most, each once, to so much and no more', () => {
    expect(isWish([])).toBe(true)
    expect(isWish([change('brand.name'), change('invite.role')])).toBe(true)
    expect(isWish([change('brand.name'), change('brand.name')])).toBe(false)
    expect(isWish(cast.people(100).map(change))).toBe(true)
    expect(isWish(cast.people(101).map(change))).toBe(false)
    expect([isWish([change(long(100))]), isWish([change(long(101))])]).toStrictEqual([true, false])
    const valued = (length: number) => [{ setting: 'brand.logo', value: long(length) }]
    expect([isWish(valued(50_000)), isWish(valued(50_001))]).toStrictEqual([true, false])
  })
  test('that nobody knows have no change to take back, and that is said', () =>
    expect(
      said(undoSettingChange.schema, { setting: 'no.such', changeId: CHANGE, pinned: [] }),
    ).toStrictEqual(['setting_unknown']))
})
