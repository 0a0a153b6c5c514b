import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  catalogue,
  definitionOf,
  eventTypes,
  isEventType,
  type NewEvent,
} from '../../src/domain/catalogue.ts'
import { accept, assertNever, fold, refuse } from '../../src/domain/decision.ts'
import { durationText, readDuration } from '../../src/domain/duration.ts'
import { digestedTagKinds, eventType, personal } from '../../src/domain/event.ts'
import { isTrusted, standingOf } from '../../src/domain/users/user.ts'
import { causeOf } from '../../src/domain/why.ts'
import { INVISIBLE, LINK_LIKE } from '../../src/domain/words.ts'
import * as cast from '../support/controls.ts'
import { recorded } from '../support/given.ts'

describe('a decision', () => {
  test('accepts with events, or with none', () => {
    expect(accept()).toStrictEqual({ outcome: 'accepted', events: [] })
    expect(accept(cast.issued(), cast.resent()).events).toStrictEqual([cast.issued(), cast.resent()])
  })
  test('refuses with a code, and with details and facts where there are any', () => {
    expect(refuse('not_allowed')).toStrictEqual({
      outcome: 'refused',
      refusal: { code: 'not_allowed' },
      events: [],
    })
    expect(refuse('code_wrong', { triesLeft: 2 }, cast.verificationFailed())).toStrictEqual({
      outcome: 'refused',
      refusal: { code: 'code_wrong', details: { triesLeft: 2 } },
      events: [cast.verificationFailed()],
    })
  })
  test('that nobody thought of is a bug, and says which', () =>
    expect(() => assertNever({ status: 'odd' } as never)).toThrow('unhandled case: {"status":"odd"}'))
})

describe('the operator’s authority', () => {
  test('is the operator’s and the service’s own, and nobody else’s', () => {
    expect((['operator', 'system', 'anonymous', `user:${cast.ADA}`] as const).map(isTrusted)).toStrictEqual([
      true,
      true,
      false,
      false,
    ])
  })
  test('is in no history: nothing is read for it', () => {
    for (const actor of ['operator', 'system', 'anonymous'] as const) {
      expect(standingOf(actor).fold.types).toStrictEqual([])
    }
    expect(standingOf(`user:${cast.ADA}`).tag).toBe(`user:${cast.ADA}`)
    expect(standingOf(`user:${cast.ADA}`).fold.types).not.toStrictEqual([])
  })
})

describe('a fold', () => {
  const counted = fold<number | null>(0, {
    InviteIssued: (count) => (count ?? 0) + 1,
    InviteRevoked: () => 0,
  })
  test('knows its types, and leaves the state as it is for all others', () => {
    expect(counted.types).toStrictEqual(['InviteIssued', 'InviteRevoked'])
    const states: (number | null)[] = []
    recorded(cast.issued(), cast.mailSent, cast.issued(), cast.revoked()).reduce((state, event) => {
      states.push(counted.evolve(state, event))
      return states.at(-1) ?? null
    }, counted.initial)
    expect(states).toStrictEqual([1, 1, 2, 0])
  })
})

describe('the event that made something what it is', () => {
  const status = fold<string | null>(null, {
    InviteIssued: () => 'open',
    InviteResent: () => 'open',
    InviteRevoked: () => 'revoked',
  })
  const causeIn = (...events: readonly NewEvent[]) =>
    causeOf(status, (state) => state, recorded(...events))?.position ?? null

  test('is the last one after which it was another than before', () => {
    expect(causeIn(cast.issued(), cast.resent())).toBe(1)
    expect(causeIn(cast.issued(), cast.revoked(), cast.mailSent)).toBe(2)
    expect(causeIn(cast.issued(), cast.revoked(), cast.resent())).toBe(3)
  })
  test('is none while it is what it was from the beginning', () => {
    expect(causeIn()).toBeNull()
    expect(causeIn(cast.mailSent)).toBeNull()
  })
})

describe('an event type', () => {
  const schema = z.strictObject({ userId: z.string(), name: personal(z.string()), size: z.number() })
  const subject = () => 'user:U' as const

  test('starts at version 1 and knows what is personal in it', () => {
    const { version, upcasts, personalFields } = eventType({ schema, subject, tags: () => [] })
    expect({ version, upcasts, personalFields }).toStrictEqual({
      version: 1,
      upcasts: {},
      personalFields: ['name'],
    })
    expect(eventType({ schema, subject, version: 3, tags: () => [] }).version).toBe(3)
  })
  test('with something personal in it says whose it is; without needs nobody', () => {
    expect(() => eventType({ schema, tags: () => [] })).toThrow('personal fields need a subject')
    expect(eventType({ schema: z.strictObject({}), tags: () => [] }).personalFields).toStrictEqual([])
  })
  test('is one of the catalogue, or none', () => {
    expect(eventTypes.every(isEventType)).toBe(true)
    expect(['Unheard', 'toString', '__proto__'].some(isEventType)).toBe(false)
    expect(definitionOf('InviteIssued')).toBe(catalogue.InviteIssued)
  })
  test('has tags in clear, but those that hold an address', () =>
    expect(digestedTagKinds).toStrictEqual(['email']))
})

describe('durations', () => {
  test.each([
    ['1s', 1000],
    ['90s', 90_000],
    ['10m', 600_000],
    ['12h', 43_200_000],
    ['7d', 604_800_000],
    ['999999d', 86_399_913_600_000],
  ])('%s is %i milliseconds', (text, ms) => expect(readDuration(text)).toBe(ms))
  test.each(['', '0d', '01d', '1', 'd', '1w', '1.5h', '-1d', ' 1d', '1d ', '1d1', '1000000d', '1dd', 'x1d'])(
    '“%s” is none',
    (text) => expect(readDuration(text)).toBeNull(),
  )
  test.each([
    [1000, '1s'],
    [90_000, '90s'],
    [120_000, '2m'],
    [3_600_000, '1h'],
    [5_400_000, '90m'],
    [86_400_000, '1d'],
    [90_000_000, '25h'],
    [1400, '1s'],
  ])('%i milliseconds are said as %s', (ms, text) => expect(durationText(ms)).toBe(text))
})

describe('words that people read', () => {
  test.each(['https://x', 'a www.thing', 'St.John', 'example.org', '1.de', 'пример.рф', 'WWW.x', 'е́.ру'])(
    '“%s” would become a link',
    (text) => expect(LINK_LIKE.test(text)).toBe(true),
  )
  test.each(['St. John', 'a.b', 'v1.2', 'wait...', 'x: //', 'and so on.', '. de', 'wwwx'])(
    '“%s” would not',
    (text) => expect(LINK_LIKE.test(text)).toBe(false),
  )
  test.each(['a\nb', 'a\tb', '\u200b', '\u202e', '\ufeff', '\u2028', '\u2029', 'a\ud800'])(
    '%j has something in it that can’t be seen',
    (text) => expect(INVISIBLE.test(text)).toBe(true),
  )
  test('what can be seen is fine, in any language', () =>
    expect(INVISIBLE.test('Ада 😀 é – 名前')).toBe(false))
})
