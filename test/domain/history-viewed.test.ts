import { describe, expect, test } from 'vitest'
import { hourOf, recordHistoryView } from '../../src/domain/history/record-history-view.ts'
import { standing } from '../../src/domain/users/user.ts'
import { causeOf } from '../../src/domain/why.ts'
import * as cast from '../support/controls.ts'
import { given, recorded } from '../support/given.ts'

const { ADA, ADA_ADDRESS, BEN, IN_A_DAY, NOW } = cast
const wish = { viewerId: ADA, hour: NOW }
const ada = { actor: `user:${ADA}` } as const
const auditor = [...cast.member(ADA, ADA_ADDRESS), cast.granted(ADA, 'auditor')]

describe('RecordHistoryView', () => {
  test.each([
    ['an auditor', auditor],
    ['an admin', cast.admin(ADA, ADA_ADDRESS)],
  ])('that %s reads the history stands in it', (_, story) =>
    given(...story)
      .when(recordHistoryView, wish, ada)
      .then(cast.historyViewed()),
  )
  test('once an hour, however much they read', () =>
    given(...auditor, cast.historyViewed())
      .when(recordHistoryView, wish, ada)
      .thenNothing())
  test('and again in another hour', () =>
    given(...auditor, cast.historyViewed())
      .when(recordHistoryView, { ...wish, hour: IN_A_DAY }, ada)
      .then(cast.historyViewed({ hour: IN_A_DAY })))
  test('another reader’s hour is their own', () =>
    given(...auditor, cast.historyViewed({ viewerId: BEN }))
      .when(recordHistoryView, wish, ada)
      .then(cast.historyViewed()))
  test.each(['operator', 'system', 'anonymous', `user:${BEN}`] as const)(
    'nobody says it of somebody else: not %s',
    (actor) =>
      given(...auditor)
        .when(recordHistoryView, wish, { actor })
        .thenRefused('not_allowed'),
  )
  test('whoever may not read it is refused', () => {
    given(...cast.member(ADA, ADA_ADDRESS))
      .when(recordHistoryView, wish, ada)
      .thenRefused('not_allowed')
    given(...auditor, cast.suspended(ADA, ['auditor']))
      .when(recordHistoryView, wish, ada)
      .thenRefused('not_allowed')
  })
  test('an hour is said by when it began', () => {
    expect(hourOf('2026-03-01T09:59:59.999Z')).toBe('2026-03-01T09:00:00.000Z')
    expect(recordHistoryView.schema.safeParse({ ...wish, hour: '2026-03-01T09:00:01.000Z' }).success).toBe(
      false,
    )
  })
})

describe('why something is as it is', () => {
  const events = recorded(
    ...cast.member(ADA, ADA_ADDRESS),
    cast.granted(ADA, 'auditor'),
    cast.suspended(ADA, ['auditor']),
    cast.granted(ADA, 'admin'),
  )

  test('is the last event that made it another than it was', () => {
    const cause = (part: Parameters<typeof causeOf<typeof standing.initial>>[1]) =>
      causeOf(standing, part, events)?.position
    expect(cause(({ status }) => status)).toBe(4)
    expect(cause(({ isVerified }) => isVerified)).toBe(2)
    expect(cause(({ roles }) => roles.includes('auditor'))).toBe(3)
    expect(cause(({ roles }) => roles.includes('admin'))).toBe(5)
  })
  test('is nothing while it is what it was from the beginning', () => {
    expect(causeOf(standing, ({ status }) => status, [])).toBeNull()
    expect(causeOf(standing, ({ roles }) => roles.includes('admin'), events.slice(0, 4))).toBeNull()
  })
})
