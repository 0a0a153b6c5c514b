import { describe, expect, test } from 'vitest'
import { insert, remove, update } from '../../src/projections/projection.ts'
import { sessions } from '../../src/projections/sessions.ts'
import * as cast from '../support/controls.ts'
import { changesOf, describeProjection } from '../support/projected.ts'

const { BEN, SESSION, LINK, EARLIER, IN_A_DAY, IN_A_WEEK } = cast
const AT = EARLIER

const row = {
  id: SESSION,
  user_id: BEN,
  method: 'password',
  carrier: 'page',
  restricted: 0,
  started_at: AT,
  expires_at: IN_A_WEEK,
  ended_at: null,
  user_agent: 'Browser/1.0',
  ip: '192.0.2.1',
}

describeProjection(sessions, [
  ['a session is a row', cast.loggedIn('password'), [insert('sessions', row)]],
  [
    'a session begun with a first password may do little',
    cast.loggedIn('first-password'),
    [insert('sessions', { ...row, method: 'first-password', restricted: 1 })],
  ],
  [
    'one begun by an invite may do all',
    cast.loggedIn('invite', { carrier: 'api', userAgent: null, ip: null }),
    [insert('sessions', { ...row, method: 'invite', carrier: 'api', user_agent: null, ip: null })],
  ],
  [
    'a session that its user ends stays as a line of the login history',
    cast.loggedOut,
    [update('sessions', { id: SESSION, ended_at: null }, { ended_at: AT })],
  ],
  [
    'all sessions of a user end, those that had ended keep their moment',
    cast.sessionsEnded('suspended'),
    [update('sessions', { user_id: BEN, ended_at: null }, { ended_at: AT })],
  ],
  [
    'all but one',
    cast.sessionsEnded('password-changed', SESSION),
    [update('sessions', { user_id: BEN, ended_at: null }, { ended_at: AT }, { id: SESSION })],
  ],
  [
    'who has chosen a password may do all',
    cast.passwordChanged(),
    [update('sessions', { user_id: BEN, restricted: 1 }, { restricted: 0 })],
  ],
  [
    'a sign-in link is a row without its address',
    cast.linkIssued(),
    [insert('sign_in_links', { id: LINK, user_id: BEN, expires_at: IN_A_DAY, used_at: null })],
  ],
  ['a used one says when', cast.linkRedeemed, [update('sign_in_links', { id: LINK }, { used_at: AT })]],
  [
    'nothing of this is left of an erased user',
    cast.erased(BEN),
    [remove('sessions', { user_id: BEN }), remove('sign_in_links', { user_id: BEN })],
  ],
])

describe('sessions', () => {
  test('only a first password restricts', () => {
    const restricted = (['password', 'first-password', 'invite', 'sign-in-link'] as const).map((method) =>
      changesOf(sessions, cast.loggedIn(method)).map(
        (change) => change.op === 'insert' && change.row['restricted'],
      ),
    )
    expect(restricted).toStrictEqual([[0], [1], [0], [0]])
  })

  test('a forgotten user’s sessions name neither browser nor address', () =>
    expect(changesOf(sessions, cast.forgotten(cast.loggedIn('password')))).toStrictEqual([
      insert('sessions', { ...row, user_agent: null, ip: null }),
    ]))
})
