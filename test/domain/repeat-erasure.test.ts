import { describe, test } from 'vitest'
import { repeatPurge } from '../../src/domain/invites/repeat-purge.ts'
import { repeatErasure } from '../../src/domain/users/repeat-erasure.ts'
import * as cast from '../support/controls.ts'
import { given } from '../support/given.ts'

const { ADA, ADA_ADDRESS, BEN, BEN_ADDRESS, INVITE } = cast

describe('RepeatErasure', () => {
  const wish = { userId: BEN, inviteIds: [INVITE] }

  test('T48 whoever has come back with an older history is forgotten again, with the invites to them', () =>
    given(...cast.waiting(BEN, BEN_ADDRESS))
      .when(repeatErasure, wish)
      .then(cast.erased(BEN, { inviteIds: [INVITE] })))
  test('T48 even the last admin, whom nobody could erase otherwise', () =>
    given(...cast.admin(ADA, ADA_ADDRESS))
      .when(repeatErasure, { userId: ADA, inviteIds: [] })
      .then(cast.erased(ADA, { roles: ['admin'] })))
  test('whoever is not there, or forgotten already, is as good as forgotten', () => {
    given().when(repeatErasure, wish).thenNothing()
    given(...cast.waiting(BEN, BEN_ADDRESS).map(cast.forgotten), cast.erased(BEN))
      .when(repeatErasure, wish)
      .thenNothing()
  })
  test('only the operator and the service itself do so', () =>
    given(...cast.admin(ADA, ADA_ADDRESS))
      .when(repeatErasure, wish, { actor: `user:${ADA}` })
      .thenRefused('not_allowed'))
})

describe('RepeatPurge', () => {
  const wish = { inviteId: INVITE }

  test('T48 an invite that has come back is purged again, open or not', () => {
    given(cast.issued()).when(repeatPurge, wish).then(cast.purged)
    given(cast.issued(), cast.revoked()).when(repeatPurge, wish).then(cast.purged)
  })
  test('one that is not there, or purged already, is as good as purged', () => {
    given().when(repeatPurge, wish).thenNothing()
    given(cast.issued(), cast.purged).when(repeatPurge, wish).thenNothing()
  })
  test('only the operator and the service itself do so', () =>
    given(cast.issued(), ...cast.admin(ADA, ADA_ADDRESS))
      .when(repeatPurge, wish, { actor: `user:${ADA}` })
      .thenRefused('not_allowed'))
})
