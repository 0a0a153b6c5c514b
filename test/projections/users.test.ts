import { describe, expect, test } from 'vitest'
import { insert, remove, update } from '../../src/projections/projection.ts'
import { isTemporary, stateOf, users } from '../../src/projections/users.ts'
import * as cast from '../support/controls.ts'
import { changesOf, describeProjection } from '../support/projected.ts'

const { BEN, BEN_ADDRESS, INVITE, CREDENTIAL, EARLIER, IN_A_DAY } = cast
const AT = EARLIER

const row = {
  id: BEN,
  email: BEN_ADDRESS,
  name: null,
  locale: 'en',
  via: 'invite',
  invite_id: INVITE,
  registered_at: AT,
  email_verified_at: null,
  credential_id: null,
  credential_kind: 'none',
  credential_expires_at: null,
  credential_used: 0,
  suspended_at: null,
  last_login_at: null,
  search_text: null,
}
const byInvite = cast.registered(BEN, BEN_ADDRESS, { kind: 'invite', inviteId: INVITE })

describeProjection(users, [
  ['S0-17 a user who came by an invite is a row that names it', byInvite, [insert('users', row)]],
  [
    'a user whom the operator made came by no invite',
    cast.registered(BEN, BEN_ADDRESS),
    [insert('users', { ...row, via: 'operator', invite_id: null })],
  ],
  [
    'S4-5: who registers by themselves has not confirmed the address',
    cast.registered(BEN, BEN_ADDRESS, { kind: 'self' }),
    [insert('users', { ...row, via: 'self', invite_id: null })],
  ],
  [
    'a verified address is theirs from then on; so is another one that they change to',
    cast.verified(BEN, BEN_ADDRESS),
    [update('users', { id: BEN }, { email: BEN_ADDRESS, email_verified_at: AT })],
  ],
  [
    'a first password has an end and is unused',
    cast.firstPassword(),
    [
      update(
        'users',
        { id: BEN },
        {
          credential_id: CREDENTIAL,
          credential_kind: 'first',
          credential_expires_at: IN_A_DAY,
          credential_used: 0,
        },
      ),
    ],
  ],
  [
    'a first password is used up, unless another one has taken its place',
    cast.firstPasswordUsed,
    [update('users', { id: BEN, credential_id: CREDENTIAL }, { credential_used: 1 })],
  ],
  [
    'a chosen password takes the place of any other, and has no end',
    cast.passwordChanged(),
    [
      update(
        'users',
        { id: BEN },
        {
          credential_id: CREDENTIAL,
          credential_kind: 'chosen',
          credential_expires_at: null,
          credential_used: 0,
        },
      ),
    ],
  ],
  [
    'a new name',
    cast.profileChanged({ name: 'Ben' }),
    [update('users', { id: BEN }, { name: 'Ben', search_text: 'ben' })],
  ],
  [
    'a name is searched by without case, in every script',
    cast.profileChanged({ name: 'ЁЛКИН Ｂｅｎ' }),
    [update('users', { id: BEN }, { name: 'ЁЛКИН Ｂｅｎ', search_text: 'ёлкин ben' })],
  ],
  ['a new language', cast.profileChanged({ locale: 'ru' }), [update('users', { id: BEN }, { locale: 'ru' })]],
  [
    'a new name and language',
    cast.profileChanged({ name: 'Ben', locale: 'ru' }),
    [update('users', { id: BEN }, { name: 'Ben', search_text: 'ben', locale: 'ru' })],
  ],
  [
    'a granted role is held once',
    cast.granted(BEN),
    [
      remove('user_roles', { user_id: BEN, role: 'admin' }),
      insert('user_roles', { user_id: BEN, role: 'admin', granted_at: AT }),
    ],
  ],
  [
    'a role that was taken away is gone',
    cast.roleRevoked(BEN),
    [remove('user_roles', { user_id: BEN, role: 'admin' })],
  ],
  ['a suspended user', cast.suspended(BEN), [update('users', { id: BEN }, { suspended_at: AT })]],
  ['a reinstated user', cast.reinstated(BEN), [update('users', { id: BEN }, { suspended_at: null })]],
  [
    'S0-8 each sign-in, by whatever way, is the last one',
    cast.loggedIn('invite'),
    [update('users', { id: BEN }, { last_login_at: AT })],
  ],
  [
    'an erased user is gone, with their roles',
    cast.erased(BEN, { roles: ['admin'], inviteIds: [INVITE] }),
    [remove('users', { id: BEN }), remove('user_roles', { user_id: BEN })],
  ],
])

describe('who is temporary', () => {
  const at = EARLIER
  test.each([
    ['nobody who confirmed the address and chose a password', at, 'self', 'chosen', false],
    ['C-6: who has not confirmed the address', null, 'self', 'chosen', true],
    ['S4-5: who registered without a password, and has not completed it', at, 'self', 'none', true],
    ['not who came by an invite and has no password yet', at, 'invite', 'none', false],
    ['not whom the operator made', at, 'operator', 'none', false],
    ['not who holds a mailed password', at, 'invite', 'first', false],
  ] as const)('%s', (_, emailVerifiedAt, via, credentialKind, expected) =>
    expect(isTemporary({ emailVerifiedAt, via, credentialKind })).toBe(expected),
  )
})

describe('users', () => {
  test('a forgotten user has neither address nor name', () => {
    expect(changesOf(users, cast.forgotten(byInvite))).toStrictEqual([
      insert('users', { ...row, email: null }),
    ])
    expect(changesOf(users, cast.forgotten(cast.profileChanged({ name: 'Ben' })))).toStrictEqual([])
    expect(
      changesOf(users, cast.forgotten(cast.profileChanged({ name: 'Ben', locale: 'ru' }))),
    ).toStrictEqual([update('users', { id: BEN }, { locale: 'ru' })])
  })
})

test('whoever is suspended is that before anything else', () => {
  const { NOW } = cast
  const standing = (suspendedAt: string | null, emailVerifiedAt: string | null) =>
    stateOf({ suspendedAt, emailVerifiedAt })
  expect([standing(NOW, NOW), standing(NOW, null), standing(null, null), standing(null, NOW)]).toStrictEqual([
    'suspended',
    'suspended',
    'unverified',
    'active',
  ])
})
