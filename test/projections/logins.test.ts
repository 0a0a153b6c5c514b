import { logins } from '../../src/projections/logins.ts'
import { insert, remove } from '../../src/projections/projection.ts'
import * as cast from '../support/controls.ts'
import { describeProjection } from '../support/projected.ts'

const { BEN, EARLIER } = cast

const row = {
  id: 'EVENT-1',
  user_id: BEN,
  at: EARLIER,
  method: 'password',
  carrier: 'page',
  is_new_device: 0,
  user_agent: 'Browser/1.0',
  ip: '192.0.2.1',
}

describeProjection(logins, [
  ['S4-33 a sign-in is a line', cast.loggedIn('password'), [insert('logins', row)]],
  [
    'one on a new device says so',
    cast.loggedIn('sign-in-link', { isNewDevice: true, carrier: 'api' }),
    [insert('logins', { ...row, method: 'sign-in-link', is_new_device: 1, carrier: 'api' })],
  ],
  [
    'a try that failed is a line without a method',
    cast.loginFailed(),
    [insert('logins', { ...row, method: null })],
  ],
  [
    'a forgotten user’s line names neither browser nor address',
    cast.forgotten(cast.loginFailed()),
    [insert('logins', { ...row, method: null, user_agent: null, ip: null })],
  ],
  ['nothing is left of an erased user', cast.erased(BEN), [remove('logins', { user_id: BEN })]],
])
