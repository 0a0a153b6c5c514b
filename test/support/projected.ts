import { describe, expect, test } from 'vitest'
import type { NewEvent } from '../../src/domain/catalogue.ts'
import type { Change, Projection } from '../../src/projections/projection.ts'
import { forgotten } from './controls.ts'
import { frozen } from './freeze.ts'
import { recorded } from './given.ts'

/** A sentence, the event it is about, and exactly what it changes. */
export type Row = readonly [sentence: string, event: NewEvent, changes: readonly Change[]]

/** The event as it stands in the history at position 1, at `EARLIER`, wished by the operator. */
export const changesOf = (projection: Projection, event: NewEvent): readonly Change[] =>
  recorded(event).flatMap((one) => projection.project(one))

/** The table of a projection: each row holds, and every type that the projection takes in has its row. */
export const describeProjection = (projection: Projection, rows: readonly Row[]): void => {
  describe(projection.name, () => {
    test.each(rows)('%s', (_, event, changes) => expect(changesOf(projection, event)).toStrictEqual(changes))

    test('every type that it takes in has a row above', () =>
      expect([...new Set(rows.map(([, { type }]) => type))].toSorted()).toStrictEqual(
        [...projection.types].toSorted(),
      ))

    test('is pure, whether or not the person is still known', () => {
      for (const [, event] of rows) {
        for (const one of [...recorded(event), ...recorded(forgotten(event))]) {
          expect(projection.project(frozen(structuredClone(one)))).toStrictEqual(projection.project(one))
        }
      }
    })
  })
}
