import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { projections } from '../../src/projections/index.ts'
import { anyHistory } from '../support/arbitrary-events.ts'
import { frozen } from '../support/freeze.ts'

const SEED = process.env['SEED'] === undefined ? {} : { seed: Number(process.env['SEED']) }
const RUNS = { numRuns: Number(process.env['RUNS'] ?? 150), ...SEED }

describe.each(projections)('$name', ({ project, tables, types }) => {
  test('the same event makes the same changes, whatever else has happened', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const once = frozen(history).map(project)
        expect(history.toReversed().map(project).toReversed()).toStrictEqual(once)
      }),
      RUNS,
    )
  })

  test('changes its own tables, by plain values, and for its own types only', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        for (const event of history) {
          const changes = project(event)
          if (!types.includes(event.type)) expect(changes).toStrictEqual([])
          for (const change of changes) {
            expect(tables).toContain(change.table)
            const rows = change.op === 'insert' ? [change.row] : [change.where]
            if (change.op === 'update') rows.push(change.set)
            for (const value of rows.flatMap((row) => Object.values(row))) {
              expect(value === null || ['string', 'number'].includes(typeof value)).toBe(true)
            }
          }
        }
      }),
      RUNS,
    )
  })

  test('never changes or removes a whole table', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        for (const change of history.flatMap(project)) {
          if (change.op !== 'insert') expect(Object.keys(change.where)).not.toStrictEqual([])
          if (change.op === 'update') expect(Object.keys(change.set)).not.toStrictEqual([])
        }
      }),
      RUNS,
    )
  })
})
