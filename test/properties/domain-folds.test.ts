import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { catalogue, type DomainEvent, tagsOf } from '../../src/domain/catalogue.ts'
import { type Readings, reading } from '../../src/domain/decision.ts'
import type { Tag } from '../../src/domain/event.ts'
import { viewOf } from '../../src/domain/view.ts'
import { anyHistory, anyMoment } from '../support/arbitrary-events.ts'
import { folds } from '../support/domain.ts'
import { frozen } from '../support/freeze.ts'

const SEED = process.env['SEED'] === undefined ? {} : { seed: Number(process.env['SEED']) }
const RUNS = { numRuns: Number(process.env['RUNS'] ?? 150), ...SEED }

test('any history is made of events that their schemas allow', () => {
  fc.assert(
    fc.property(anyHistory, (history) => {
      for (const { type, data } of history) expect(catalogue[type].schema.parse(data)).toStrictEqual(data)
    }),
    RUNS,
  )
})

test('the folds of the domain are found', () =>
  expect(folds.map(([name]) => name).toSorted()).toStrictEqual([
    'address',
    'batch',
    'batchState',
    'client',
    'contact',
    'credential',
    'formerInvites',
    'holders',
    'invite',
    'isEnriched',
    'judgement',
    'mail',
    'ownCode',
    'passwordReset',
    'profile',
    'readers',
    'referralCode',
    'referrer',
    'registration',
    'registrationSession',
    'session',
    'setting',
    'signInLink',
    'standing',
    'suspension',
    'userSessions',
    'verification',
    'webhook',
  ]))

describe.each(folds)('%s', (_, fold) => {
  const remember = (history: readonly DomainEvent[]) => history.reduce(fold.evolve, frozen(fold.initial))

  test('remembers whatever has happened: it never throws, changes nothing it is given, and answers the same again', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        expect(remember(frozen(history))).toStrictEqual(remember(history))
      }),
      RUNS,
    )
  })

  test('takes in events of its types, and of no others', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const own = history.filter(({ type }) => fold.types.includes(type))
        expect(remember(history)).toStrictEqual(remember(own))
        const state = remember(own)
        for (const event of history) if (!own.includes(event)) expect(fold.evolve(state, event)).toBe(state)
      }),
      RUNS,
    )
  })

  test('never judges moments: what is late and what is early is remembered alike', () => {
    const forgetTimes = (state: unknown) =>
      JSON.stringify(state).replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'then')
    fc.assert(
      fc.property(anyHistory, anyMoment, (history, moment) => {
        const moved = history.map((event) => ({ ...event, at: moment }))
        expect(forgetTimes(remember(moved))).toBe(forgetTimes(remember(history)))
      }),
      RUNS,
    )
  })
})

describe('viewOf', () => {
  const tagsIn = (history: readonly DomainEvent[]) => [...new Set(history.flatMap(tagsOf))]
  const readingsOf = (tags: readonly Tag[]): Readings<Record<string, unknown>> =>
    Object.fromEntries(
      tags.flatMap((tag) => folds.map(([name, fold]) => [`${name} of ${tag}`, reading(tag, fold)])),
    )

  test('folds under each tag what stands there, in order, and nothing else', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const view = viewOf(readingsOf(tagsIn(history)), frozen(history))
        for (const tag of tagsIn(history)) {
          const under = history.filter((event) => tagsOf(event).includes(tag))
          for (const [name, fold] of folds) {
            expect(view[`${name} of ${tag}`]).toStrictEqual(under.reduce(fold.evolve, fold.initial))
          }
        }
      }),
      RUNS,
    )
  })

  test('sees the same whether it is given the boundary or the whole history', () => {
    fc.assert(
      fc.property(anyHistory, fc.constantFrom(...folds), ([...history], [name, fold]) => {
        for (const tag of tagsIn(history)) {
          const boundary = history.filter(
            (event) => tagsOf(event).includes(tag) && fold.types.includes(event.type),
          )
          const readings = { [name]: reading(tag, fold) }
          expect(viewOf(readings, boundary)).toStrictEqual(viewOf(readings, history))
        }
      }),
      RUNS,
    )
  })
})
