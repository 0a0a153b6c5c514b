import { describe, expect, test } from 'vitest'
import type { NewEvent } from '../../src/domain/catalogue.ts'
import { importInvite } from '../../src/domain/invites/import-invite.ts'
import { address, invite } from '../../src/domain/invites/invite.ts'
import { revokeInvite } from '../../src/domain/invites/revoke-invite.ts'
import * as cast from '../support/controls.ts'
import { given, recorded } from '../support/given.ts'

const { ADA, ADA_ADDRESS, BEN, BEN_ADDRESS, CYD, EARLIER, INVITE, NOW, OTHER_INVITE } = cast
const wish = cast.issued().data as Parameters<typeof importInvite.decide>[0]
const other = { inviteId: OTHER_INVITE }
const ada = { actor: `user:${ADA}` } as const

describe('ImportInvite', () => {
  test('invites the address of a line', () => given().when(importInvite, wish).then(cast.issued()))
  test('an admin may wish it, anybody else may not', () => {
    given(...cast.admin(ADA, ADA_ADDRESS))
      .when(importInvite, wish, ada)
      .then(cast.issued())
    given(...cast.member(ADA, ADA_ADDRESS))
      .when(importInvite, wish, ada)
      .thenRefused('not_allowed')
  })
  test('a line that was taken up before is not taken up again, whatever has become of it', () => {
    given(cast.issued()).when(importInvite, wish).thenNothing()
    given(cast.issued(), cast.revoked()).when(importInvite, wish).thenNothing()
    given(cast.issued(), cast.issued(other)).when(importInvite, wish).thenNothing()
  })
  test('never is the second open invite to its address', () => {
    given(cast.issued(other)).when(importInvite, wish).thenRefused('invite_already_open')
    given(cast.issued({ ...other, expiresAt: NOW }), cast.issued({ inviteId: cast.THIRD_INVITE }))
      .when(importInvite, wish)
      .thenRefused('invite_already_open')
  })
  test('what has ended, or expired, or goes to somebody else, is in nobody’s way', () => {
    given(cast.issued(other), cast.revoked(other)).when(importInvite, wish).then(cast.issued())
    given(cast.issued({ ...other, expiresAt: NOW }))
      .when(importInvite, wish)
      .then(cast.issued())
    given(cast.issued({ ...other, email: ADA_ADDRESS }))
      .when(importInvite, wish)
      .then(cast.issued())
  })
  test('who is here already is not invited, open invite or not', () => {
    const here = cast.member(BEN, BEN_ADDRESS)
    given(...here)
      .when(importInvite, wish)
      .thenRefused('email_already_registered')
    given(...here, cast.issued(other))
      .when(importInvite, wish)
      .thenRefused('email_already_registered')
  })
  test('all else is as with an invite by hand', () =>
    given()
      .when(importInvite, { ...wish, expiresAt: EARLIER })
      .thenRefused('invite_expiry_out_of_range', { maxDays: 365 }))
})

describe('what is remembered of an address', () => {
  const remembered = (...events: readonly NewEvent[]) =>
    recorded(...events).reduce(address.evolve, address.initial)
  const nothing = { ownerId: null, waiting: [], openInvites: {}, inviteIds: [] }
  const open = (...places: readonly (readonly [string, string])[]) =>
    Object.fromEntries(
      places.map(([id, issuedEventId]) => [id, { issuedEventId, expiresAt: cast.IN_A_WEEK }]),
    )

  test('are its open invites, and every one it ever had', () => {
    const two = [cast.issued(), cast.issued(other)]
    expect(remembered(...two)).toStrictEqual({
      ...nothing,
      openInvites: open([INVITE, 'EVENT-1'], [OTHER_INVITE, 'EVENT-2']),
      inviteIds: [INVITE, OTHER_INVITE],
    })
    for (const end of [cast.revoked(), cast.redeemed(), cast.replaced({ inviteId: INVITE })]) {
      expect(remembered(...two, end)).toStrictEqual({
        ...nothing,
        openInvites: open([OTHER_INVITE, 'EVENT-2']),
        inviteIds: [INVITE, OTHER_INVITE],
      })
    }
  })
  test('is who waits for it, until one of them has it or gives it up', () => {
    const ben = cast.waiting(BEN, BEN_ADDRESS)
    const cyd = cast.waiting(CYD, BEN_ADDRESS)
    expect(remembered(...ben, ...cyd)).toStrictEqual({ ...nothing, waiting: [BEN, CYD] })
    expect(remembered(...ben, ...cyd, cast.verified(BEN, BEN_ADDRESS))).toStrictEqual({
      ...nothing,
      ownerId: BEN,
      waiting: [CYD],
    })
    expect(remembered(...cast.member(BEN, BEN_ADDRESS))).toStrictEqual({ ...nothing, ownerId: BEN })
    expect(remembered(...cast.member(BEN, BEN_ADDRESS), cast.addressReleased())).toStrictEqual(nothing)
  })
})

test('a replaced invite is remembered as that, with its moment', () =>
  expect(recorded(cast.issued(), cast.replaced()).reduce(invite.evolve, invite.initial)).toStrictEqual({
    status: 'replaced',
    replacedAt: EARLIER,
  }))

test('a reason is kept without the spaces around it', () => {
  const parse = (reason: string) => revokeInvite.schema.safeParse({ inviteId: INVITE, reason }).data?.reason
  expect([parse('  left '), parse('   '), parse('x'.repeat(200)), parse('x'.repeat(201))]).toStrictEqual([
    'left',
    undefined,
    'x'.repeat(200),
    undefined,
  ])
})
