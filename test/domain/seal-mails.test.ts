import { describe, test } from 'vitest'
import { mailSeal } from '../../src/domain/history/mail-seal.ts'
import * as cast from '../support/controls.ts'
import { given } from '../support/given.ts'

const { BEN, BEN_ADDRESS, CYD, IN_A_DAY } = cast
const { userId, day, size, note } = cast.sealMailed().data
const wish = { userId, day, size, note }
const system = { actor: 'system' } as const
const auditor = [...cast.member(BEN, BEN_ADDRESS), cast.granted(BEN, 'auditor')]

describe('MailSeal', () => {
  test('an auditor gets a seal to keep, at their address and in their language', () => {
    given(...auditor)
      .when(mailSeal, wish, system)
      .then(cast.sealMailed())
    given(...auditor, cast.profileChanged({ name: null, locale: 'ru' }))
      .when(mailSeal, wish, system)
      .then(cast.sealMailed({ locale: 'ru' }))
  })
  test('one a day, whatever else is sealed', () =>
    given(...auditor, cast.sealMailed())
      .when(mailSeal, { ...wish, size: 99 }, system)
      .thenNothing())
  test('and another one on another day', () => {
    const later = IN_A_DAY.slice(0, 10)
    given(...auditor, cast.sealMailed())
      .when(mailSeal, { ...wish, day: later }, system)
      .then(cast.sealMailed({ day: later }))
  })
  test('what another auditor got is nothing to them', () =>
    given(...auditor, cast.sealMailed({ userId: CYD }))
      .when(mailSeal, wish, system)
      .then(cast.sealMailed()))
  test.each([
    ['who is no auditor', cast.member(BEN, BEN_ADDRESS)],
    ['who is an auditor no more', [...auditor, cast.roleRevoked(BEN, 'auditor')]],
    ['who is suspended', [...auditor, cast.suspended(BEN, ['auditor'])]],
    ['who was erased', [...auditor, cast.erased(BEN)]],
    [
      'whose address is not confirmed',
      [cast.registered(BEN, BEN_ADDRESS, { kind: 'self' }), cast.granted(BEN, 'auditor')],
    ],
    ['whom nobody knows', []],
    ['whose address was forgotten', auditor.map(cast.forgotten)],
  ])('nobody is written to %s', (_, story) =>
    given(...story)
      .when(mailSeal, wish, system)
      .thenNothing(),
  )
  test.each(['anonymous', `user:${BEN}`] as const)('only the service hands out seals: not %s', (actor) =>
    given(...auditor)
      .when(mailSeal, wish, { actor })
      .thenRefused('not_allowed'),
  )
})
