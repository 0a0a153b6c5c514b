import { expect } from 'vitest'
import type { Foundation } from '../../src/foundation.ts'
import { compareProjections } from '../../src/infrastructure/projections/compare.ts'
import { projections } from '../../src/projections/index.ts'

/** The law of projections: rebuilt from the history they are the same, row by row. */
export const expectProjectionsEqualRebuild = async ({ store, engine, clock }: Foundation): Promise<void> => {
  expect(await compareProjections({ store, engine, projections, clock })).toStrictEqual([])
}
