import { describe, test } from 'vitest'
import { recordLoginFailure } from '../../src/domain/sessions/record-login-failure.ts'
import * as cast from '../support/controls.ts'
import { given } from '../support/given.ts'

const { BEN, BEN_ADDRESS } = cast
const ben = cast.member(BEN, BEN_ADDRESS)

describe('RecordLoginFailure', () => {
  const { carrier, userAgent, ip } = cast.start
  const wish = { userId: BEN, carrier, userAgent, ip }
  const itself = { actor: 'system' } as const

  test('a wrong password for a user is a fact', () =>
    given(...ben)
      .when(recordLoginFailure, wish, itself)
      .then(cast.loginFailed()))
  test('each try is one of its own', () =>
    given(...ben, cast.loginFailed())
      .when(recordLoginFailure, wish, itself)
      .then(cast.loginFailed()))
  test('whoever is suspended is still somebody whose password was tried', () =>
    given(...ben, cast.suspended(BEN))
      .when(recordLoginFailure, wish, itself)
      .then(cast.loginFailed()))
  test('nobody says it of others but the service itself', () =>
    given(...ben, ...cast.member(cast.CYD, cast.CYD_ADDRESS))
      .when(recordLoginFailure, wish, { actor: `user:${cast.CYD}` })
      .thenRefused('not_allowed'))
  test('an unknown user has no sign-ins', () =>
    given().when(recordLoginFailure, wish, itself).thenRefused('user_not_found'))
  test('an erased user has none either', () =>
    given(...ben, cast.erased(BEN))
      .when(recordLoginFailure, wish, itself)
      .thenRefused('user_not_found'))
})
