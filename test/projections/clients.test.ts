import { clients } from '../../src/projections/clients.ts'
import { insert, remove, update } from '../../src/projections/projection.ts'
import * as cast from '../support/controls.ts'
import { describeProjection } from '../support/projected.ts'

const { CLIENT, REDIRECT_URI, OTHER_REDIRECT_URI, EARLIER } = cast

describeProjection(clients, [
  [
    'an application that was registered is a row',
    cast.clientRegistered(),
    [
      insert('clients', {
        id: CLIENT,
        name: 'Example App',
        kind: 'confidential',
        redirect_uris: JSON.stringify([REDIRECT_URI]),
        registered_at: EARLIER,
        registered_by: 'operator',
      }),
    ],
  ],
  [
    'a new name stands in it',
    cast.clientChanged({ name: 'Another App' }),
    [update('clients', { id: CLIENT }, { name: 'Another App' })],
  ],
  [
    'so do new redirect URIs',
    cast.clientChanged({ redirectUris: [OTHER_REDIRECT_URI] }),
    [update('clients', { id: CLIENT }, { redirect_uris: JSON.stringify([OTHER_REDIRECT_URI]) })],
  ],
  ['a change of nothing changes nothing', cast.clientChanged(), []],
  ['one that was removed is gone', cast.clientRemoved, [remove('clients', { id: CLIENT })]],
])
